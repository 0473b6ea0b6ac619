"""`soar-lms assessments …`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import click
from flask import Flask

from soar_lms.assessments.grading import shown_points
from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.learning.regrading import Change, apply_change, find_changes, may_apply


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
                    apply_change(change, module, utc_now())
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
