"""Forms of signing up, signing in and the profile. Flask-Security checks; the words are ours."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask_security.forms import (
    ChangePasswordForm as SecurityChangePasswordForm,
)
from flask_security.forms import (
    ForgotPasswordForm as SecurityForgotPasswordForm,
)
from flask_security.forms import (
    LoginForm,
    LogoutForm,
    RegisterFormV2,
)
from flask_security.forms import (
    ResetPasswordForm as SecurityResetPasswordForm,
)
from flask_security.forms import (
    SendConfirmationForm as SecuritySendConfirmationForm,
)
from flask_security.mail_util import EmailValidateException
from flask_security.utils import validate_redirect_url
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    StopValidation,
    ValidationError,
)
from wtforms.validators import Optional as OptionalInput

from soar_lms.accounts.emails import NoAddressError, read_address
from soar_lms.accounts.licenses import is_license_number
from soar_lms.accounts.models import (
    EMAIL_LENGTH,
    LICENSE_LENGTH,
    NAME_LENGTH,
    PASSKEY_NAME_LENGTH,
)
from soar_lms.accounts.passwords import PASSWORD_LENGTH, ProvenByPassword, password_now
from soar_lms.accounts.professions import list_professions, list_territories
from soar_lms.accounts.time_zones import choices_with, is_time_zone
from soar_lms.forms import TURN, DayField, Form, require_letters
from soar_lms.i18n import current_language, gettext, languages
from soar_lms.i18n import lazy_gettext as _

CREDENTIAL_ANSWER = 20_000
"""Characters; devices answer with two or three thousand."""
PLACE_LENGTH = 3_000
"""Characters of an address to go on to, with the options that somebody chose before."""

_LABELS = {
    "email": _("E-mail"),
    "password": _("Password"),
    "new_password": _("New password"),
}


class _Ours:
    """Our token, our cleaning and our labels, for Flask-Security's forms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in _LABELS.items():
            field = getattr(self, name, None)
            if field is None:
                continue
            field.label.text = label
            if name != "email":
                too_long = Length(
                    max=PASSWORD_LENGTH, message=_("Enter at most %(max)d characters.")
                )
                field.validators = [*field.validators, too_long]

    class Meta(Form.Meta):
        pass

    all_errors = Form.all_errors
    in_summary = Form.in_summary

    def validate_next(self, field: Field) -> None:
        """Go on to an address of this site only; one that cannot even be read is refused too."""
        if field.data and not is_own_address(field.data):
            field.data = ""
            raise ValidationError(
                gettext("That address leads to another site, so we did not follow it.")
            )


def is_own_address(address: str) -> bool:
    """Return whether an address that came with a request is one of this site."""
    try:
        return validate_redirect_url(address)
    except ValueError:  # no address at all, such as "http://[x"
        return False


class _ChecksEmail:
    """Say so when an address is no address, although the answer is otherwise always the same."""

    email: EmailField

    def validate(self, **kwargs: Any) -> bool:
        valid: bool = super().validate(**kwargs)  # type: ignore[misc]  # the form's
        try:
            current_app.extensions["security"].mail_util.normalize(self.email.data or "")
        except EmailValidateException as error:
            self.form_errors: list[str] = [error.msg]
            return False
        return valid


