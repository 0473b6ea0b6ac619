"""A report on paper: a tagged PDF with the fonts of certificates, so that any name prints.

Nothing is fetched: the page gets fonts from the wheels, and every other address is an error.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import render_template

from soar_lms.certificates.fonts import FAMILIES, faces, font_files, split_runs
from soar_lms.cohorts.report import Report, ReportRow
from soar_lms.cohorts.report_cells import Cells, Said
from soar_lms.cohorts.report_totals import STATES, Totals
from soar_lms.learning.wording import say_steps


@dataclass(frozen=True)
class Extract:
    """Some lines of a report that are printed together."""

    rows: Sequence[ReportRow]
    first: int = 1
    last: int = 0
    """Their places among all lines, from 1; 0: these are all there are."""


def make_paper(
    report: Report,
    cells: Cells,
    extract: Extract,
    totals: Totals | None,
    said: Sequence[Said],
    made_on: date,
) -> bytes:
    """Make the PDF of some lines of a report.

    :param totals: how many stand where; None: another part of the paper says so.
    :param said: what it was narrowed to, in words.
    :param made_on: today, where the reader is.
    """
    import weasyprint  # a second to load, and Pango

    rows = extract.rows
    html = render_template(
        "cohorts/report_paper.html",
        report=report,
        rows=rows,
        extract=extract,
        cells=cells,
        totals=totals,
        said=said,
        made_on=made_on,
        states=STATES,
        say_steps=say_steps,
    )
    style, font_configuration = _style(_families_for([report.cohort.name, *_names_in(rows)]))
    document = weasyprint.HTML(string=html, url_fetcher=_fetcher(), base_url="soar:")
    pdf: bytes = document.write_pdf(
        stylesheets=[style], font_config=font_configuration, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return pdf


def _names_in(rows: Iterable[ReportRow]) -> Iterator[str]:
    return (row.name for row in rows)


def _families_for(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the fonts that texts need, in the order they are looked for; few names need many."""
    needed = {run.family for text in texts for run in split_runs(text)}
    return tuple(name for name in font_files() if name in needed or name in FAMILIES[:2])


@lru_cache(maxsize=8)  # emptied at the end: WeasyPrint's fonts must go before the modules they call
def _style(families: tuple[str, ...]) -> tuple[Any, Any]:
    """Parse the style sheet and load the fonts once for all papers of this process."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    font_configuration = FontConfiguration()
    text = render_template("cohorts/report_paper.css", families=families, faces=faces(families))
    style = weasyprint.CSS(string=text, url_fetcher=_fetcher(), font_config=font_configuration)
    return style, font_configuration


atexit.register(_style.cache_clear)


def _fetcher() -> Any:
    """Return what certificates are made with: it knows our fonts, and refuses everything else."""
    from soar_lms.certificates.layout import make_fetcher

    return make_fetcher()
