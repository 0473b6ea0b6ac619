"""From a document to pictures of its pages: what a browser shows without a plug-in."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from threading import Lock

_one_at_a_time = Lock()  # PDFium is not safe to call from two threads


def paint_pages(pdf: bytes, width: int) -> Iterator[bytes]:
    """Return each page as a PNG, `width` pixels wide."""
    import pypdfium2

    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            picture = page.render(scale=width / page.get_width()).to_pil()
            target = BytesIO()
            picture.save(target, format="PNG")
            yield target.getvalue()


def count_pages(pdf: bytes) -> int:
    """Return how many pages a document has."""
    import pypdfium2

    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        return len(document)
