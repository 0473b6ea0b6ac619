"""Forms of the administrators' rooms."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    EmailField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.validators import Optional as OptionalInput

from soar_lms.access import Role
from soar_lms.accounts.models import EMAIL_LENGTH
from soar_lms.accounts.passwords import ProvenByPassword, password_now
from soar_lms.accounts.rights import RightNotNeededError
from soar_lms.accounts.services import find_person, get_person
from soar_lms.audit.services import Action
from soar_lms.audit.wording import ACTIONS
from soar_lms.certificates.models import NAME_LENGTH, REASON_LENGTH
from soar_lms.errors import NotFoundError
from soar_lms.forms import Form, require_letters
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


_ADDRESS = (
    DataRequired(_("Enter an e-mail address or a number.")),
    Length(max=EMAIL_LENGTH, message=_("Enter at most %(max)d characters.")),
)


class FindAccountsForm(Form):
    """Two accounts, by their e-mail address or number."""

    keep = StringField(_("The account that stays"), validators=_ADDRESS)
    other = StringField(_("The account that goes"), validators=_ADDRESS)

    def validate_keep(self, field: StringField) -> None:
        _require_account(field)

    def validate_other(self, field: StringField) -> None:
        _require_account(field)


def _require_account(field: StringField) -> None:
    try:
        get_person(field.data or "")
    except NotFoundError:
        raise ValidationError(gettext("There is no such account.")) from None


class GiveProgrammeForm(Form):
    """Who shall read programme reports."""

    email = EmailField(
        _("E-mail address"),
        description=_("The address with which the person signs in."),
        validators=[
            DataRequired(_("Enter an e-mail address.")),
            Length(max=EMAIL_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
    )

    def validate_email(self, field: EmailField) -> None:
        person = find_person(field.data or "")
        if person is None or not person.active:
            raise ValidationError(gettext("There is no account with this address."))
        if person.role == Role.ADMINISTRATOR:
            raise ValidationError(str(RightNotNeededError.message))


class MergeForm(Form):
    """That somebody looked at both accounts."""

    confirmed = BooleanField(
        _("I have looked at both accounts. They belong to one person."),
        validators=[InputRequired(_("Check that both accounts belong to one person."))],
    )


class FindCertificateForm(Form):
    """What somebody knows of a certificate."""

    wanted = StringField(
        _("Code, name, or e-mail address"),
        description=_("A part of the name is enough, with or without its accents."),
        validators=[
            DataRequired(_("Enter a code, a name, or an e-mail address.")),
            require_letters,
            Length(
                min=2,
                max=max(EMAIL_LENGTH, NAME_LENGTH),
                message=_("Enter %(min)d to %(max)d characters."),
            ),
        ],
    )


class ReasonForm(Form):
    """Why a certificate is revoked or restored."""

    reason = TextAreaField(
        _("Reason"),
        description=_(
            "One sentence. The holder and staff read it, others do not. "
            "Do not write about anybody’s health or safety."
        ),
        validators=[
            DataRequired(_("Write the reason in one sentence.")),
            require_letters,
            Length(max=REASON_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
    )


class DeleteAccountForm(ProvenByPassword):
    """That somebody wants their account gone, and is who they seem to be."""

    confirmed = BooleanField(
        _("I want to delete my account. I know that it cannot be undone."),
        validators=[InputRequired(_("Check the box if you want to delete your account."))],
    )
    password = password_now()
