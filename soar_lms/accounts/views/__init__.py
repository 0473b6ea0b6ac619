"""Pages around an account."""

from soar_lms.accounts.views import profile, sign_ins
from soar_lms.accounts.views.blueprint import blueprint

__all__ = ["blueprint", "profile", "sign_ins"]
