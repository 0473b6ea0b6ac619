"""`soar-lms messages …`."""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import click
from flask import Flask

from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.messages.bounces import take_report
from soar_lms.messages.delivery_reports import LARGEST

_MBOX = b"From "


@click.group()
def messages() -> None:
    """Look after e-mail."""


@messages.command()
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def bounces(load_app: Callable[[], Flask], *, file: BinaryIO) -> None:
    """Read delivery reports (RFC 3464) from FILE: one e-mail or an mbox; "-" is one from stdin.

    Have the mailbox of the sender's address pipe its mail into it. What is no report is left alone.
    """
    reports = emails = 0
    with load_app().app_context():
        for data in _read_mails(file):
            with transaction():
                count = take_report(data, utc_now())
            reports += bool(count)
            emails += count
    click.echo(f"{reports} reports told of {emails} e-mails of ours that did not arrive.")


def _read_mails(file: BinaryIO) -> Iterator[bytes]:
    """Yield each e-mail of a file; of one that is very large, its beginning."""
    beginning, path = file.read(LARGEST), Path(str(getattr(file, "name", "")))
    if not beginning.startswith(_MBOX) or not path.is_file():
        yield beginning
        return
    with closing(mailbox.mbox(path, create=False)) as box:
        for mail in box:
            yield bytes(mail)[:LARGEST]
