"""Forms of the trainer's rooms."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.validators import Optional as OptionalInput
from wtforms.widgets import HiddenInput

from soar_lms.accounts.passwords import ProvenByPassword, password_now
from soar_lms.audit.models import REASON_LENGTH
from soar_lms.cohorts.roster import MOST_LINES, list_lines
from soar_lms.content import catalogue, title_here
from soar_lms.forms import Form, require_letters
from soar_lms.i18n import current_language, gettext, languages
from soar_lms.i18n import lazy_gettext as _


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


class InvitePeopleForm(Form):
    """People to invite, one on each line."""

    people = TextAreaField(
        _("People to invite"),
        description=_(
            "One person on each line: a name and an e-mail address, or only the address. For "
            "example: Ana Vega, ana@example.org. At most 200 lines at a time."
        ),
        validators=[DataRequired(_("Write at least one e-mail address."))],
    )
    language = SelectField(
        _("Language of the e-mail"),
        validators=[DataRequired(_("Choose a language."))],
    )

    @classmethod
    def with_languages(cls) -> InvitePeopleForm:
        """Return the form with the languages of the site; that of the page is chosen already."""
        form = cls()
        form.language.choices = [
            SelectChoice(tag, language.name) for tag, language in languages().items()
        ]
        if not form.is_submitted():
            form.language.data = current_language().tag
        return form

    def validate_people(self, field: Field) -> None:
        """Refuse more than can be read over before it is sent."""
        count = len(list_lines(field.data or ""))
        if count > MOST_LINES:
            raise ValidationError(
                gettext(
                    "These are %(count)d lines. Send at most %(most)d at a time; "
                    "nobody has been invited yet.",
                    count=count,
                    most=MOST_LINES,
                )
            )

    def leave_bad(self, lines: list[str], faults: list[str]) -> None:
        """Leave only the lines with a fault in the box, and say what is wrong with each."""
        self.people.data = "\n".join(lines)
        self.people.errors = [
            gettext("The lines in the box are not invited yet. Correct them and send them again.")
        ]
        self.form_errors = faults


class SendAgainForm(Form):
    """One more e-mail to somebody; `sent` is how many there were when the page was made."""

    sent = IntegerField(widget=HiddenInput(), validators=[InputRequired(), NumberRange(1, 10_000)])


class AcceptInvitationForm(ProvenByPassword):
    """An invitation; the address it was sent to may become one of the account's.

    An address signs in and gets new passwords, so adding one asks for the password, as on the page
    of addresses.
    """

    adds_address = BooleanField()
    password = password_now(required=False)

    def validate_password(self, field: Field) -> None:
        """Ask for the password only where it is needed."""
        if not self.adds_address.data:
            return
        if not field.data:
            raise ValidationError(gettext("To add the address, enter your password."))
        super().validate_password(field)


class ExportCertificatesForm(Form):
    """Which certificates of a group, and as what."""

    module = SelectField(_("Module"), default="", validators=[OptionalInput()])
    which = RadioField(
        _("Which certificates"),
        default="valid",
        choices=[
            SelectChoice("valid", _("Those that are valid today")),
            SelectChoice("all", _("Those that have expired, too")),
        ],
    )
    file_form = RadioField(
        _("Kind of file"),
        default="zip",
        choices=[
            SelectChoice("zip", _("A ZIP with one PDF for each certificate, and a table")),
            SelectChoice("pdf", _("One PDF to print")),
        ],
    )
    people = TextAreaField(
        _("Only these people"),
        description=_(
            "One e-mail address on each line, as in the list of the group; at most 200. "
            "Leave it empty for everybody who has completed."
        ),
        validators=[OptionalInput()],
    )

    @classmethod
    def with_modules(cls, module_ids: Sequence[str]) -> ExportCertificatesForm:
        """Return the form with the modules of a group."""
        form, modules = cls(), catalogue().modules
        form.module.choices = [
            SelectChoice("", _("All modules")),
            *(SelectChoice(name, title_here(modules[name])) for name in module_ids),
        ]
        return form

    def validate_people(self, field: Field) -> None:
        """Refuse more than can be read over before it is sent."""
        count = len(list_lines(field.data or ""))
        if count > MOST_LINES:
            raise ValidationError(
                gettext(
                    "These are %(count)d lines. Write at most %(most)d at a time.",
                    count=count,
                    most=MOST_LINES,
                )
            )

    def refuse_people(self, faults: Sequence[str]) -> None:
        """Say what is wrong with the people that were written down."""
        self.people.errors = list(faults)

    def refuse(self, fault: str) -> None:
        """Say what is wrong with all of it together."""
        self.form_errors = [fault]
