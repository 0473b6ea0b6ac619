"""Pages around an account."""

from soar_lms.accounts.views import links, passkeys, profile, sign_ins
from soar_lms.accounts.views.blueprint import blueprint

__all__ = ["blueprint", "links", "passkeys", "profile", "sign_ins"]
