"""Passwords: how long one may be, and forms that somebody confirms with theirs."""

from __future__ import annotations

from typing import Self

from flask_security.utils import verify_password
from wtforms import Field, PasswordField, ValidationError
from wtforms.validators import DataRequired, Length

from soar_lms.forms import Form
from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _

PASSWORD_LENGTH = 1_000
"""Characters; a limit only so that hashing has one (passlib refuses more than 4,096)."""


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
