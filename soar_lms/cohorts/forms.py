"""Forms of the trainer's rooms."""

from __future__ import annotations

from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.validators import Optional as OptionalInput
from wtforms.widgets import HiddenInput

from soar_lms.audit.models import REASON_LENGTH
from soar_lms.cohorts.models import COHORT_NAME_LENGTH
from soar_lms.content import catalogue, title_here
from soar_lms.forms import Form, require_letters
from soar_lms.i18n import lazy_gettext as _


class CreateCohortForm(Form):
    """A new cohort and the modules it takes."""

    name = StringField(
        _("Name of the group"),
        description=_("Members see this name, for example: Night shift, spring 2027."),
        validators=[
            DataRequired(_("Enter a name for the group.")),
            require_letters,
            Length(max=COHORT_NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
    )
    organisation = StringField(
        _("Organization"),
        validators=[
            OptionalInput(),
            Length(max=COHORT_NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
    )
    modules = SelectMultipleField(
        _("Modules"),
        validators=[DataRequired(_("Choose at least one module."))],
        invalid_choice_message=_("Choose at least one module."),
    )

    @classmethod
    def with_modules(cls) -> CreateCohortForm:
        """Return the form with every module, named in the language of the page or its own."""
        form = cls()
        form.modules.choices = [
            SelectChoice(module.id, title_here(module)) for module in catalogue().modules.values()
        ]
        if not form.is_submitted() and len(form.modules.choices) == 1:
            form.modules.data = [form.modules.choices[0].value]
        return form


class GrantAttemptForm(Form):
    """One more try of the final test, and why."""

    number = IntegerField(
        widget=HiddenInput(),
        validators=[
            InputRequired(_("Please go back to the record and open this page again.")),
            NumberRange(1, 1_000, _("Please go back to the record and open this page again.")),
        ],
    )
    """The try that is meant: a second click gives no second one."""
    reason = TextAreaField(
        _("Reason"),
        description=_(
            "One sentence for the record, for example: The connection broke during the test. "
            "Do not write about clients, patients or anybody's health."
        ),
        validators=[
            DataRequired(_("Write the reason in one sentence.")),
            require_letters,
            Length(max=REASON_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
    )
