"""A report on paper: a tagged PDF with the fonts of certificates, so that any name prints.

Nothing is fetched: the page gets fonts from the wheels, and every other address is an error.
"""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from flask import render_template

from soar_lms.certificates.fonts import face_sources, font_files
from soar_lms.cohorts.report import STATES, Report, Totals
from soar_lms.cohorts.report_cells import Cells, Said
from soar_lms.learning.wording import say_steps

MOST_ROWS = 300
"""About twenty pages, a few seconds of work; who wants more wants a spreadsheet."""
FONT_SCHEME = "soar-font:"


def make_paper(
    report: Report, cells: Cells, totals: Totals, said: Sequence[Said], made_on: date
) -> bytes:
    """Make the PDF of the lines that a report is asked for, `MOST_ROWS` at the most.

    :param said: what it was narrowed to, in words.
    :param made_on: today, where the reader is.
    """
    import weasyprint  # a second to load, and Pango

    style, font_configuration = _style()
    html = render_template(
        "cohorts/report_paper.html",
        report=report,
        rows=report.list_rows(MOST_ROWS),
        cells=cells,
        totals=totals,
        said=said,
        made_on=made_on,
        states=STATES,
        say_steps=say_steps,
    )
    document = weasyprint.HTML(string=html, url_fetcher=_make_fetcher(), base_url="soar:")
    pdf: bytes = document.write_pdf(
        stylesheets=[style], font_config=font_configuration, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return pdf


@cache  # emptied at the end: WeasyPrint's fonts must go before the modules they call
def _style() -> tuple[Any, Any]:
    """Parse the style sheet and load the fonts once for all papers of this process."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    font_configuration = FontConfiguration()
    text = render_template(
        "cohorts/report_paper.css", families=list(font_files()), faces=face_sources()
    )
    style = weasyprint.CSS(string=text, url_fetcher=_make_fetcher(), font_config=font_configuration)
    return style, font_configuration


atexit.register(_style.cache_clear)


def _make_fetcher() -> Any:
    """Return a fetcher that knows our fonts, and refuses everything else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class FontsOnly(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            key = url.removeprefix(FONT_SCHEME)
            if url.startswith(FONT_SCHEME) and key in face_sources():
                _, _, body = face_sources()[key]
                return URLFetcherResponse(url, body, {"Content-Type": "font/ttf"})
            raise ValueError(f"refused: {url}")

    return FontsOnly(allowed_protocols={"data"})
