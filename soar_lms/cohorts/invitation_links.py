"""The link of an invitation: a secret in an e-mail, of which only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from soar_lms.accounts.models import Person, Reader
from soar_lms.cohorts.models import Cohort, RosterLine
from soar_lms.cohorts.services import LINK_LASTS
from soar_lms.messages.services import Letter, public_url


def make_link(now: datetime) -> tuple[str, dict[str, Any]]:
    """Return a new secret, and what a line keeps of it."""
    token = secrets.token_urlsafe(16)
    kept = {"token_hash": digest(token), "invited_at": now, "expires_at": now + LINK_LASTS}
    return token, kept


def write_letter(
    cohort: Cohort, inviter: Person | Reader, token: str, *, name: str, email: str, language: str
) -> Letter:
    """Return an invitation that leads to a secret."""
    context = {
        "name": name,
        "inviter": inviter.name,
        "group": cohort.name,
        "days": LINK_LASTS.days,
        "address": public_url("cohorts.show_invitation", token=token, language=language),
    }
    return Letter(email, language, context)


def renew(line: RosterLine, now: datetime) -> str:
    """Give a line a new secret and a new end; return the secret."""
    token, link = make_link(now)
    for name, value in link.items():
        setattr(line, name, value)
    line.invitations_sent += 1
    return token


def digest(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
