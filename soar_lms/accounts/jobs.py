"""What the worker does for accounts; the command line registers it with the worker."""

from __future__ import annotations

from datetime import datetime

from soar_lms.accounts.links import has_old_links, tidy_links
from soar_lms.accounts.sign_ins import has_old_sign_ins, tidy_sign_ins
from soar_lms.database import transaction


def forget_old_sign_ins(now: datetime) -> int:
    """Forget devices and links with which nobody can get in any more; return how many."""
    if not has_old_sign_ins(now) and not has_old_links(now):
        return 0
    with transaction():
        return tidy_sign_ins(now) + tidy_links(now)
