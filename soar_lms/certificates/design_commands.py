"""`soar-lms certificates design …`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from flask import Flask

from soar_lms.catalogue.problems import ContentError
from soar_lms.certificates.design_check import check_design
from soar_lms.certificates.designs import Paper, open_design
from soar_lms.certificates.documents import make_sample
from soar_lms.certificates.pdf import PDFError
from soar_lms.certificates.samples import make_samples
from soar_lms.content import catalogue


@click.group()
def design() -> None:
    """Check and preview what certificates look like (docs/certificates.md)."""


_folder = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)
)


@design.command()
@_folder
@click.pass_obj
def check(load_app: Callable[[], Flask], folder: Path) -> None:
    """Say what is wrong with the design in FOLDER, with the line of each fault."""
    app = load_app()
    with app.test_request_context():
        problems = check_design(folder, _offered_languages())
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(f"{folder} can be used.")


@design.command()
@_folder
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
@click.option("--language", default=None, help="Language of the sample. [default: the site's]")
@click.option(
    "--paper",
    type=click.Choice([str(paper) for paper in Paper]),
    default=None,
    help="[default: its own]",
)
@click.option("--case", default="credit", show_default=True, help="Which sample to print.")
@click.pass_obj
def preview(
    load_app: Callable[[], Flask],
    folder: Path,
    output: Path,
    language: str | None,
    paper: str | None,
    case: str,
) -> None:
    """Print a sample with the design in FOLDER to a file, by the renderer of certificates."""
    app = load_app()
    with app.test_request_context():
        spoken = language or app.config["SOAR"].default_language
        _require("language", spoken, _offered_languages())
        try:
            chosen = open_design(folder)
            size = Paper(paper or chosen.spec.paper or app.config["SOAR"].paper)
            samples = make_samples(spoken, size)
            _require("case", case, samples)
            output.write_bytes(make_sample(samples[case], chosen))
        except (ContentError, OSError, PDFError) as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Wrote {output}.")


def _offered_languages() -> list[str]:
    """Return the languages in which there is a module to print a certificate of."""
    return sorted({tag for module in catalogue().modules.values() for tag in module.languages})


def _require(what: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise click.ClickException(f'there is no {what} "{value}" (known: {", ".join(known)})')
