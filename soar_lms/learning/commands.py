"""`soar-lms assessments …` and `soar-lms learners …`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import Flask

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import find_person
from soar_lms.assessments.grading import shown_points
from soar_lms.assessments.models import Attempt
from soar_lms.audit.services import operator
from soar_lms.certificates.codes import format_code
from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.i18n import speaking
from soar_lms.learning.keeping import find_wrong, list_batches, rebuild, renew_outdated
from soar_lms.learning.regrading import Change, apply_change, find_changes, may_apply
from soar_lms.learning.support import CycleRecord, list_cycles
from soar_lms.learning.wording import STATUSES, say_left


@click.group()
def assessments() -> None:
    """Look after tests and their results."""


@assessments.command()
@click.argument("module_id", metavar="MODULE")
@click.option("--dry-run", is_flag=True, help="Only say who would change.")
@click.option(
    "--also-lower",
    is_flag=True,
    help="Take points away too, from those without a certificate.",
)
@click.pass_obj
def regrade(
    load_app: Callable[[], Flask], module_id: str, *, dry_run: bool, also_lower: bool
) -> None:
    """Judge the tests of MODULE again, by the keys that its content has now."""
    with load_app().app_context():
        module = catalogue().modules.get(module_id)
        if module is None:
            known = ", ".join(catalogue().modules)
            raise click.ClickException(f'there is no module "{module_id}"; there is: {known}')
        with nullcontext() if dry_run else transaction():
            changes = [
                (change, may_apply(change, also_lower=also_lower))
                for change in find_changes(module)
            ]
            said = [(change, made) for change, made in changes if change.regrade.gain]
            for change, made in said:
                click.echo(_line(change, stays=not made))
            for change, made in changes:
                if made and not dry_run:
                    apply_change(change, module, actor=operator(), now=utc_now())
    count = sum(made for _, made in said)
    verb = "would change" if dry_run else "changed"
    click.echo(f"{count} {verb}, {len(said) - count} stay as they are.")


def _line(change: Change, *, stays: bool) -> str:
    regrade, attempt = change.regrade, change.regrade.attempt
    words = [
        f"{change.person.email}: {attempt.instrument}-test, try {attempt.number}:",
        f"{shown_points(attempt.points or 0)} -> {shown_points(regrade.points)}",
        f"of {attempt.max_points}",
    ]
    if regrade.passes_now:
        words.append("(passes)")
    if regrade.fails_now:
        words.append("(would not pass)")
    if stays:
        words.append("- stays" + (", has a certificate" if change.enrolment.completed_at else ""))
    return " ".join(words)


# --- learners -----------------------------------------------------------------------------------

_OUTPUT_LANGUAGE = "en"
"""The command line speaks English, whatever the site speaks: one language per output."""


@click.group()
def learners() -> None:
    """Look up where learners stand, to help them."""


@learners.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
@click.pass_obj
def show(load_app: Callable[[], Flask], email: str, *, as_json: bool) -> None:
    """Say where the learner EMAIL stands: every module and cycle, what is left, every result.

    Times are those of the learner's time zone. Answers are not shown.
    """
    with load_app().app_context(), speaking(_OUTPUT_LANGUAGE):
        person = find_person(email)
        if person is None:
            raise click.ClickException(f"nobody has an account with the address {email}")
        cycles = [
            _describe(record, person) for record in list_cycles(person, catalogue(), utc_now())
        ]
        found = {
            "name": person.name,
            "email": person.email,
            "role": person.role,
            "language": person.language,
            "time_zone": person.time_zone,
            "cycles": cycles,
        }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(found)))


@learners.command()
@click.option("--check", "action", flag_value="check", help="Only say which rows are wrong.")
@click.option("--rebuild", "action", flag_value="rebuild", help="Make every row anew.")
@click.pass_obj
def standings(load_app: Callable[[], Flask], action: str | None) -> None:
    """Prove that what is kept of everybody's standing is what the records say, or make it so.

    --check writes nothing and exits 1 where a row is wrong, as `PERSON MODULE`. Without an option,
    only rows that rest on other content than that of today are made anew, and missing ones.
    """
    with load_app().app_context():
        if action == "rebuild":
            click.echo(f"Made the rows of {rebuild(catalogue())} people anew.")
        elif action == "check":
            _check_standings()
        else:
            click.echo(f"Made the rows of {renew_outdated(catalogue())} people anew.")


def _check_standings() -> None:
    wrong, count = [], 0
    for batch in list_batches():
        wrong += find_wrong(batch, catalogue())
        count += len(batch)
    for words in wrong:
        click.echo(words)
    click.echo(f"Checked {count} people: {len(wrong)} wrong.")
    if wrong:
        sys.exit(1)


def _describe(record: CycleRecord, person: Person) -> dict[str, Any]:
    enrolment, certificate, renewal = record.enrolment, record.certificate, record.renewal
    module = catalogue().find_module(enrolment.module_id)
    setting = catalogue().settings.get(enrolment.setting)
    return {
        "module": enrolment.module_id,
        "title": module.title_in(_OUTPUT_LANGUAGE) if module else None,
        "cycle": enrolment.cycle,
        "path": enrolment.path,
        "status": record.status,
        "status_in_words": str(STATUSES[record.status]) if record.status else None,
        "left": say_left(record.left),
        "setting": setting.name.get(_OUTPUT_LANGUAGE) if setting else enrolment.setting,
        "language": enrolment.language,
        "enrolled_at": _local(enrolment.enrolled_at, person),
        "completed_at": _local(enrolment.completed_at, person),
        "last_activity": _local(record.last_activity, person),
        "attempts": [_describe_attempt(item, person) for item in record.attempts],
        "certificate": certificate
        and {
            "code": format_code(certificate.code),
            "status": record.certificate_status,
            "completed_on": certificate.completed_on.isoformat(),
            "valid_until": certificate.expires_on and certificate.expires_on.isoformat(),
        },
        "renewal_opens_on": renewal and renewal.opens_on.isoformat(),
    }


def _describe_attempt(item: Attempt, person: Person) -> dict[str, Any]:
    return {
        "test": item.instrument,
        "try": item.number,
        "started_at": _local(item.started_at, person),
        "handed_in_at": _local(item.submitted_at, person),
        "points": _number(item.points),
        "of": item.max_points,
        "percent": item.percent,
        "passed": item.passed,
    }


def _number(points: Fraction | None) -> int | float | None:
    """Return points as JSON writes them: at most two decimals, as people see them."""
    if points is None:
        return None
    shown = shown_points(points)
    return int(shown) if shown == int(shown) else float(shown)


def _local(moment: datetime | None, person: Person) -> str | None:
    """Write a moment where the learner is, with its offset: an hour may happen twice."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(person.time_zone)).isoformat(timespec="seconds")


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['name']} <{found['email']}>, {found['role']}"
    yield f"language {found['language']}, time zone {found['time_zone']}"
    if not found["cycles"]:
        yield "has not begun any module"
    for cycle in found["cycles"]:
        yield ""
        yield from _cycle_lines(cycle)


