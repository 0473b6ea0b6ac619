"""Forms of what a group agrees on, of its trainers and of the ways into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.validators import Optional as OptionalInput
from wtforms.widgets import HiddenInput

from soar_lms.accounts.emails import NoAddressError, read_address
from soar_lms.accounts.models import EMAIL_LENGTH
from soar_lms.accounts.time_zones import choices_with
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts.models import COHORT_NAME_LENGTH, MOST_USES
from soar_lms.content import catalogue, title_here
from soar_lms.forms import DayField, Form, require_letters
from soar_lms.i18n import format_day, format_number, gettext
from soar_lms.i18n import lazy_gettext as _

FARTHEST = timedelta(days=5 * 365)
"""How far away a day can be on which something is due: a later one is a slip of the finger."""
_TOO_LONG = _("Enter at most %(max)d characters.")
_OPEN_AGAIN = _("Please open this page again.")


class TermsForm(Form):
    """What a group agrees on; `make_terms_form` adds a day to each module."""

    module_ids: Sequence[str] = ()
    earlier: Mapping[str, date | None] = {}
    """The modules that the group takes already: a day of the past may stay."""
    name = StringField(
        _("Name of the group"),
        description=_("Members see this name, for example: Night shift, spring 2027."),
        validators=[
            DataRequired(_("Enter a name for the group.")),
            require_letters,
            Length(max=COHORT_NAME_LENGTH, message=_TOO_LONG),
        ],
    )
    organisation = StringField(
        _("Organization"),
        validators=[OptionalInput(), Length(max=COHORT_NAME_LENGTH, message=_TOO_LONG)],
    )
    time_zone = SelectField(
        _("Time zone"),
        description=_("The due date ends at midnight in this time zone."),
        validators=[InputRequired(_("Choose a time zone."))],
    )
    modules = SelectMultipleField(
        _("Modules"),
        validators=[DataRequired(_("Choose at least one module."))],
        invalid_choice_message=_("Choose at least one module."),
    )

    def due_of(self, module_id: str) -> Field:
        """Return the field of the day on which a module is due."""
        return self[_key(module_id)]

    def due_days(self) -> dict[str, date | None]:
        """Return the modules that are chosen, each with its day."""
        return {name: self.due_of(name).data for name in self.modules.data or ()}

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse days that are over, or too far away, for modules that are chosen."""
        is_valid: bool = super().validate(extra_validators)
        if not is_valid:
            return False
        today = local_date(utc_now(), self.time_zone.data)
        for name, day in self.due_days().items():
            if day is not None and day != self.earlier.get(name):
                self._check_day(self.due_of(name), day, today)
        return not self.errors

    def _check_day(self, field: Field, day: date, today: date) -> None:
        if day < today:
            field.errors = [gettext("This day is over. Choose today or a later day.")]
        elif day > today + FARTHEST:
            field.errors = [gettext("This day is more than five years away. Check the year.")]


def _key(module_id: str) -> str:
    return f"due-{module_id}"


def make_terms_form(
    *,
    name: str = "",
    organisation: str | None = None,
    time_zone: str,
    due_days: Mapping[str, date | None] | None = None,
) -> TermsForm:
    """Return the form with every module, named in the language of the page or its own.

    :param due_days: the modules that are taken already; None for a new group.
    """
    modules = catalogue().modules.values()
    parts: dict[str, Any] = {
        "module_ids": [module.id for module in modules],
        "earlier": due_days or {},
    }
    for module in modules:
        label = gettext("Due on (%(module)s)", module=title_here(module))
        parts[_key(module.id)] = DayField(label, validators=[OptionalInput()])
    chosen = list(due_days or {})
    if due_days is None and len(parts["module_ids"]) == 1:
        chosen = parts["module_ids"]
    form: TermsForm = type("ModuleTermsForm", (TermsForm,), parts)(
        data={
            "name": name,
            "organisation": organisation,
            "time_zone": time_zone,
            "modules": chosen,
            **{_key(module_id): day for module_id, day in (due_days or {}).items()},
        }
    )
    form.time_zone.choices = choices_with(time_zone)
    form.modules.choices = [SelectChoice(module.id, title_here(module)) for module in modules]
    return form


class AddTrainerForm(Form):
    """One more trainer of a group."""

    email = EmailField(
        _("E-mail address of the trainer"),
        description=_("The person needs an account on this site that may train."),
        validators=[
            DataRequired(_("Enter the e-mail address.")),
            Length(max=EMAIL_LENGTH, message=_TOO_LONG),
        ],
        render_kw={"autocomplete": "off", "maxlength": EMAIL_LENGTH},
    )

    def validate_email(self, field: Field) -> None:
        """Take what is an address, in the form in which it is stored."""
        try:
            field.data = read_address(field.data or "")
        except NoAddressError:
            raise ValidationError(
                gettext("Enter an e-mail address like name@example.org.")
            ) from None

    def refuse(self, fault: str) -> None:
        """Say why nobody was added."""
        self.email.errors = [fault]


class WholeNumberField(IntegerField):
    """A number without a fraction, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; what is none keeps its words and says so."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("Enter a whole number, such as 25.")) from None


class EditLinkForm(Form):
    """Until when, how often and how a link lets people in."""

    first: date
    last: date
    link = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(_OPEN_AGAIN), NumberRange(1, 2**31 - 1, _OPEN_AGAIN)],
    )
    last_on = DayField(
        _("Last day"), validators=[InputRequired(_("Enter the last day on which the link works."))]
    )
    most_uses = WholeNumberField(
        _("At most this many people"),
        description=_("Leave it empty for no limit."),
        validators=[OptionalInput()],
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
    needs_approval = BooleanField(_("I let each person in myself"))

    @classmethod
    def between(cls, first: date, last: date, values: Mapping[str, object]) -> EditLinkForm:
        """Return the form for days between two, which can both be chosen."""
        form = cls(data=values)
        form.first, form.last = first, last
        return form

    def validate_last_on(self, field: Field) -> None:
        """Refuse days that are over, and those farther away than a link can last."""
        if field.data is not None and not self.first <= field.data <= self.last:
            raise ValidationError(
                gettext(
                    "Choose a day from %(first)s to %(last)s.",
                    first=format_day(self.first),
                    last=format_day(self.last),
                )
            )

    def validate_most_uses(self, field: Field) -> None:
        """Refuse a limit that lets nobody in, or that is none."""
        if field.data is not None and not 1 <= field.data <= MOST_USES:
            raise ValidationError(
                gettext("Enter a number from 1 to %(most)s.", most=format_number(MOST_USES))
            )

    def refuse_limit(self, uses: int) -> None:
        """Say that more people have come in already."""
        self.most_uses.errors = [
            gettext(
                "The link has been used %(uses)d times. Enter at least %(uses)d, or make a new "
                "link.",
                uses=uses,
            )
        ]
