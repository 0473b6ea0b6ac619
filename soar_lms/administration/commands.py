"""`soar-lms people …`: accounts of one person made one and parted again; erasing an account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import Flask

from soar_lms.accounts.erasing import ErasureRefusedError
from soar_lms.accounts.merging import MergeRefusedError
from soar_lms.accounts.models import Person
from soar_lms.accounts.services import get_person
from soar_lms.administration.duplicates import Suspicion, find_suspicions
from soar_lms.administration.erasing import ErasurePlan, Fate, erase_person, plan_erasure
from soar_lms.administration.merging import MergePlan, get_merge, merge_people, plan_merge
from soar_lms.administration.undoing import UndoHinderedError, find_hindrances, undo_merge
from soar_lms.audit.services import operator
from soar_lms.clock import local_date, utc_now
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.learning.merging import Joint

LoadApp = Callable[[], Flask]


@click.group()
def people() -> None:
    """Look after accounts: two of one person, and those that somebody wants gone."""


@people.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list for programs.")
@click.pass_obj
def duplicates(load_app: LoadApp, *, as_json: bool) -> None:
    """List the accounts that may be one person's, the likeliest first. Nothing is changed."""
    with load_app().app_context():
        found = find_suspicions()
        if as_json:
            click.echo(json.dumps([_as_values(item) for item in found], indent=2))
            return
        for item in found:
            why = ", ".join(sorted(item.likeness.reasons))
            click.echo(f"{item.likeness.score:>2}  {_say(item.first)}  {_say(item.second)}  {why}")
    click.echo(f"{len(found)} pairs. Look before you merge: two people may share a name.")


def _as_values(item: Suspicion) -> dict[str, object]:
    return {
        "score": item.likeness.score,
        "reasons": sorted(item.likeness.reasons),
        "people": [{"id": each.id, "email": each.email} for each in (item.first, item.second)],
    }


def _say(person: Person) -> str:
    return f"{person.id} <{person.email}>"


@people.command()
@click.argument("keep")
@click.argument("other")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.pass_obj
def merge(load_app: LoadApp, keep: str, other: str, *, dry_run: bool) -> None:
    """Make the account OTHER one with KEEP, which stays. Each is an e-mail address or a number."""
    with load_app().app_context(), _plain_errors():
        keep_id, other_id = get_person(keep).id, get_person(other).id
        for line in _describe(plan_merge(keep_id, other_id, utc_now())):
            click.echo(line)
        if dry_run:
            click.echo("Nothing was changed.")
            return
        with transaction():
            made = merge_people(keep_id, other_id, actor=operator(), now=utc_now())
        click.echo(f"Merged. To take it back: soar-lms people unmerge {made.id}")


def _describe(plan: MergePlan) -> Iterator[str]:
    yield f"{_say(plan.keep)} stays, {_say(plan.other)} goes."
    for module_id, joints in plan.modules.items():
        for joint in joints:
            yield f"  {module_id}: {_describe_joint(joint, plan.keep.time_zone)}"
    kept = [
        f"{count} {name.replace('_', ' ')}" for name, count in sorted(plan.counts.items()) if count
    ]
    yield f"Kept: {', '.join(kept) or 'nothing was there'}."


def _describe_joint(joint: Joint, time_zone: str) -> str:
    done = joint.present.completed_at
    words = f"completed on {local_date(done, time_zone)}" if done else "not completed"
    if joint.history is None:
        return words
    if joint.combines:
        return f"{words}; what both did in it is put together"
    return f"{words}; completed again, which is kept as history"


@people.command()
@click.argument("merge_id", metavar="MERGE_ID", type=int)
@click.option("--dry-run", is_flag=True, help="Only say whether it can be taken back.")
@click.pass_obj
def unmerge(load_app: LoadApp, merge_id: int, *, dry_run: bool) -> None:
    """Part two accounts that were made one; everything comes back, or nothing is changed."""
    with load_app().app_context(), _plain_errors():
        hindrances = find_hindrances(get_merge(merge_id))
        for item in hindrances:
            click.echo(f"in the way: {item.obstacle} ({item.detail})")
        if hindrances:
            raise UndoHinderedError
        if not dry_run:
            with transaction():
                undo_merge(merge_id, actor=operator(), now=utc_now())
    click.echo("It can be taken back." if dry_run else "The accounts are as they were before.")


@people.command()
@click.argument("who", metavar="EMAIL")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask before it is done.")
@click.pass_obj
def erase(load_app: LoadApp, who: str, *, dry_run: bool, yes: bool) -> None:
    """Erase the person EMAIL (or a number) for good; certificates stay without a name.

    It cannot be undone. Answers to evaluations stay: nobody can tell whose they are.
    """
    with load_app().app_context(), _plain_errors():
        plan = plan_erasure(get_person(who).id)
        for line in _describe_erasure(plan):
            click.echo(line)
        if dry_run:
            click.echo("Nothing was changed.")
            return
        if not yes:
            click.confirm("Erase this person for good?", abort=True)
        with transaction():
            erase_person(plan.person.id, actor=operator(), now=utc_now())
    click.echo("Erased.")


def _describe_erasure(plan: ErasurePlan) -> Iterator[str]:
    yield f"{_say(plan.person)}, {plan.person.role}"
    for number in plan.person_ids[1:]:
        yield f"  account {number}, which was made one with it"
    for table, count in sorted(plan.counts[Fate.DELETED].items()):
        yield f"  {count:>4}  {table.replace('_', ' ')} deleted"
    for table, count in sorted(plan.counts[Fate.NAMELESS].items()):
        yield f"  {count:>4}  {table.replace('_', ' ')} stay without a name"


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say what is wrong in a line, not in a traceback."""
    try:
        yield
    except NotFoundError:
        raise click.ClickException("there is no such account or merge") from None
    except (ErasureRefusedError, MergeRefusedError, UndoHinderedError) as error:
        raise click.ClickException(str(error.message)) from None
