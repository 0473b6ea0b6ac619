"""The trainer's rooms."""

from soar_lms.cohorts.views import (
    certificates,
    groups,
    invitations,
    learning,
    members,
    paper,
    report,
)
from soar_lms.cohorts.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "certificates",
    "groups",
    "invitations",
    "learning",
    "members",
    "paper",
    "report",
]
