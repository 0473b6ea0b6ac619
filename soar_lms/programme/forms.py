"""What somebody chooses of a report that is no menu: the days of a period of their own."""

from __future__ import annotations

from datetime import date

from wtforms import DateField, ValidationError
from wtforms.validators import InputRequired

from soar_lms.forms import Form
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _
from soar_lms.programme.periods import FIRST_YEAR, LAST_YEAR


class DayField(DateField):
    """A day of our time."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; what is none keeps its words and says so."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("Enter a date, such as 2026-10-01.")) from None

    def pre_validate(self, form: object) -> None:
        """Refuse years in which nobody can have been trained here."""
        if isinstance(self.data, date) and not FIRST_YEAR < self.data.year < LAST_YEAR:
            raise ValidationError(gettext("Enter a date, such as 2026-10-01."))


class DaysForm(Form):
    """From when to when; read from an address, so it needs no token."""

    class Meta(Form.Meta):
        csrf = False

    first = DayField(
        _("First day"), validators=[InputRequired(_("Enter the first day of the period."))]
    )
    last = DayField(
        _("Last day"), validators=[InputRequired(_("Enter the last day of the period."))]
    )

    def validate_last(self, field: DateField) -> None:
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(gettext("The last day is before the first day."))
