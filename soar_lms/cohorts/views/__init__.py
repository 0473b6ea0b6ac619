"""The trainer's rooms."""

from soar_lms.cohorts.views import groups, invitations, learning, members, report
from soar_lms.cohorts.views.blueprint import blueprint

__all__ = ["blueprint", "groups", "invitations", "learning", "members", "report"]
