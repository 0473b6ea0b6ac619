"""The certificates of a group as one file: what a trainer may ask for, and has the worker make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from soar_lms.accounts.models import Person, Reader
from soar_lms.accounts.services import list_people
from soar_lms.audit.services import Action, Actor, record
from soar_lms.certificates import bundles
from soar_lms.certificates.bundles import Form
from soar_lms.certificates.lines import Count, Line, among, count_newest, list_newest_lines
from soar_lms.clock import local_date
from soar_lms.cohorts.members import list_members_with
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.orders import may_have
from soar_lms.cohorts.services import MEMBERS, list_member_ids, list_module_ids
from soar_lms.database import db
from soar_lms.i18n import gettext
from soar_lms.tasks.kinds import Beat, Item, Kind, Order, Tally, add_kind
from soar_lms.tasks.models import Task
from soar_lms.tasks.services import ask_for, list_tasks

MOST_IN_A_PDF = 5_000
"""Documents in one PDF: more is no file that anybody prints, and it is made in memory."""


@dataclass(frozen=True)
class Wish:
    """Which certificates of a group a trainer wants, and as what."""

    form: Form
    module_id: str | None
    """None: of all modules of the group."""
    with_expired: bool
    person_ids: tuple[int, ...] | None
    """None: of everybody in the group."""

    def parameters(self, cohort: Cohort) -> dict[str, Any]:
        """Return it as a task keeps it; in one way only, so that the same is seen as the same."""
        people = None if self.person_ids is None else sorted(self.person_ids)
        return {
            "cohort": cohort.id,
            "form": str(self.form),
            "module": self.module_id,
            "expired": self.with_expired,
            "people": people,
        }


def find_people(cohort: Cohort, emails: Sequence[str]) -> tuple[tuple[int, ...], list[str]]:
    """Return the members who have these addresses, and the addresses that no member has."""
    found = list_members_with(cohort, emails)
    return tuple(found.values()), [email for email in emails if email not in found]


def count_certificates(cohort: Cohort, now: datetime) -> Count:
    """Return how many certificates a group has."""
    return count_newest(MEMBERS.params(cohort_id=cohort.id), list_module_ids(cohort), now)


def count_wanted(cohort: Cohort, wish: Wish, now: datetime) -> int:
    """Return how many certificates a wish means now."""
    modules = [wish.module_id] if wish.module_id else list_module_ids(cohort)
    chosen = [] if wish.person_ids is None else [among(wish.person_ids)]
    count = count_newest(MEMBERS.params(cohort_id=cohort.id), modules, now, *chosen)
    return count.all_together if wish.with_expired else count.valid


def ask_for_certificates(
    cohort: Cohort, wish: Wish, *, owner: Person | Reader, language: str, now: datetime
) -> Task:
    """Have a file made for a trainer, and note that it was asked for.

    :raises TooManyTasksError: when the trainer has too much under way.
    """
    record(
        Action.CERTIFICATES_EXPORTED,
        actor=Actor(person_id=owner.id),
        now=now,
        cohort=cohort.id,
        module=wish.module_id,
        number=count_wanted(cohort, wish, now),
    )
    return ask_for(
        CERTIFICATES,
        owner_id=owner.id,
        subject=_subject(cohort.id),
        parameters=wish.parameters(cohort),
        language=language,
        now=now,
    )


def list_files(cohort: Cohort, owner: Person | Reader, now: datetime) -> list[Task]:
    """Return what a trainer asked for in this group, the newest first."""
    return list_tasks(owner.id, _subject(cohort.id), now)


def _subject(cohort_id: int) -> str:
    return f"cohort-{cohort_id}"


def _list_lines(cohort: Cohort, parameters: Mapping[str, Any], now: datetime) -> list[Line]:
    modules = [parameters["module"]] if parameters["module"] else list_module_ids(cohort)
    members, chosen = list_member_ids(cohort), parameters["people"]
    people = members if chosen is None else sorted(set(members) & set(chosen))
    lines = list_newest_lines(people, modules)
    return [line for line in lines if parameters["expired"] or line.is_valid(now)]


# --- the kind of task ---------------------------------------------------------------------------


def _plan(order: Order, now: datetime) -> list[Item]:
    cohort = db.session.get_one(Cohort, order.parameters["cohort"])
    return [line.certificate_id for line in _list_lines(cohort, order.parameters, now)]


def _make(order: Order, items: Sequence[Item], target: Path, beat: Beat) -> Tally:
    return bundles.make_slice(Form(order.parameters["form"]), items, target, beat)


def _finish(
    order: Order, parts: Sequence[Path], target: Path, beat: Beat, now: datetime
) -> str | None:
    form = Form(order.parameters["form"])
    if not bundles.finish(form, parts, target, beat):
        return None
    cohort = db.session.get_one(Cohort, order.parameters["cohort"])
    owner = list_people([order.owner_id])[order.owner_id]
    return f"{bundles.bundle_name(cohort.name)}-{local_date(now, owner.time_zone)}.{form}"


def _say_title(order: Order) -> str:
    cohort = db.session.get(Cohort, order.parameters["cohort"])
    name = cohort.name if cohort else ""
    if order.parameters["form"] == Form.ZIP:
        return str(gettext("Certificates of %(name)s (ZIP)", name=name))
    return str(gettext("Certificates of %(name)s (one PDF)", name=name))


CERTIFICATES = add_kind(
    Kind(
        name="cohort-certificates",
        allows=may_have,
        plan=_plan,
        make=_make,
        mark=lambda _order, items: bundles.mark(items),
        finish=_finish,
        say_title=_say_title,
        say_progress=bundles.say_progress,
        say_result=bundles.say_result,
        came_from=lambda order: (
            "cohorts.export_certificates",
            {"cohort_id": order.parameters["cohort"]},
        ),
    )
)
