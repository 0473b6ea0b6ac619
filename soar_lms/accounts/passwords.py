"""Passwords: which may be chosen, and forms that somebody confirms with theirs."""

from __future__ import annotations

from typing import Any, Self

from flask import current_app
from flask_security.password_util import PasswordUtil
from flask_security.utils import verify_password
from wtforms import Field, PasswordField, ValidationError
from wtforms.validators import DataRequired, Length

from soar_lms.accounts.strength import FEWEST_CHARACTERS, Fault, find_fault
from soar_lms.forms import Form
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _

PASSWORD_LENGTH = 1_000
"""Characters; a limit only so that hashing has one (passlib refuses more than 4,096)."""

_WORDS = {
    Fault.SHORT: _(
        "Choose a password of at least %(count)d characters. Three or four words that do not "
        "belong together are a good choice.",
        count=FEWEST_CHARACTERS,
    ),
    Fault.PERSONAL: _(
        "Leave your name, your e-mail address, and the name of this site out of the password: "
        "others would try them first."
    ),
    Fault.EASY: _(
        "This password is easy to guess. Choose three or four words that do not belong together, "
        "or let your browser make a password and keep it."
    ),
}


class PasswordRules(PasswordUtil):
    """Flask-Security asks it about each password that somebody chooses, and about no other."""

    def validate(
        self, password: str, is_register: bool, **values: Any
    ) -> tuple[list[str] | None, str]:
        """Return what to say of a new password, if anything, and the password as it is hashed."""
        person = values.get("user")
        known = values if person is None else {"name": person.name, "email": person.email}
        personal = [known.get("name"), known.get("email"), current_app.config["SOAR"].site_name]
        fault = find_fault(password, [text for text in personal if text])
        return [str(_WORDS[fault])] if fault else None, self.normalize(password)


def is_password(typed: str, password_hash: str | None) -> bool:
    """Whether what somebody typed is their password; nothing is one that was never chosen."""
    return password_hash is not None and bool(verify_password(typed, password_hash))


def password_now(*, required: bool = True) -> PasswordField:
    """Return the field for the password that somebody has."""
    needed = [DataRequired(_("Enter your password."))] if required else []
    too_long = Length(max=PASSWORD_LENGTH, message=_("Enter at most %(max)d characters."))
    return PasswordField(
        _("Your password now"),
        validators=[*needed, too_long],
        render_kw={"autocomplete": "current-password"},
    )


class ProvenByPassword(Form):
    """A form with a field `password`: whoever sends it is who they seem to be."""

    password_hash: str | None = None

    @classmethod
    def for_password(cls, password_hash: str | None) -> Self:
        """Return the form for somebody with this password."""
        form = cls()
        form.password_hash = password_hash
        return form

    def validate_password(self, field: Field) -> None:
        """Refuse what is not their password."""
        if not is_password(field.data, self.password_hash):
            raise ValidationError(gettext("That password is not right. Type it again."))
