"""A poster of a group: a QR code to scan, a code to type, and what it is about.

It hangs where patients and clients pass, and those who may control them: it names the training and
the group, and help lines, and nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from io import BytesIO
from urllib.parse import urlsplit

import segno
from flask import render_template

from soar_lms.catalogue.model import Module
from soar_lms.cohorts.codes import format_join_code
from soar_lms.cohorts.joining import last_day
from soar_lms.cohorts.models import Cohort, JoinLink
from soar_lms.cohorts.paper import typeset
from soar_lms.messages.services import public_url

_INK, _PAPER = "#10262b", "#ffffff"
MOST_MODULES = 3
"""What fits on one page below the QR code; of more, the others are counted."""


class Paper(StrEnum):
    """Sizes of paper, as CSS knows them."""

    LETTER = "letter"
    A4 = "a4"


def make_qr(address: str) -> bytes:
    """Return a QR code as an SVG picture, with the quiet zone that scanners need.

    Error correction Q: a quarter may be torn off or covered by tape (ISO/IEC 18004).
    """
    target = BytesIO()
    segno.make(address, error="q", micro=False).save(
        target, kind="svg", xmldecl=False, border=4, dark=_INK, light=_PAPER
    )
    return target.getvalue()


def make_poster(
    cohort: Cohort,
    link: JoinLink,
    *,
    modules: Sequence[Module],
    due_days: Mapping[str, date],
    address: str,
    paper: Paper,
) -> bytes:
    """Make the poster as a PDF of one page, in the language of the page that asks for it.

    :param address: where the QR code leads.
    """
    html = render_template(
        "cohorts/poster.html",
        cohort=cohort,
        modules=modules[:MOST_MODULES],
        more=max(0, len(modules) - MOST_MODULES),
        minutes=sum(module.spec.minutes for module in modules),
        due_days=due_days,
        last_on=last_day(link, cohort),
        code=format_join_code(link.code) if link.code else None,
        code_address=_without_scheme(public_url("cohorts.ask_for_code")),
        address=_without_scheme(address),
        qr=f"data:image/svg+xml;base64,{b64encode(make_qr(address)).decode()}",
    )
    texts = [cohort.name, cohort.organisation or ""]
    return typeset(html, "cohorts/poster.css", texts, paper=paper)


def _without_scheme(address: str) -> str:
    """Return an address as people type it."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"
