"""`soar-lms certificates …`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from soar_lms.certificates.checking import CheckedFile, Fault, NotOursError, check_file
from soar_lms.certificates.codes import format_code, read_code
from soar_lms.certificates.documents import DocumentErasedError, make_document
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.pdf import PDFError
from soar_lms.certificates.services import find_certificate
from soar_lms.clock import utc_now

_FAULTS = {
    Fault.NOT_PDF: "is not a PDF",
    Fault.INCOMPLETE: "is cut off: its end is missing",
    Fault.FOREIGN: "is not a certificate of this program",
}


@click.group()
def certificates() -> None:
    """Make and check certificates."""


@certificates.command()
@click.argument("code")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
@click.pass_obj
def render(load_app: Callable[[], Flask], code: str, output: Path) -> None:
    """Write the document of the certificate CODE to a file."""
    app = load_app()
    with app.test_request_context():
        certificate = _certificate(code)
        try:
            output.write_bytes(make_document(certificate))
        except (OSError, PDFError) as error:
            raise click.ClickException(str(error)) from None
        except DocumentErasedError as error:
            raise click.ClickException(str(error.message)) from None
    click.echo(f"Wrote {output}.")


@certificates.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def verify(load_app: Callable[[], Flask], file: Path) -> None:
    """Say whether FILE was issued here, is unchanged, and what it is worth now."""
    app = load_app()
    with app.test_request_context():
        try:
            found = check_file(file.read_bytes())
        except NotOursError as error:
            raise click.ClickException(f"{file} {_FAULTS[error.fault]}") from None
        except (OSError, PDFError) as error:
            raise click.ClickException(str(error)) from None
        if found.certificate is None:
            raise click.ClickException(f"there is no certificate {format_code(found.code)} here")
        status = found.certificate.status_at(utc_now())
    is_erased = found.certificate.erased_at is not None
    name = "its holder's name was erased" if is_erased else found.certificate.name
    click.echo(f"issued here: {format_code(found.code)}, {name}")
    click.echo(_say_comparison(found))
    click.echo(f"status now: {status}")
    if not found.unchanged:
        sys.exit(1)


def _say_comparison(found: CheckedFile) -> str:
    if found.unchanged is None:
        return "the document cannot be compared any more"
    if not found.unchanged:
        return "CHANGED: these are not the bytes that were issued"
    return "unchanged, with its seal" if found.sealed else "unchanged"


def _certificate(typed: str) -> Certificate:
    if read_code(typed) is None:
        raise click.ClickException(f'"{typed}" is not a certificate code')
    certificate = find_certificate(typed)
    if certificate is None:
        raise click.ClickException(f"there is no certificate {typed} here")
    return certificate
