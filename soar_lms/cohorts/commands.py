"""`soar-lms cohorts …`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask import Flask

from soar_lms.clock import utc_now
from soar_lms.cohorts.invitations import tidy_roster
from soar_lms.cohorts.places import find_wrong_lines, settle_all
from soar_lms.cohorts.services import list_cohort_ids
from soar_lms.database import transaction


@click.group()
def cohorts() -> None:
    """Look after groups."""


@cohorts.command()
@click.pass_obj
def tidy(load_app: Callable[[], Flask]) -> None:
    """Delete invitations that nobody accepted, 90 days after they expired. Run it every day."""
    with load_app().app_context(), transaction():
        count = tidy_roster(utc_now())
    click.echo(f"Deleted {count} invitation{'' if count == 1 else 's'}.")


@cohorts.command()
@click.option("--check", is_flag=True, help="Only say what is wrong; exit 1 if anything is.")
@click.pass_obj
def settle(load_app: Callable[[], Flask], *, check: bool) -> None:
    """Make places, lines and counts of every group's report what the records say.

    They follow by themselves; this is for somebody who wants to be sure, or who changed
    rows by hand.
    """
    with load_app().app_context():
        cohort_ids = list_cohort_ids()
        if not check:
            settle_all(cohort_ids)
            click.echo(f"Settled {len(cohort_ids)} groups.")
            return
        wrong = [item for cohort_id in cohort_ids for item in find_wrong_lines(cohort_id)]
    for item in wrong:
        click.echo(" ".join(str(value) for value in item))
    click.echo(f"Checked {len(cohort_ids)} groups: {len(wrong)} wrong.")
    if wrong:
        sys.exit(1)
