"""The name on a certificate: one field, for whoever confirms it and whoever corrects it."""

from __future__ import annotations

from wtforms import Field, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from soar_lms.certificates.fonts import missing_characters
from soar_lms.certificates.models import NAME_LENGTH
from soar_lms.forms import require_letters
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _


def certificate_name() -> StringField:
    """Return the field: free form, exactly as typed, and nothing that cannot be printed."""
    return StringField(
        _("Name on the certificate"),
        validators=[
            DataRequired(_("Enter the name as it should be printed.")),
            require_letters,
            Length(max=NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
            require_printable,
        ],
        render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH},
    )


def require_printable(_form: object, field: Field) -> None:
    """Refuse what the certificate's fonts cannot print, before anything is issued."""
    missing = missing_characters(field.data or "")
    if missing:
        raise ValidationError(
            gettext(
                "Our fonts cannot print this yet: %(characters)s. "
                "Please write the name in other letters, or ask the people who run this site.",
                characters=" ".join(map(_visible, missing)),
            )
        )


def _visible(characters: str) -> str:
    """Return characters that cannot be seen by their numbers."""
    is_seen = characters.isprintable() and not characters.isspace()
    return characters if is_seen else " ".join(f"U+{ord(one):04X}" for one in characters)
