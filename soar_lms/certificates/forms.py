"""Forms about a certificate."""

from __future__ import annotations

from wtforms import BooleanField, Field, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from soar_lms.certificates.models import REASON_LENGTH
from soar_lms.certificates.names import certificate_name
from soar_lms.forms import Form, require_letters
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _


class CorrectNameForm(Form):
    """The name as it should have been printed."""

    name = certificate_name()
    quietly = BooleanField(
        _("Do not show others that the old and the new certificate belong together.")
    )
    printed_name: str = ""

    def validate_name(self, field: Field) -> None:
        """Refuse the name that is printed."""
        if field.data == self.printed_name:
            raise ValidationError(
                gettext("This name is on the certificate already. Change it, or go back.")
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
