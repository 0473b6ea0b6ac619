"""What is handed to those who make documents: words and pictures, ready to be laid out.

A manuscript is plain data: it knows no row, no request, no template. So it can be sent to another
process, where it gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass


class PDFError(Exception):
    """A document could not be made as it must be; the message says what is missing."""


@dataclass(frozen=True)
class Attachment:
    """A file inside of the document.

    `relationship` is one of ISO 32000-2, 14.13: `Source`, `Data`, `Alternative`, `Supplement` …
    """

    name: str
    body: bytes
    media_type: str = "application/json"
    relationship: str = "Source"
    description: str = ""


@dataclass(frozen=True)
class Manuscript:
    """One document: HTML, its style sheets, and what is in neither."""

    markup: str
    styles: tuple[str, ...]
    identifier: str
    """What the file's identifier is made of: the same words, the same identifier."""
    label: str
    """What this document is called among others in one file: the person's name."""
    created: str
    """When it was issued, as `2026-11-22T15:00:00Z`; attachments are as old."""
    attachments: tuple[Attachment, ...] = ()
