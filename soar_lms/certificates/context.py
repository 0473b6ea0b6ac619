"""What a certificate's template sees: strings, put together from the row and its design."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

import segno
from flask import current_app
from flask_babel.speaklater import LazyString

from soar_lms.accounts.professions import PROFESSIONS, TERRITORIES
from soar_lms.accounts.time_zones import time_zone_name
from soar_lms.catalogue.credit import RULES, ActivityFormat
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.designs import Design, FitSpec, Paper, get_design
from soar_lms.certificates.fonts import Run, split_runs
from soar_lms.certificates.models import BUILT_IN_DESIGN, Certificate
from soar_lms.certificates.sizes import Fit, choose_size, count_lines
from soar_lms.i18n import (
    format_day,
    format_number,
    format_share,
    gettext,
    lazy_gettext,
    speaking,
)

_ACTIVITIES = {
    ActivityFormat.ENDURING: lazy_gettext(
        "Online enduring activity, released on %(first)s, expires on %(last)s"
    ),
    ActivityFormat.LIVE: lazy_gettext("Live activity, released on %(first)s, expires on %(last)s"),
}


@dataclass(frozen=True)
class Piece:
    """A part of a name that one font prints."""

    text: str
    font: str
    language: str | None


@dataclass(frozen=True)
class Fact:
    """A label, what it labels, and perhaps a remark."""

    id: str
    label: str
    value: str
    note: str | None = None


@dataclass(frozen=True)
class Line:
    """A line that may be written in another direction than the page."""

    text: str
    direction: str


@dataclass(frozen=True)
class Signature:
    """Somebody who signs; `picture` is a file of the design."""

    name: str
    role: str | None
    picture: str | None
    alt: str


@dataclass(frozen=True)
class Words:
    """The sentences of the document, in its language."""

    title: str
    kind: str
    certifies: str
    completed: str
    setting: str
    format: str
    no_credit: str
    statement: str
    statement_follows: str
    verify: str
    qr_alt: str


@dataclass(frozen=True)
class DocumentContext:
    """Everything that is printed."""

    design: str
    """The folder of the version of the design."""
    paper: str
    language: str
    direction: str
    words: Words
    name: str
    name_direction: str
    name_pieces: tuple[Piece, ...]
    name_size: str
    """In points; so is that of the title."""
    module_title: str
    title_size: str
    module_version: str
    setting_name: str
    language_name: str
    completed_on: str
    time_zone: str
    expires_on: str | None
    minutes: str
    score: str | None
    facts: tuple[Fact, ...]
    provider: str | None
    provider_url: str | None
    provider_lines: tuple[Line, ...]
    credit: str | None
    credit_facts: tuple[Fact, ...]
    credit_details: tuple[str, ...]
    credit_statement: str | None
    credit_statement_follows: bool
    """Whether the statement stands on a page of its own: it is too long for the first one."""
    logo: str | None
    logo_alt: str
    signatures: tuple[Signature, ...]
    texts: tuple[tuple[str, str], ...]
    """The design's own words by id."""
    code: str
    verify_address: str
    qr_svg: str
    created: str


