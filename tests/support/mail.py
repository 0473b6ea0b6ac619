"""Reading what stands in e-mail."""

from __future__ import annotations

import re

from soar_lms.messages.models import OutboxMessage

_INVITATION = re.compile(r"/invitation/([\w-]+)$", re.MULTILINE)


def token_in(mail: OutboxMessage) -> str:
    """Return the secret of an invitation."""
    found = _INVITATION.search(mail.body)
    assert found is not None, mail.body
    return found.group(1)