def _cycle_lines(cycle: dict[str, Any]) -> Iterator[str]:
    yield f"{cycle['title'] or 'no longer offered'} ({cycle['module']})"
    kind = "whole module" if cycle["path"] == "full" else "refresher"
    yield f"  cycle {cycle['cycle']}, {kind}: {cycle['status_in_words'] or 'not known'}"
    if cycle["left"]:
        yield f"  left: {cycle['left']}"
    yield f"  setting: {cycle['setting']}, language: {cycle['language']}"
    yield f"  begun: {cycle['enrolled_at']}"
    yield f"  last activity: {cycle['last_activity']}"
    if cycle["completed_at"]:
        yield f"  completed: {cycle['completed_at']}"
    yield from (f"  {_attempt_line(item)}" for item in cycle["attempts"])
    if cycle["certificate"]:
        yield f"  {_certificate_line(cycle['certificate'])}"
    if cycle["renewal_opens_on"]:
        yield f"  can be renewed from: {cycle['renewal_opens_on']}"


def _attempt_line(item: dict[str, Any]) -> str:
    start = f"{item['test']}-test, try {item['try']}:"
    if item["handed_in_at"] is None:
        return f"{start} open since {item['started_at']}"
    verdict = {True: ", passed", False: ", not passed", None: ""}[item["passed"]]
    score = f"{item['points']} of {item['of']} right ({item['percent']}%){verdict}"
    return f"{start} {score}, handed in {item['handed_in_at']}"


def _certificate_line(certificate: dict[str, Any]) -> str:
    until = certificate["valid_until"]
    return (
        f"certificate {certificate['code']}: {certificate['status']},"
        f" completed on {certificate['completed_on']}" + (f", valid until {until}" if until else "")
    )
