"""Forms of the administrators' rooms."""

from __future__ import annotations

from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from soar_lms.accounts.models import EMAIL_LENGTH
from soar_lms.forms import Form
from soar_lms.i18n import lazy_gettext as _

_ADDRESS = (
    DataRequired(_("Enter an e-mail address or a number.")),
    Length(max=EMAIL_LENGTH, message=_("Enter at most %(max)d characters.")),
)


class MergeForm(Form):
    """Two accounts, and that somebody looked at both."""

    keep = StringField(_("The account that stays"), validators=_ADDRESS)
    other = StringField(_("The account that goes"), validators=_ADDRESS)
    confirmed = BooleanField(
        _("I have looked at both accounts. They belong to one person."),
        validators=[InputRequired(_("Check that both accounts belong to one person."))],
    )
