"""All of one's own certificates as one file: for a new employer, or for keeping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from soar_lms.accounts.models import Person, Reader
from soar_lms.accounts.services import list_people
from soar_lms.certificates import bundles
from soar_lms.certificates.bundles import Form
from soar_lms.certificates.services import list_certificates
from soar_lms.clock import local_date
from soar_lms.i18n import gettext
from soar_lms.tasks.kinds import Beat, Item, Kind, Order, add_kind
from soar_lms.tasks.models import Task
from soar_lms.tasks.services import ask_for, list_tasks

_SUBJECT = "own-certificates"


def ask_for_own(owner: Person | Reader, *, language: str, now: datetime) -> Task:
    """Have a ZIP made of all certificates of a person that were not revoked.

    :raises TooManyTasksError: when they have too much under way.
    """
    return ask_for(
        OWN_CERTIFICATES,
        owner_id=owner.id,
        subject=_SUBJECT,
        parameters={},
        language=language,
        now=now,
    )


def list_own_files(owner: Person | Reader, now: datetime) -> list[Task]:
    """Return the files that somebody asked for, the newest first."""
    return list_tasks(owner.id, _SUBJECT, now)


def count_own(owner: Person | Reader) -> int:
    """Return how many certificates would be in the file."""
    return len(_plan_of(owner.id))


def _plan_of(person_id: int) -> list[Item]:
    return [item.id for item in list_certificates(person_id) if item.revoked_at is None]


def _owner(order: Order) -> Person | None:
    return list_people([order.owner_id]).get(order.owner_id)


def _allows(order: Order) -> bool:
    owner = _owner(order)
    return owner is not None and owner.active


def _finish(
    order: Order, parts: Sequence[Path], target: Path, beat: Beat, now: datetime
) -> str | None:
    owner = _owner(order)
    if owner is None or not bundles.finish(Form.ZIP, parts, target, beat):
        return None
    return f"{bundles.bundle_name()}-{local_date(now, owner.time_zone)}.zip"


OWN_CERTIFICATES = add_kind(
    Kind(
        name="own-certificates",
        allows=_allows,
        plan=lambda order, _now: _plan_of(order.owner_id),
        make=lambda _order, items, target, beat: bundles.make_slice(Form.ZIP, items, target, beat),
        mark=lambda _order, items: bundles.mark(items),
        finish=_finish,
        say_title=lambda _order: str(gettext("My certificates as one file")),
        say_progress=bundles.say_progress,
        say_result=bundles.say_result,
        came_from=lambda _order: ("certificates.export_own", {}),
    )
)
