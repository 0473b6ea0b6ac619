"""`soar-lms cohorts …`."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask

from soar_lms.clock import utc_now
from soar_lms.cohorts.invitations import tidy_roster
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
