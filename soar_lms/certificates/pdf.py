"""Documents: from contexts to PDFs that are PDF/A-3a and PDF/UA-1 in one.

A template makes words of a context; WeasyPrint lays them out (`layout.py`): alone, many in turn, or
all in one file. The same context gives the same bytes in every process and in any company.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

from soar_lms.certificates.context import DocumentContext
from soar_lms.certificates.fonts import font_files
from soar_lms.certificates.manuscript import Attachment, Manuscript, PDFError
from soar_lms.certificates.markup import sheet_of, write_markup, write_styles
from soar_lms.certificates.merged import MergedFile
from soar_lms.certificates.typeset import Typeset, write_file

__all__ = [
    "Attachment",
    "PDFError",
    "load_weasyprint",
    "render_batch",
    "render_merged",
    "render_pdf",
    "write_manuscript",
]


def render_pdf(context: DocumentContext, attachments: tuple[Attachment, ...] = ()) -> bytes:
    """Make the document in this process.

    :raises PDFError: when WeasyPrint or Pango is missing, or anything it needs is not there.
    """
    return write_file(lay_out(write_manuscript(context, attachments)))


def render_batch(
    contexts: Iterable[DocumentContext],
    attachments: Iterable[tuple[Attachment, ...]] | None = None,
) -> Iterator[bytes]:
    """Make the documents one after the other, each as `render_pdf` makes it.

    `attachments` has one tuple for each context. No more than one document is kept at a time.

    :raises PDFError: at the first document that cannot be made.
    """
    if attachments is None:
        yield from map(render_pdf, contexts)
        return
    for context, attached in zip(contexts, attachments, strict=True):
        yield render_pdf(context, attached)


def render_merged(
    contexts: Iterable[DocumentContext], target: IO[bytes], *, title: str, language: str
) -> int:
    """Write one file of all documents, with a bookmark for each person; return how many pages.

    The file is PDF/A-3a and PDF/UA-1 as each of them is. It is written as it grows: what is kept of
    a page is some hundred bytes.

    :raises PDFError: at the first document that cannot be made; what was written is no file then.
    """
    merged = MergedFile(target, title=title, language=language)
    for context in contexts:
        merged.add(lay_out(write_manuscript(context)))
    return merged.close()


def lay_out(manuscript: Manuscript) -> Typeset:
    """Lay a manuscript out in this process.

    :raises PDFError: as `render_pdf`.
    """
    load_weasyprint()
    from soar_lms.certificates import layout

    return layout.lay_out(manuscript)


def write_manuscript(
    context: DocumentContext, attachments: tuple[Attachment, ...] = ()
) -> Manuscript:
    """Put a context into its template: all that those who lay out must know.

    :raises PDFError: when no fonts are installed.
    """
    if not font_files():
        raise PDFError("no fonts are installed: pip install fontpkg-public-sans fontpkg-noto-sans")
    markup = write_markup(context)
    return Manuscript(
        markup=markup,
        styles=write_styles(sheet_of(context, markup)),
        identifier=context.code,
        label=context.name,
        created=context.created,
        attachments=attachments,
    )


def load_weasyprint() -> Any:
    """Import WeasyPrint, which takes a second and needs Pango.

    :raises PDFError: when it cannot be loaded; says what to install.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise PDFError(
            "WeasyPrint cannot load Pango. Debian and Ubuntu: apt-get install libpango-1.0-0 "
            f"libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango. ({error})"
        ) from error
    return weasyprint
