"""Pages to print: tagged PDFs with the fonts of certificates, so that any name prints.

Nothing is fetched: fonts come from the wheels, pictures are in the page, and every other address is
an error.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask import render_template

from soar_lms.certificates.fonts import FAMILIES, faces, font_files, split_runs


def typeset(html: str, css_template: str, texts: Iterable[str], **values: str) -> bytes:
    """Make a PDF (PDF/UA-1) of a page.

    :param css_template: its style sheet; it is given `families`, `faces` and `values`.
    :param texts: what people have written on it: fonts are looked for that have its letters.
    """
    import weasyprint  # a second to load, and Pango

    style, font_configuration = _style(
        css_template, _families_for(texts), tuple(sorted(values.items()))
    )
    document = weasyprint.HTML(string=html, url_fetcher=_fetcher(), base_url="soar:")
    pdf: bytes = document.write_pdf(
        stylesheets=[style], font_config=font_configuration, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return pdf


def _families_for(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the fonts that texts need, in the order they are looked for; few names need many."""
    needed = {run.family for text in texts for run in split_runs(text)}
    return tuple(name for name in font_files() if name in needed or name in FAMILIES[:2])


@lru_cache(maxsize=8)  # emptied at the end: WeasyPrint's fonts must go before the modules they call
def _style(
    css_template: str, families: tuple[str, ...], values: tuple[tuple[str, str], ...]
) -> tuple[Any, Any]:
    """Parse a style sheet and load the fonts once for all papers of this process."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    font_configuration = FontConfiguration()
    text = render_template(css_template, families=families, faces=faces(families), **dict(values))
    style = weasyprint.CSS(string=text, url_fetcher=_fetcher(), font_config=font_configuration)
    return style, font_configuration


atexit.register(_style.cache_clear)


def _fetcher() -> Any:
    """Return what certificates are made with: it knows our fonts, and refuses everything else."""
    from soar_lms.certificates.layout import make_fetcher

    return make_fetcher()
