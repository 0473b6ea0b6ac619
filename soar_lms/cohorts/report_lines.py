"""The lines of a report as text of a CSV file, put together from pieces that many lines share.

A file may have a million lines, and takes little longer than the database does to give them. What
they say is what `Cells.texts` says: a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from soar_lms.certificates.codes import format_code
from soar_lms.cohorts.report_cells import Cells, Once, Way
from soar_lms.cohorts.report_query import Line
from soar_lms.tables import write_column, write_part


def _take(*names: str) -> itemgetter[Any]:
    return itemgetter(*map(Line._fields.index, names))


_NAME, _EMAIL, _CODE, _ACTIVE = map(_take, ("name", "email", "certificate_code", "active_at"))
_STAGE = _take(
    "module_id", "state", "completed_day", "opens_at", "expires_at", "valid_until_day", "cycle"
)
_WAY = _take("steps_left", "setting", "language")
Stage = tuple[str, str, int, int, int, int | None, int | None]
"""How far somebody is in a module; whose certificates are of one day are equally far."""


class Lines:
    """Writes lines of a report."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.words = Once[str, str](lambda word: write_part([word]))
        self.stages = Once(self._write_stage)
        self.ways = Once(self._write_way)

    def pieces(self) -> Iterator[str]:
        """Yield all lines that the report is asked for, a batch at a time."""
        for rows in self.cells.report.stream():
            yield self.write(rows)

    def write(self, rows: Sequence[tuple[Any, ...]]) -> str:
        """Return lines as text.

        :param rows: tuples of the columns of `Line`.
        """
        # A column at a time: taking each line apart would take as long as all the rest.
        columns = zip(
            write_column([*map(_NAME, rows)]),
            write_column([*map(_EMAIL, rows)]),
            map(self.stages.__getitem__, map(_STAGE, rows)),
            map(self.ways.__getitem__, map(_WAY, rows)),
            map(_CODE, rows),
            self.cells.find_days(map(_ACTIVE, rows)),
            strict=True,
        )
        return "".join(
            [
                f"{name},{email},{state},{way},{completed},{format_code(code) if code else ''},"
                f"{until},{last_day},{end}\r\n"
                for name, email, (state, completed, until, end), way, code, last_day in columns
            ]
        )

    def _write_stage(self, stage: Stage) -> tuple[str, str, str, str]:
        """Return module and state of today, both days of the certificate, and what is due."""
        module, state, completed, opens, expires, until, cycle = stage
        cells, words = self.cells, self.words
        state = cells.find_state(state, opens, expires)
        timing = cells.find_timing(module, state, expires, completed, cycle)
        return (
            f"{words[cells.titles[module]]},{words[cells.states[state]]}",
            cells.days[completed],
            cells.days[until],
            f"{cells.due.get(module, '')},{words[timing]}",
        )

    def _write_way(self, way: Way) -> str:
        return write_part(self.cells.say_way(way))
