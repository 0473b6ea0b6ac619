"""The forms by which a list of people is sent, and its columns are named."""

from __future__ import annotations

from wtforms import BooleanField, Field, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired
from wtforms.validators import Optional as OptionalInput
from wtforms.widgets import TextArea

from soar_lms.cohorts.roster_columns import Columns, Guess, letter
from soar_lms.cohorts.roster_table import Table
from soar_lms.forms import Form
from soar_lms.i18n import current_language, gettext, languages
from soar_lms.i18n import lazy_gettext as _

_EXAMPLE_LENGTH = 40


class RawText(Field):
    """Text exactly as it came: a blank first cell of a pasted table is a cell."""

    widget = TextArea()

    def _value(self) -> str:
        return self.data or ""


class _WithLanguage(Form):
    """A list, with the language of e-mail to those for whom no other one is known."""

    language = SelectField(
        _("Language of the e-mail"),
        description=_("For people whose row has no language and whose language we do not know."),
        validators=[DataRequired(_("Choose a language."))],
    )

    def offer_languages(self) -> None:
        """Offer the languages of the site; that of the page is chosen already."""
        self.language.choices = [
            SelectChoice(tag, language.name) for tag, language in languages().items()
        ]
        if self.language.data is None:
            self.language.data = current_language().tag


class ImportRosterForm(_WithLanguage):
    """A list of people: a file, or the text of a table."""

    file = Field(_("File"))
    people = RawText(_("Or paste the list"))

    @classmethod
    def with_languages(cls, *, is_read: bool = True) -> ImportRosterForm:
        """Return the form.

        :param is_read: whether what was sent can be read; it cannot when it is too large.
        """
        form = cls() if is_read else cls(formdata=None)
        form.offer_languages()
        return form

    def refuse_file(self, words: str) -> None:
        """Say what is wrong with the file, or that there is nothing at all."""
        self.file.errors = [words]

    def refuse_text(self, words: str) -> None:
        """Say what is wrong with the text; it stays in its box."""
        self.people.errors = [words]


class ChooseColumnsForm(_WithLanguage):
    """Which column of a list is what; the list comes along, so that nothing is kept meanwhile."""

    table = RawText(validators=[InputRequired()])
    email = SelectField(
        _("E-mail address"), validators=[DataRequired(_("Choose the column with the addresses."))]
    )
    name = SelectField(_("Name"), validators=[OptionalInput()])
    surname = SelectField(
        _("Last name"),
        description=_("Only if it stands in a column of its own."),
        validators=[OptionalInput()],
    )
    spoken = SelectField(_("Language"), validators=[OptionalInput()])
    has_header = BooleanField(_("The first row has the names of the columns"))

    def offer(self, table: Table) -> None:
        """Offer the columns of a list, each with what stands in it."""
        self.offer_languages()
        choices = [
            SelectChoice(str(column), _say_column(table, column)) for column in range(table.width)
        ]
        nothing = SelectChoice("", gettext("No column"))
        self.email.choices = [SelectChoice("", gettext("Choose a column")), *choices]
        for field in (self.name, self.surname, self.spoken):
            field.choices = [nothing, *choices]

    def suggest(self, guess: Guess) -> None:
        """Choose what seems right."""
        names = [str(column) for column in guess.names[:2]] + ["", ""]
        self.email.data = "" if guess.email is None else str(guess.email)
        self.name.data, self.surname.data = names[:2]
        self.spoken.data = "" if guess.language is None else str(guess.language)
        self.has_header.data = guess.has_header

    def columns(self) -> Columns:
        """Return what was chosen."""
        names = dict.fromkeys(int(field.data) for field in (self.name, self.surname) if field.data)
        return Columns(
            email=int(self.email.data),
            names=tuple(names),
            language=int(self.spoken.data) if self.spoken.data else None,
            has_header=self.has_header.data,
        )


def _say_column(table: Table, column: int) -> str:
    """Name a column by its letter and the first thing in it: most often its header."""
    first = next((cell for line in table.lines if (cell := line.cell(column))), "")
    return f"{letter(column)}: {first[:_EXAMPLE_LENGTH]}" if first else letter(column)
