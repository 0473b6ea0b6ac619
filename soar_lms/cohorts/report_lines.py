"""The lines of a report as text of a CSV file, put together from pieces that many lines share.

A file may have a million lines, and takes little longer than the database does to give them. What
they say is what `Cells.texts` says: a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from soar_lms.certificates.codes import format_code
from soar_lms.cohorts.report_cells import Alike, Cells, Once
from soar_lms.cohorts.report_query import Line
from soar_lms.tables import write_column, write_part

_NAME, _EMAIL = (itemgetter(Line._fields.index(field)) for field in ("name", "email"))
_NO_CERTIFICATE = ",,"
"""The three cells of its days and its code, empty."""


class Lines:
    """Writes lines of a report."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.alike = Once[Alike, str](lambda alike: write_part(cells.alike[alike]))
        self.ends = Once[tuple[str, str], str](
            lambda end: write_part((cells.due.get(end[0], ""), end[1]))
        )
        self.uncertified = Once[Alike, tuple[str, str]](self._write_uncertified)

    def pieces(self) -> Iterator[str]:
        """Yield all lines that the report is asked for, a batch at a time."""
        for rows in self.cells.report.stream():
            yield self.write(rows)

    def write(self, rows: Sequence[tuple[Any, ...]]) -> str:
        """Return lines as text.

        :param rows: tuples of the columns of `Line`.
        """
        names = write_column([*map(_NAME, rows)])
        emails = write_column([*map(_EMAIL, rows)])
        uncertified, ends, days = self.uncertified, self.ends, self.cells.days
        find_day = self.cells.find_day
        lines = []
        # In one place and taken apart at once: calls and names would take as long as all the rest.
        for name, email, row in zip(names, emails, rows, strict=True):
            _, _, _, _, _, _, module, state, setting, language, *facts = row
            completed, active, opens, expires, left, code, until, cycle, _ = facts
            last_day = find_day(active)
            if not (completed or opens or expires):
                middle, end = uncertified[module, state, left, setting, language]
                lines.append(f"{name},{email},{middle},{last_day},{end}\r\n")
                continue
            state = self.cells.find_state(state, opens, expires)
            middle = self.alike[module, state, left, setting, language]
            certificate = f"{days[completed]},{format_code(code or '')},{days[until]}"
            end = ends[module, self.cells.find_timing(module, state, expires, completed, cycle)]
            lines.append(f"{name},{email},{middle},{certificate},{last_day},{end}\r\n")
        return "".join(lines)

    def _write_uncertified(self, alike: Alike) -> tuple[str, str]:
        """Return what stands before and after the last activity of lines without a certificate."""
        module, state, *_ = alike
        timing = self.cells.find_timing(module, state, 0, 0, None)
        return f"{self.alike[alike]},{_NO_CERTIFICATE}", self.ends[module, timing]
