"""The trainer's rooms."""

from soar_lms.cohorts.views import (
    certificates,
    groups,
    invitations,
    joining,
    learning,
    members,
    paper,
    progress,
    report,
    roster,
    terms,
    trainers,
    waiting,
)
from soar_lms.cohorts.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "certificates",
    "groups",
    "invitations",
    "joining",
    "learning",
    "members",
    "paper",
    "progress",
    "report",
    "roster",
    "terms",
    "trainers",
    "waiting",
]
