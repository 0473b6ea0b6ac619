"""`soar-lms credit …`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
from flask import Flask

from soar_lms.audit.services import Action, operator, record
from soar_lms.catalogue.credit import CreditType
from soar_lms.certificates.credit_details import (
    delete_facts,
    last_day_kept,
    list_overdue,
    renew_facts,
)
from soar_lms.certificates.credit_reports import (
    Report,
    report_claims,
    report_counts,
    report_pharmacy,
)
from soar_lms.certificates.vault import WrongKeyError, make_key
from soar_lms.clock import local_date, utc_now
from soar_lms.config import Config
from soar_lms.database import transaction
from soar_lms.tables import write_csv

LoadApp = Callable[[], Flask]
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def credit() -> None:
    """Report credit to those who granted it, and look after what is kept for that."""


@credit.command()
@click.option(
    "--type",
    "kind",
    type=click.Choice([str(kind) for kind in CreditType]),
    required=True,
    help="Whose credit, as `type` of the offer says.",
)
@click.option("--from", "first", type=_DAY, required=True, help="First day of completion.")
@click.option("--to", "last", type=_DAY, required=True, help="Last day of completion.")
@click.option("--counts", is_flag=True, help="Count learners and credit by activity, name nobody.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The CSV file to write; only you can read it.",
)
@click.pass_obj
def report(
    load_app: LoadApp, kind: str, first: datetime, last: datetime, output: Path, *, counts: bool
) -> None:
    """Write the claims of a body as a table; that it was written is noted in the audit trail."""
    app = load_app()
    with app.app_context(), _plain_errors():
        period = (first.date(), last.date())
        made = _make_report(CreditType(kind), period, app.config["SOAR"], counts=counts)
        with transaction():
            record(
                Action.CREDIT_EXPORTED,
                actor=operator(),
                now=utc_now(),
                credit=kind,
                period="/".join(map(str, period)),
                number=len(made.rows),
            )
            _write(output, made)
    click.echo(f"Wrote {_count(len(made.rows), 'row')} to {output}.")
    if made.without_facts:
        click.echo(
            f"{_count(made.without_facts, 'claim')} left out: what ACPE asks was deleted, "
            "because it was kept for long enough or the account was erased."
        )
    if made.late:
        click.echo(
            f"{_count(made.late, 'claim')} completed more than 60 days ago: ACPE takes claims "
            "within 60 days."
        )


def _make_report(
    kind: CreditType, period: tuple[date, date], config: Config, *, counts: bool
) -> Report:
    if counts:
        return report_counts(kind, *period)
    if kind is CreditType.ACPE:
        return report_pharmacy(*period, config.credit_key, local_date(utc_now(), config.time_zone))
    return report_claims(kind, *period)


def _write(path: Path, made: Report) -> None:
    """Write the table so that nobody else on the server can read it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8", newline="") as file:
        os.fchmod(handle, 0o600)
        file.writelines(write_csv(made.header, made.rows))


@credit.command()
@click.option("--dry-run", is_flag=True, help="Only say how many it would be.")
@click.pass_obj
def tidy(load_app: LoadApp, *, dry_run: bool) -> None:
    """Delete what ACPE asks of claims that were kept for SOAR_RETENTION_YEARS. Run it every day.

    Certificates are never deleted.
    """
    app = load_app()
    config: Config = app.config["SOAR"]
    with app.app_context():
        today = local_date(utc_now(), config.time_zone)
        overdue = list_overdue(today, config.retention_years)
        if overdue and not dry_run:
            with transaction():
                delete_facts(overdue)
                record(Action.CREDIT_TIDIED, actor=operator(), now=utc_now(), number=len(overdue))
    day = last_day_kept(today, config.retention_years)
    verb = "Would delete" if dry_run else "Deleted"
    click.echo(f"{verb} the details of {_count(len(overdue), 'claim')} from before {day}.")


@credit.command()
@click.pass_obj
def rotate(load_app: LoadApp) -> None:
    """Encrypt everything anew with the first key of SOAR_CREDIT_KEY; then the others can go."""
    app = load_app()
    with app.app_context(), _plain_errors(), transaction():
        count = renew_facts(app.config["SOAR"].credit_key)
    click.echo(f"Encrypted the details of {_count(count, 'claim')} with the first key.")


@credit.command()
def key() -> None:
    """Print a new key for SOAR_CREDIT_KEY. Keep it apart from the database and its backups."""
    click.echo(make_key())


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say what is wrong in a line, not in a traceback."""
    try:
        yield
    except WrongKeyError:
        raise click.ClickException(
            "SOAR_CREDIT_KEY does not open what is kept: set it, or put the older key after the "
            "new one, with a comma between them"
        ) from None
    except OSError as error:
        raise click.ClickException(str(error)) from None