class SignInForm(_Ours, LoginForm):
    """E-mail and password."""

    remember = BooleanField(_("Keep me signed in on this device for 30 days"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What password managers look for; browsers that can, offer passkeys there too.
        self.email.render_kw = {"autocomplete": "username webauthn"}

    def validate(self, **kwargs: Any) -> bool:
        """Tell whoever knows the password what is in the way; all others the same as ever."""
        valid: bool = super().validate(**kwargs)
        if self.user_authenticated:
            self.form_errors.extend(self.email.errors)
            self.email.errors = []
        return valid


class SignOutForm(_Ours, LogoutForm):
    """A button."""


class SignUpForm(_Ours, RegisterFormV2):
    """What an account needs, and no more."""

    name = StringField(
        _("Your name"),
        validators=[
            DataRequired(_("Enter your name.")),
            require_letters,
            Length(max=NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH},
    )
    language = SelectField(_("Language for e-mail"))
    time_zone = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Field] = vars(self)["_fields"]  # of WTForms: what a form goes through
        for name in ("email", "password", "language"):  # after the name, as on the page
            fields[name] = fields.pop(name)
        self.language.choices = _language_choices()
        if not self.language.data or TURN in request.form:
            self.language.data = current_language().tag

    def to_dict(self, only_user: bool) -> dict[str, Any]:
        """Return what becomes the person's record."""
        data: dict[str, Any] = super().to_dict(only_user)
        zone = data.get("time_zone") or ""
        data["time_zone"] = zone if is_time_zone(zone) else current_app.config["SOAR"].time_zone
        return data


class SendConfirmationForm(_Ours, _ChecksEmail, SecuritySendConfirmationForm):
    """Ask for the confirmation e-mail again."""


class ForgotPasswordForm(_Ours, _ChecksEmail, SecurityForgotPasswordForm):
    """Ask for a link to choose a new password."""


class ResetPasswordForm(_Ours, SecurityResetPasswordForm):
    """Choose a new password, once: it can be looked at instead of typed twice."""

    password_confirm = None  # WTForms: takes the field away


class ChangePasswordForm(_Ours, SecurityChangePasswordForm):
    """Choose a new password while signed in."""

    new_password_confirm = None  # WTForms: takes the field away

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.label.text = _("Your password now")


class GoingOnForm(Form):
    """Signing in, and what to go on with then: an address of this site."""

    next = HiddenField(validators=[Length(max=PLACE_LENGTH)])

    def validate_next(self, field: Field) -> None:
        """Go on to an address of this site only."""
        if field.data and not is_own_address(field.data):
            field.data = ""


class AskForLinkForm(GoingOnForm):
    """Where a link that signs in should go."""

    email = EmailField(
        _("E-mail"),
        validators=[DataRequired(_("Enter your e-mail address."))],
        render_kw={"autocomplete": "username", "maxlength": EMAIL_LENGTH},
    )

    def validate_email(self, field: Field) -> None:
        """Take what is an address, in the form in which it is stored."""
        require_address(field)


class StartPasskeyForm(ProvenByPassword):
    """A name for a passkey; the password keeps others at a shared computer from adding theirs."""

    name = StringField(
        _("Name of the passkey"),
        validators=[
            DataRequired(_("Give it a name by which you will know it.")),
            require_letters,
            Length(max=PASSKEY_NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "off", "maxlength": PASSKEY_NAME_LENGTH},
    )
    password = password_now()


class PasskeyForm(Form):
    """What a device answered, as JSON; a script fills it in."""

    credential = HiddenField(validators=[DataRequired(), Length(max=CREDENTIAL_ANSWER)])


class PasskeySignInForm(PasskeyForm, GoingOnForm):
    """A passkey instead of address and password."""

    remember = BooleanField(_("Keep me signed in on this device for 30 days"))


class ProfileForm(Form):
    """What the site knows about a person, to be seen and changed."""

    name = StringField(
        _("Your name"),
        validators=[
            DataRequired(_("Enter your name.")),
            require_letters,
            Length(max=NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH},
    )
    language = SelectField(_("Language for e-mail"), validators=[InputRequired()])
    time_zone = SelectField(_("Time zone"), validators=[InputRequired()])
    profession = SelectField(_("Profession"), validators=[OptionalInput()])
    territory = SelectField(_("State or territory where you work"), validators=[OptionalInput()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = getattr(kwargs.get("obj"), "time_zone", current_app.config["SOAR"].time_zone)
        self.language.choices = _language_choices()
        self.time_zone.choices = choices_with(current)
        self.profession.choices = list_professions()
        self.territory.choices = list_territories()


class AddEmailForm(ProvenByPassword):
    """One more address. The password keeps others at a shared computer from adding theirs."""

    email = EmailField(
        _("New e-mail address"),
        validators=[DataRequired(_("Enter your e-mail address."))],
        render_kw={"autocomplete": "email", "maxlength": EMAIL_LENGTH},
    )
    password = password_now()

    def validate_email(self, field: Field) -> None:
        """Take what is an address, in the form in which it is stored."""
        require_address(field)


def require_address(field: Field) -> None:
    """Bring an address into the form in which it is stored; refuse what is none."""
    try:
        field.data = read_address(field.data or "")
    except NoAddressError:
        raise ValidationError(gettext("Enter an e-mail address like name@example.org.")) from None


def require_license_number(_form: object, field: Field) -> None:
    """Refuse what no board writes into a number."""
    if field.data and not is_license_number(field.data):
        raise StopValidation(gettext("Write the license number with letters, digits, and . / # -"))


class AddLicenseForm(Form):
    """A license: number and state, and what else somebody wants to note of it."""

    territory = SelectField(
        _("State or territory of the license"),
        validators=[InputRequired(_("Choose the state or territory of the license."))],
    )
    number = StringField(
        _("License number"),
        validators=[
            DataRequired(_("Enter the number of the license.")),
            require_license_number,
            Length(max=LICENSE_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
        render_kw={"maxlength": LICENSE_LENGTH, "autocomplete": "off"},
    )
    profession = SelectField(_("Profession"), validators=[OptionalInput()])
    renews_on = DayField(_("Next renewal"), validators=[OptionalInput()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _open, *territories = list_territories()
        self.territory.choices = [("", gettext("Choose")), *territories]
        self.profession.choices = list_professions()


def _language_choices() -> list[SelectChoice]:
    return [SelectChoice(tag, language.name) for tag, language in languages().items()]
