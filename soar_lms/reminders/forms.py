"""Forms of reminders."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, Field, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length
from wtforms.validators import Optional as OptionalInput

from soar_lms.forms import Form
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _
from soar_lms.reminders.ladder import FARTHEST, MOST_STEPS, Ladder, NoDaysError, read_days
from soar_lms.reminders.models import DAYS_LENGTH

INVITE_AFTER = (7, 14)


class LadderForm(Form):
    """When a group reminds."""

    is_on = BooleanField(_("Send reminders"))
    before = StringField(
        _("Days before the due day"),
        description=_("For example: 14, 3. Leave it empty for none."),
        validators=[OptionalInput(), Length(max=DAYS_LENGTH)],
        render_kw={"autocomplete": "off", "maxlength": DAYS_LENGTH},
    )
    on_day = BooleanField(_("On the due day"))
    after = StringField(
        _("Days after the due day"),
        description=_("For example: 3, 10. Only people who have not completed get one."),
        validators=[OptionalInput(), Length(max=DAYS_LENGTH)],
        render_kw={"autocomplete": "off", "maxlength": DAYS_LENGTH},
    )
    invite_after = SelectField(
        _("Invitations that were not accepted"),
        description=_("At most two reminders follow an invitation."),
        validators=[OptionalInput()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invite_after.choices = [
            SelectChoice("", gettext("Do not remind")),
            *(
                SelectChoice(str(days), gettext("Remind after %(days)d days", days=days))
                for days in INVITE_AFTER
            ),
        ]

    def validate_before(self, field: Field) -> None:
        """Refuse what is no list of days."""
        _check_days(field)

    def validate_after(self, field: Field) -> None:
        """Refuse what is no list of days."""
        _check_days(field)

    def ladder(self) -> Ladder:
        """Return what was chosen."""
        before, after = read_days(self.before.data or ""), read_days(self.after.data or "")
        return Ladder(before, bool(self.on_day.data), after)


def _check_days(field: Field) -> None:
    try:
        read_days(field.data or "")
    except NoDaysError:
        raise ValidationError(
            gettext(
                "Write at most %(most)d numbers from 1 to %(farthest)d, with commas between them.",
                most=MOST_STEPS,
                farthest=FARTHEST,
            )
        ) from None


class RemindMemberForm(Form):
    """Which module somebody is reminded of."""

    module = StringField()


class ChooseMailForm(Form):
    """Which e-mail somebody wants to get."""

    reminders = BooleanField(_("Remind me of modules that my groups take"))
    digest = BooleanField(_("Send me a summary of my groups on Monday"))
