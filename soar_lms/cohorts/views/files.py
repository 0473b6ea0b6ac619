"""Tables as files to download."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask import Response

from soar_lms.accounts.current import current_reader
from soar_lms.clock import local_date, utc_now
from soar_lms.i18n import current_language
from soar_lms.tables import Cell, write_csv


def send_table(header: list[str], rows: Iterable[Sequence[Cell]], name: str) -> Response:
    """Send a table as a CSV file, streamed."""
    response = Response(write_csv(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_name(name: str, number: int, ending: str = "csv", chosen: Sequence[str] = ()) -> str:
    """Return a file's name: plain letters, the reader's day, the language of the page.

    :param chosen: ids of what the file was narrowed to.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or str(number)
    today = local_date(utc_now(), current_reader().time_zone)
    return f"{'-'.join([plain, *chosen])}-{today}-{current_language().tag}.{ending}"
