"""What a document is told: strings in its own language, and nothing that is not in the row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from soar_lms.certificates.context import Piece, make_context, make_qr_svg, text_direction
from soar_lms.certificates.designs import DesignMissingError
from soar_lms.certificates.models import Certificate

ADDRESS = "https://training.example.org/verify/ABCD"


def row(**changes: Any) -> Certificate:
    values: dict[str, Any] = {
        "code": "0123456789ABCDEFGHJKMNPQRSX",
        "name": "Ana Torres Vega",
        "module_id": "garden",
        "module_title": "Garden safety",
        "module_version": "1.2.0",
        "setting": "orchard",
        "setting_name": "Orchard",
        "language": "en",
        "minutes": 60,
        "score": None,
        "completed_at": datetime(2026, 11, 23, 4, 30, tzinfo=UTC),
        "completed_on": date(2026, 11, 22),
        "time_zone": "America/New_York",
        "issued_at": datetime(2026, 11, 23, 4, 30, tzinfo=UTC),
        "expires_on": None,
        "design": "soar",
        "template_version": 1,
        "paper": "letter",
    }
    return Certificate(**(values | changes))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            {
                "completed_on": "November 22, 2026",
                "expires_on": "February 1, 2028",
                "time_zone": "Eastern Time",
                "minutes": "1,500",
                "score": "95%",
                "language_name": "English",
                "credit": "1.5 hours",
            },
        ),
        (
            "es",
            {
                "completed_on": "22 de noviembre de 2026",
                "expires_on": "1 de febrero de 2028",
                "time_zone": "Hora del Este",
                "minutes": "1,500",
                "score": "95%",
                "language_name": "español",
                "credit": "1.5 hours",
            },
        ),
    ],
)
def test_the_words_are_in_the_language_of_the_certificate(
    context: Flask, language: str, said: dict[str, str]
) -> None:
    certificate = row(
        language=language,
        minutes=1500,
        score=95,
        expires_on=date(2028, 2, 1),
        credit_amount=Decimal("1.50"),
        credit_unit="hours",
    )

    made = make_context(certificate, ADDRESS)

    found = {name: str(getattr(made, name)).replace("\u00a0", " ") for name in said}
    assert found == said
    assert (made.language, made.direction) == (language, "ltr")


CREDIT: dict[str, Any] = {
    "credit_amount": Decimal("1.50"),
    "credit_unit": "hours",
    "credit_type": "ama",
    "credit_provider": "School",
    "credit_provider_address": "https://school.example",
    "credit_format": "enduring",
    "credit_released_on": date(2026, 1, 1),
    "credit_expires_on": date(2028, 12, 31),
    "credit_profession": "physician",
    "credit_license_number": "M-1",
    "credit_license_territory": "PR",
}


@pytest.mark.parametrize(
    ("language", "activity", "profession"),
    [
        (
            "en",
            "Online enduring activity, released on January 1, 2026, expires on December 31, 2028",
            "Physician",
        ),
        (
            "es",
            "Actividad en línea a ritmo propio (enduring), disponible desde el 1 de enero de 2026, "
            "vence el 31 de diciembre de 2028",
            "Medicina",
        ),
    ],
)
def test_what_the_body_asks_for_is_said_in_the_language_of_the_certificate(
    context: Flask, language: str, activity: str, profession: str
) -> None:
    made = make_context(row(language=language, **CREDIT), ADDRESS)

    (credit,) = made.credit_facts
    (provider, said, license) = made.credit_details
    assert (credit.note, said) == ("AMA PRA Category 1", activity)
    assert provider.endswith(": School, https://school.example")
    assert license.endswith(f": Puerto Rico, M-1 ({profession})")


def test_what_nobody_knows_any_more_is_printed_as_it_was_kept(context: Flask) -> None:
    gone = {"credit_type": "gone", "credit_profession": "herbalist", "credit_license_number": "7"}

    made = make_context(row(**gone, credit_amount=Decimal(1), credit_unit="hours"), ADDRESS)

    assert [fact.note for fact in made.credit_facts] == [None]
    assert made.credit_details == ("License: 7 (herbalist)",)


def test_what_a_row_does_not_have_is_not_said(context: Flask) -> None:
    made = make_context(row(), ADDRESS)

    assert [
        made.score,
        made.expires_on,
        made.provider,
        made.provider_url,
        made.credit,
        made.credit_statement,
    ] == [None] * 6
    assert (made.credit_facts, made.credit_details) == ((), ())


def test_a_result_of_nothing_is_still_a_result(context: Flask) -> None:
    assert make_context(row(score=0), ADDRESS).score == "0%"


def leaves(value: Any) -> Iterator[Any]:
    """Return everything in a context that is not a container."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def test_a_context_is_text_and_flags_only(context: Flask) -> None:
    made = make_context(row(score=95, expires_on=date(2028, 2, 1)), ADDRESS)

    assert {type(item) for item in leaves(asdict(made))} == {str, bool, type(None)}


