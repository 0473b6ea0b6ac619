"""`soar-lms certificates revoke` and `restore`: one or many, by filter.

Many are done a few at a time, each few in a transaction of their own: nobody waits long, and what
is interrupted is gone on with by the same command, since what is done is not done again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app

from soar_lms.audit.services import operator
from soar_lms.certificates.codes import format_code, read_code
from soar_lms.certificates.models import REASON_LENGTH, REVOCATION_LENGTH, Certificate
from soar_lms.certificates.revoking import (
    Selection,
    list_restorable,
    list_revocable,
    make_revocation_number,
    restore_certificates,
    revoke_certificates,
)
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts.services import find_cohort, list_member_ids, list_module_ids
from soar_lms.database import transaction

AT_A_TIME = 50
"""Certificates in a transaction: a tenth of a second in which SQLite lets nobody else write."""

LoadApp = Callable[[], Flask]
Command = Callable[..., None]
_DAY = click.DateTime(["%Y-%m-%d"])


def _takes_filters(command: Command) -> Command:
    """Give a command the options that say which certificates are meant, and how to ask for them."""
    options = (
        click.option("--code", "codes", multiple=True, help="This certificate; may be repeated."),
        click.option("--module", "module_id", help="Of this module, whether it is there or not."),
        click.option("--version", "module_version", help="Of this version of its module."),
        click.option("--language", help="In this language, such as es."),
        click.option("--cohort", type=int, help="Of the members of a group, in its modules."),
        click.option(
            "--issued-from", type=_DAY, help="Issued on this day or later, in the zone of the site."
        ),
        click.option("--issued-to", type=_DAY, help="Issued on this day or earlier."),
        click.option("--dry-run", is_flag=True, help="Only list them and count them."),
        click.option("--yes", is_flag=True, help="Do not ask before it is done."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_takes_filters
@click.option(
    "--reason", required=True, help="Why; the holders read it, and the audit trail keeps it."
)
@click.option(
    "--revocation", help="The number of a revocation that was interrupted, to go on with it."
)
@click.pass_obj
def revoke(
    load_app: LoadApp,
    /,
    *,
    reason: str,
    revocation: str | None,
    dry_run: bool,
    yes: bool,
    **filters: Any,
) -> None:
    """Revoke certificates: all for which every given option holds. Each holder gets an e-mail.

    A second time changes nothing. What is revoked together can be restored by its number.
    """
    reason = _read_reason(reason)
    if revocation is not None and len(revocation) > REVOCATION_LENGTH:
        raise click.ClickException("this is not the number of a revocation")
    with load_app().app_context():
        found = list_revocable(_select(**filters))
        _list(found)
        if not _is_wanted("Revoke", found, dry_run=dry_run, yes=yes):
            return
        number = revocation or make_revocation_number(local_date(utc_now(), _zone()))
        click.echo(f"Revocation {number}")
        done = 0
        for part in _in_parts(found):
            with transaction():
                done += len(
                    revoke_certificates(
                        [item.id for item in part],
                        reason=reason,
                        revocation=number,
                        actor=operator(),
                        now=utc_now(),
                    )
                )
            click.echo(f"{done} of {len(found)}")
    click.echo(
        f"Revoked {done}. To restore them: soar-lms certificates restore --revocation {number}"
    )


@click.command()
@_takes_filters
@click.option("--revocation", help="Those that were revoked together under this number.")
@click.option("--reason", required=True, help="Why; the audit trail keeps it.")
@click.pass_obj
def restore(
    load_app: LoadApp,
    /,
    *,
    reason: str,
    revocation: str | None,
    dry_run: bool,
    yes: bool,
    **filters: Any,
) -> None:
    """Restore revoked certificates: all for which every given option holds.

    One is left as it is where a newer certificate counts for the same completion: that is said,
    and the exit status is 1. A second time changes nothing.
    """
    reason = _read_reason(reason)
    with load_app().app_context():
        found = list_restorable(_select(**filters, revocation=revocation))
        _list(found)
        if not _is_wanted("Restore", found, dry_run=dry_run, yes=yes):
            return
        done, hindered = 0, 0
        for part in _in_parts(found[::-1]):
            with transaction():
                result = restore_certificates(
                    [item.id for item in part], reason=reason, actor=operator(), now=utc_now()
                )
            done, hindered = done + len(result.done), hindered + len(result.hindered)
            for item, newer in result.hindered:
                click.echo(
                    f"{format_code(item.code)}: not restored, "
                    f"{format_code(newer.code)} counts for the same completion"
                )
    click.echo(f"Restored {done} of {len(found)}.")
    if hindered:
        sys.exit(1)


def _select(
    *,
    codes: Sequence[str],
    module_id: str | None,
    module_version: str | None,
    language: str | None,
    cohort: int | None,
    issued_from: datetime | None,
    issued_to: datetime | None,
    revocation: str | None = None,
) -> Selection:
    selection = Selection(
        codes=frozenset(_read_codes(codes)) or None,
        module_id=module_id,
        module_version=module_version,
        language=language,
        issued_from=_begin(issued_from.date()) if issued_from else None,
        issued_before=_begin(issued_to.date() + timedelta(1)) if issued_to else None,
        revocation=revocation,
        **_of_cohort(cohort),
    )
    if selection.is_everything:
        raise click.UsageError("say which certificates: give at least one option for that")
    return selection


def _read_codes(typed: Sequence[str]) -> Iterator[str]:
    for each in typed:
        code = read_code(each)
        if code is None:
            raise click.ClickException(f'"{each}" is not a certificate code')
        yield code


def _of_cohort(cohort_id: int | None) -> dict[str, Any]:
    if cohort_id is None:
        return {}
    cohort = find_cohort(cohort_id)
    if cohort is None:
        raise click.ClickException(f"there is no group {cohort_id}")
    return {
        "person_ids": frozenset(list_member_ids(cohort)),
        "module_ids": frozenset(list_module_ids(cohort)),
    }


def _zone() -> str:
    return str(current_app.config["SOAR"].time_zone)


def _begin(day: date) -> datetime:
    """Return when a day begins in the zone of the site."""
    return datetime.combine(day, time.min, ZoneInfo(_zone())).astimezone(UTC)


def _read_reason(typed: str) -> str:
    reason = " ".join(typed.split())
    if not reason or len(reason) > REASON_LENGTH:
        raise click.ClickException(f"a reason has at most {REASON_LENGTH} characters, and not none")
    return reason


def _list(found: Sequence[Certificate]) -> None:
    counts = Counter((item.module_id, item.module_version, item.language) for item in found)
    for item in found:
        click.echo(f"{format_code(item.code)}  {item.completed_on}  {item.module_id}  {item.name}")
    for (module_id, version, language), count in sorted(counts.items()):
        click.echo(f"{count:>6}  {module_id} {version} {language}")
    click.echo(f"{len(found):>6}  in all")


def _is_wanted(verb: str, found: Sequence[Certificate], *, dry_run: bool, yes: bool) -> bool:
    """Whether to go on: somebody looked at the list, or has said that they need not."""
    if dry_run or not found:
        click.echo("Nothing was changed.")
        return False
    return yes or click.confirm(f"{verb} these {len(found)}?", abort=True)


def _in_parts(found: Sequence[Certificate]) -> Iterator[Sequence[Certificate]]:
    for start in range(0, len(found), AT_A_TIME):
        yield found[start : start + AT_A_TIME]
