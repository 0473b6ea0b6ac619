"""Forms about a certificate."""

from __future__ import annotations

from wtforms import BooleanField, Field, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from soar_lms.certificates.fonts import missing_characters
from soar_lms.certificates.models import NAME_LENGTH, REASON_LENGTH
from soar_lms.forms import Form, require_letters
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _


class CorrectNameForm(Form):
    """The name as it should have been printed."""

    name = StringField(
        _("Name on the certificate"),
        validators=[
            DataRequired(_("Enter the name as it should be printed.")),
            require_letters,
            Length(max=NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH},
    )
    quietly = BooleanField(
        _("Do not show others that the old and the new certificate belong together.")
    )
    printed_name: str = ""

    def validate_name(self, field: Field) -> None:
        """Refuse the name that is printed, and what the certificate's fonts cannot print."""
        if field.data == self.printed_name:
            raise ValidationError(
                gettext("This name is on the certificate already. Change it, or go back.")
            )
        missing = missing_characters(field.data or "")
        if missing:
            raise ValidationError(
                gettext(
                    "Our fonts cannot print this yet: %(characters)s. "
                    "Please write the name in other letters, or ask the people who run this site.",
                    characters=" ".join(missing),
                )
            )


class CorrectNameAsStaffForm(CorrectNameForm):
    """The name, and why somebody else corrects it."""

    reason = TextAreaField(
        _("Reason"),
        description=_(
            "One sentence for the record, for example: The second surname was missing. "
            "Do not write about anybody’s health or safety."
        ),
        validators=[
            DataRequired(_("Write the reason in one sentence.")),
            require_letters,
            Length(max=REASON_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
    )
