"""What a document is told: strings in its own language, and nothing that is not in the row."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from soar_lms.certificates.context import DocumentContext, make_context, make_qr_svg, text_direction
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
        "template_version": 1,
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
            "Actividad permanente en línea, disponible desde el 1 de enero de 2026, vence el 31 de "
            "diciembre de 2028",
            "Medicina",
        ),
    ],
)
def test_what_the_body_asks_for_is_said_in_the_language_of_the_certificate(
    context: Flask, language: str, activity: str, profession: str
) -> None:
    made = make_context(row(language=language, **CREDIT), ADDRESS)

    assert (made.credit_activity, made.credit_profession) == (activity, profession)
    assert (made.credit_type, made.credit_provider, made.credit_license) == (
        "AMA PRA Category 1",
        "School, https://school.example",
        "Puerto Rico, M-1",
    )


def test_what_nobody_knows_any_more_is_printed_as_it_was_kept(context: Flask) -> None:
    made = make_context(
        row(credit_type="gone", credit_profession="herbalist", credit_license_number="7"), ADDRESS
    )

    assert (made.credit_type, made.credit_profession, made.credit_license) == (
        None,
        "herbalist",
        "7",
    )


def test_what_a_row_does_not_have_is_not_said(context: Flask) -> None:
    made = make_context(row(), ADDRESS)

    assert [
        made.score,
        made.expires_on,
        made.provider,
        made.provider_url,
        made.credit,
        made.credit_statement,
        made.credit_provider_number,
        made.credit_type,
        made.credit_provider,
        made.credit_joint_provider,
        made.credit_event_number,
        made.credit_uan,
        made.credit_activity,
        made.credit_profession,
        made.credit_license,
    ] == [None] * 15


def test_a_result_of_nothing_is_still_a_result(context: Flask) -> None:
    assert make_context(row(score=0), ADDRESS).score == "0%"


def test_a_context_is_text_only(context: Flask) -> None:
    made = make_context(row(score=95, expires_on=date(2028, 2, 1)), ADDRESS)

    assert {type(getattr(made, item.name)) for item in fields(DocumentContext)} == {str, type(None)}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Li", "name-1"),
        ("x" * 24, "name-1"),
        ("x" * 25, "name-2"),
        ("x" * 36, "name-2"),
        ("x" * 37, "name-3"),
        ("x" * 54, "name-3"),
        ("x" * 55, "name-4"),
        ("x" * 120, "name-4"),
        ("李" * 12, "name-1"),
        ("李" * 13, "name-2"),
    ],
)
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