def test_facts_are_labelled_and_in_order(context: Flask) -> None:
    made = make_context(
        row(
            score=95,
            expires_on=date(2028, 2, 1),
            credit_amount=Decimal("1.50"),
            credit_unit="hours",
            credit_provider_number="P-1",
        ),
        ADDRESS,
    )

    assert [(fact.label, fact.value, fact.note) for fact in made.facts + made.credit_facts] == [
        ("Completed on", "November 22, 2026", "Eastern Time"),
        ("Valid until", "February 1, 2028", None),
        ("Final test", "95%", None),
        ("Credit claimed", "1.5 hours", None),
    ]
    assert made.credit_details == ("Provider number: P-1",)


@pytest.mark.parametrize(
    ("statement", "follows"),
    [(None, False), ("One sentence.", False), ("A long sentence. " * 30, True), ("a\n" * 5, True)],
)
def test_a_long_statement_gets_pages_of_its_own(
    context: Flask, statement: str | None, follows: bool
) -> None:
    made = make_context(row(credit_statement=statement), ADDRESS)

    assert made.credit_statement_follows is follows


def test_a_name_is_given_in_pieces_with_font_and_language(context: Flask) -> None:
    made = make_context(row(name="李小龍"), ADDRESS)

    assert made.name_pieces == (Piece("李小龍", "Noto-Sans-CJK-JP", "zh-Hant"),)


def test_a_version_of_a_design_that_is_gone_is_named(context: Flask) -> None:
    with pytest.raises(
        DesignMissingError, match="version 7 of the certificate design lost is gone"
    ):
        make_context(row(design="lost", template_version=7), ADDRESS)


@pytest.mark.parametrize(("name", "size"), [("Li", "50"), ("W" * 120, "13")])
def test_long_names_get_smaller(context: Flask, name: str, size: str) -> None:
    assert make_context(row(name=name), ADDRESS).name_size == size


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Ana", "ltr"),
        ("محمد", "rtl"),
        ("יעל כהן", "rtl"),
        ("123 Ana", "ltr"),
        ("«محمد»", "rtl"),
        ("प्रिया", "ltr"),
        ("123 --", None),
        ("", None),
    ],
)
def test_the_first_letter_decides_the_direction(text: str, direction: str | None) -> None:
    assert text_direction(text) == direction


@pytest.mark.parametrize(
    ("language", "name", "page", "of_name"),
    [
        ("en", "Ana", "ltr", "ltr"),
        ("en", "محمد", "ltr", "rtl"),
        ("ar", "محمد", "rtl", "rtl"),
        ("ar", "Ana", "rtl", "ltr"),
        ("ar", "7", "rtl", "rtl"),
    ],
)
def test_page_and_name_have_each_their_direction(
    pack_app: Flask, language: str, name: str, page: str, of_name: str
) -> None:
    with pack_app.app_context():
        made = make_context(row(language=language, name=name), ADDRESS)

    assert (made.direction, made.name_direction) == (page, of_name)


def test_the_qr_code_is_a_picture_without_anything_to_load() -> None:
    svg = make_qr_svg(ADDRESS)

    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}
    assert tags == {"svg", "path"}
    assert "href" not in svg
    assert make_qr_svg(ADDRESS) == svg != make_qr_svg(ADDRESS + "X")
