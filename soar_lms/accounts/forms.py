"""Forms of signing up, signing in and the profile. Flask-Security checks; the words are ours."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_security.forms import (
    ChangePasswordForm as SecurityChangePasswordForm,
)
from flask_security.forms import (
    ForgotPasswordForm as SecurityForgotPasswordForm,
)
from flask_security.forms import (
    LoginForm,
    RegisterFormV2,
)
from flask_security.forms import (
    ResetPasswordForm as SecurityResetPasswordForm,
)
from flask_security.forms import (
    SendConfirmationForm as SecuritySendConfirmationForm,
)
from flask_security.mail_util import EmailValidateException
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.validators import Optional as OptionalInput

from soar_lms.accounts.models import NAME_LENGTH
from soar_lms.accounts.professions import PROFESSIONS, TERRITORIES
from soar_lms.accounts.time_zones import choices_with, is_time_zone
from soar_lms.forms import Form
from soar_lms.i18n import current_language, languages
from soar_lms.i18n import lazy_gettext as _


class _Ours:
    """Our token and our cleaning, for Flask-Security's forms."""

    class Meta(Form.Meta):
        pass

    all_errors = Form.all_errors


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


class SignUpForm(_Ours, RegisterFormV2):
    """What an account needs, and no more."""

    name = StringField(
        _("Your name"),
        validators=[
            DataRequired(_("Enter your name.")),
            Length(max=NAME_LENGTH, message=_("Enter at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH},
    )
    language = SelectField(_("Language for e-mail"))
    time_zone = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = _language_choices()
        if not self.language.data:
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


class ProfileForm(Form):
    """What the site knows about a person, to be seen and changed."""

    name = StringField(
        _("Your name"),
        validators=[
            DataRequired(_("Enter your name.")),
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
        fill_practice_choices(self)


def fill_practice_choices(form: Any) -> None:
    """Fill the menus of profession and place; both may be left open."""
    for field, names in ((form.profession, PROFESSIONS), (form.territory, TERRITORIES)):
        field.choices = [
            SelectChoice("", _("I would rather not say")),
            *(SelectChoice(code, name) for code, name in names.items()),
        ]


def _language_choices() -> list[SelectChoice]:
    return [SelectChoice(tag, language.name) for tag, language in languages().items()]