def make_context(
    certificate: Certificate, verify_address: str, design: Design | None = None
) -> DocumentContext:
    """Put a row into words, in the language it was issued in.

    `design` is for looking at another one; a certificate has the version that its row names.

    :raises DesignMissingError: when that version is gone.
    """
    design = design or get_design(
        current_app.config["SOAR"].designs,
        certificate.design or BUILT_IN_DESIGN,
        certificate.template_version,
    )
    with speaking(certificate.language) as language:
        spec, layout = design.spec, design.layout
        return DocumentContext(
            design=str(design.folder),
            paper=certificate.paper or Paper.LETTER,
            language=language.tag,
            direction=language.direction,
            words=_make_words(certificate, language.name_in_text, verify_address),
            name=certificate.name,
            name_direction=text_direction(certificate.name) or language.direction,
            name_pieces=tuple(_make_pieces(split_runs(certificate.name))),
            name_size=str(choose_size(certificate.name, _make_fit(layout.name))),
            module_title=certificate.module_title,
            title_size=str(choose_size(certificate.module_title, _make_fit(layout.title))),
            module_version=certificate.module_version,
            setting_name=certificate.setting_name,
            language_name=language.name_in_text,
            completed_on=format_day(certificate.completed_on),
            time_zone=time_zone_name(certificate.time_zone),
            expires_on=format_day(certificate.expires_on) if certificate.expires_on else None,
            minutes=format_number(certificate.minutes),
            score=_score(certificate),
            facts=tuple(_list_facts(certificate)),
            provider=certificate.provider,
            provider_url=certificate.provider_url,
            provider_lines=tuple(
                Line(line, text_direction(line) or language.direction) for line in spec.address
            ),
            credit=_credit(certificate),
            credit_facts=tuple(_list_credit_facts(certificate)),
            credit_details=tuple(_list_credit_details(certificate)),
            credit_statement=certificate.credit_statement,
            credit_statement_follows=has_long_statement(certificate, design),
            logo=spec.logo.picture if spec.logo else None,
            logo_alt=_in_language(spec.logo.alt, language.tag) if spec.logo else "",
            signatures=tuple(_list_signatures(design, language.tag)),
            texts=tuple(
                (key, _in_language(text, language.tag)) for key, text in spec.texts.items()
            ),
            code=format_code(certificate.code),
            verify_address=verify_address,
            qr_svg=make_qr_svg(verify_address),
            created=certificate.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


def _make_words(certificate: Certificate, language_name: str, verify_address: str) -> Words:
    return Words(
        title=gettext("Certificate of completion: %(name)s", name=certificate.name),
        kind=gettext("Certificate of completion"),
        certifies=gettext("This certifies that"),
        completed=gettext("has completed the training module"),
        setting=gettext("Professional setting: %(setting)s", setting=certificate.setting_name),
        format=gettext(
            "About %(minutes)s minutes, online, in %(language)s. Version %(version)s.",
            minutes=format_number(certificate.minutes),
            language=language_name,
            version=certificate.module_version,
        ),
        no_credit=gettext("This certificate gives no continuing education credit."),
        statement=gettext("Accreditation statement"),
        statement_follows=gettext("The accreditation statement is on the next page."),
        verify=gettext("Check this certificate with its code:"),
        qr_alt=gettext("QR code of the address %(address)s", address=verify_address),
    )


def _list_facts(certificate: Certificate) -> Iterator[Fact]:
    day, zone = format_day(certificate.completed_on), time_zone_name(certificate.time_zone)
    yield Fact("completed", gettext("Completed on"), day, zone)
    if certificate.expires_on:
        yield Fact("expires", gettext("Valid until"), format_day(certificate.expires_on))
    score = _score(certificate)
    if score:
        yield Fact("score", gettext("Final test"), score)


def _list_credit_facts(certificate: Certificate) -> Iterator[Fact]:
    credit = _credit(certificate)
    if credit:
        body = _credit_type(certificate.credit_type)
        yield Fact("credit", gettext("Credit claimed"), credit, body)


def _list_credit_details(certificate: Certificate) -> Iterator[str]:
    """Return what a body wants to be printed beside its statement."""
    provider = _join(certificate.credit_provider, certificate.credit_provider_address)
    if provider:
        yield gettext("Provider: %(name)s", name=provider)
    if certificate.credit_joint_provider:
        yield gettext("jointly with %(name)s", name=certificate.credit_joint_provider)
    if certificate.credit_provider_number:
        yield gettext("Provider number: %(number)s", number=certificate.credit_provider_number)
    if certificate.credit_event_number:
        yield gettext("Event number: %(number)s", number=certificate.credit_event_number)
    if certificate.credit_uan:
        yield gettext("UAN: %(number)s", number=certificate.credit_uan)
    activity = _credit_activity(certificate)
    if activity:
        yield activity
    yield from _list_license(certificate)


def _list_license(certificate: Certificate) -> Iterator[str]:
    state = _name_in(TERRITORIES, certificate.credit_license_territory)
    number = _join(state, certificate.credit_license_number)
    profession = _name_in(PROFESSIONS, certificate.credit_profession)
    if number:
        words = gettext("License: %(license)s", license=number)
        yield f"{words} ({profession})" if profession else words


def _score(certificate: Certificate) -> str | None:
    return None if certificate.score is None else format_share(certificate.score / 100)


def _credit(certificate: Certificate) -> str | None:
    amount = certificate.credit_amount
    return f"{format_number(float(amount))} {certificate.credit_unit}" if amount else None


def _list_signatures(design: Design, language: str) -> Iterator[Signature]:
    for item in design.spec.signatures:
        yield Signature(
            name=item.name,
            role=_in_language(item.role, language) if item.role else None,
            picture=item.picture,
            alt=gettext("Signature of %(name)s", name=item.name),
        )


def _in_language(text: Mapping[str, str], language: str) -> str:
    """Return a design's text in a language; `design_check` says where one is missing."""
    return text.get(language) or next(iter(text.values()), "")


def _make_pieces(runs: tuple[Run, ...]) -> Iterator[Piece]:
    for run in runs:
        yield Piece(run.text, run.key, run.language)


def _make_fit(spec: FitSpec) -> Fit:
    return Fit(spec.width, spec.sizes, spec.wrapped, spec.height, spec.weight)


def has_long_statement(certificate: Certificate, design: Design) -> bool:
    """Return whether the accreditor's statement needs pages of its own.

    On the first page it stands above the line of details, in the same room.
    """
    room = design.layout.statement
    paragraphs = (certificate.credit_statement or "").split("\n")
    details = " · ".join(_list_credit_details(certificate))
    lines = sum(count_lines(item, room.size, room.width, 400) for item in (*paragraphs, details))
    return bool(certificate.credit_statement) and lines > room.lines


def _credit_type(kind: str | None) -> str | None:
    return next((rule.name for known, rule in RULES.items() if known == kind), None) or None


def _credit_activity(certificate: Certificate) -> str | None:
    """Say what kind of activity it was, with the days of its credit."""
    released, expires = certificate.credit_released_on, certificate.credit_expires_on
    if certificate.credit_format is None or released is None or expires is None:
        return None
    sentence = _ACTIVITIES[ActivityFormat(certificate.credit_format)]
    return str(sentence) % {"first": format_day(released), "last": format_day(expires)}


def _name_in(names: Mapping[str, LazyString], code: str | None) -> str | None:
    """Return the name of a code; the code itself when nobody knows it any more."""
    return None if code is None else str(names.get(code, code))


def _join(*parts: str | None) -> str | None:
    return ", ".join(part for part in parts if part) or None


def text_direction(text: str) -> str | None:
    """Return `ltr` or `rtl` by the first letter with a direction (Unicode UAX 9, P2); else None."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return None


def make_qr_svg(text: str) -> str:
    """Return a QR code as an SVG picture (error correction M: a folded corner still reads)."""
    target = BytesIO()
    # One mask for all: trying the eight takes four times as long, and every reader knows each.
    segno.make(text, error="m", micro=False, mask=2).save(
        target, kind="svg", xmldecl=False, border=2, dark="#10262b"
    )
    return target.getvalue().decode()
