"""`soar-lms evaluations …`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

import click
from flask import Flask

from soar_lms.assessments.summary import LEAST, FormSummary, ItemSummary, list_summaries
from soar_lms.content import catalogue


@click.group()
def evaluations() -> None:
    """Read what learners thought of modules."""


@evaluations.command()
@click.argument("module_id", metavar="MODULE")
@click.option("--form", "form_id", metavar="ID", help="Only this form.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def summary(
    load_app: Callable[[], Flask], module_id: str, form_id: str | None, *, as_json: bool
) -> None:
    """Show counts, means and comments of MODULE, where enough people answered."""
    with load_app().app_context():
        found = list_summaries(module_id, form_id)
        if not found and catalogue().find_module(module_id) is None:
            known = ", ".join(catalogue().modules)
            raise click.ClickException(f'there is no module "{module_id}"; there is: {known}')
    if as_json:
        click.echo(json.dumps([asdict(form) for form in found], ensure_ascii=False, indent=2))
        return
    for form in found:
        click.echo("\n".join(_lines(form)))
    if not found:
        click.echo("Nobody has answered yet.")


def _lines(form: FormSummary) -> Iterator[str]:
    yield f"{form.form_id}, version {form.version}: {form.responses} responses"
    if form.responses < LEAST:
        yield f"  Numbers are shown from {LEAST} responses on."
    yield from _item_lines(form.items)
    for title, cells in (("language", form.languages), ("setting", form.settings)):
        for name, items in cells.items():
            yield f"  {title} {name}"
            yield from _item_lines(items, indent="    ")
    for item_id, comments in form.comments.items():
        yield f"  {item_id}: {len(comments)} comments, in no order"
        yield from (f"    - {' '.join(words.split())}" for words in comments)


def _item_lines(items: Mapping[str, ItemSummary], indent: str = "  ") -> Iterator[str]:
    for item_id, item in items.items():
        means = [f"{name} {mean:.2f}" for name, mean in item.means.items()]
        counts = [f"{name}: {count}" for name, count in item.counts.items()]
        said = "; ".join(filter(None, (", ".join(means), ", ".join(counts))))
        yield f"{indent}{item_id:<24} {item.answers:>6} answers  {said or '(too few to show)'}"
