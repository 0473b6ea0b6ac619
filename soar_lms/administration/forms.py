"""Forms of the administrators' rooms."""

from __future__ import annotations

from wtforms import EmailField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional as OptionalInput

from soar_lms.accounts.services import find_person
from soar_lms.audit.services import Action
from soar_lms.audit.wording import ACTIONS
from soar_lms.forms import Form
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _


class FindEntriesForm(Form):
    """Whose entries of the audit trail, and which."""

    person = EmailField(
        _("E-mail address"),
        description=_("What was done by this person, or to their record."),
        validators=[OptionalInput()],
    )
    action = SelectField(
        _("What was done"),
        choices=[SelectChoice("", _("everything"))]
        + [SelectChoice(action, ACTIONS[action]) for action in Action],
        validators=[OptionalInput()],
    )

    def validate_person(self, field: EmailField) -> None:
        if field.data and find_person(field.data) is None:
            raise ValidationError(gettext("There is no account with this address."))
