"""A file on the web: compared, never kept, and answered in words that help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.documents import RENDERERS, make_document
from soar_lms.certificates.pool import Renderers
from soar_lms.certificates.views.uploads import LARGEST
from soar_lms.database import db, transaction
from tests.certificates.test_context import row
from tests.factories import NOW
from tests.support.quick import parsed, words

JSON = {"Accept": "application/json"}
File = Callable[..., bytes]


def send(client: FlaskClient, data: bytes, language: str = "en", **options: Any) -> TestResponse:
    """Send a file as a browser does; the test client would put a large one on the disk."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    return client.post(
        f"/{language}/verify",
        data=head + data + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        **options,
    )


@pytest.fixture
def issued(app: Flask) -> File:
    """Return a function that issues a certificate and gives its document."""

    def make(**changes: Any) -> bytes:
        with app.app_context():
            certificate = row(**{"code": make_code(), **changes})
            with transaction():
                db.session.add(certificate)
            return make_document(certificate)

    return make


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The file is exactly as we issued it."),
        ("es", "El archivo es exactamente el que emitimos."),
    ],
)
def test_a_file_as_it_was_issued_is_told_so_with_its_status(
    client: FlaskClient, issued: File, language: str, said: str
) -> None:
    page = send(client, issued(), language)

    assert (page.status_code, words(page, ".box")) == (200, said)
    assert parsed(page).select(".standing-valid")


def test_a_file_whose_certificate_was_revoked_is_unchanged_and_revoked(
    client: FlaskClient, issued: File
) -> None:
    data = issued(revoked_at=NOW, revoked_reason="a secret reason")

    page = send(client, data)

    assert parsed(page).select(".standing-revoked")
    assert words(page, ".box") == "The file is exactly as we issued it."
    assert "secret" not in page.text


def test_a_changed_file_is_not_called_valid_before_anything_else(
    client: FlaskClient, issued: File
) -> None:
    data = issued().replace(b"Ana Torres Vega", b"Eva Torres Vega")

    page = send(client, data)

    assert page.status_code == 200
    assert words(page, ".standing-word") == "Not as issued"
    assert parsed(page).select(".standing-valid") == []
    assert words(page, "dd bdi") == "Ana Torres Vega"


def test_programs_get_the_facts_and_what_the_file_is(client: FlaskClient, issued: File) -> None:
    data = issued()

    answers = [send(client, item, headers=JSON).json or {} for item in (data, data + b"\n%%EOF")]

    assert [answer["file"] for answer in answers] == ["unchanged", "changed"]
    assert {answer["status"] for answer in answers} == {"valid"}


def test_a_file_with_a_code_that_was_never_issued_is_unknown(
    client: FlaskClient, issued: File
) -> None:
    data, invented = issued(), format_code(make_code())
    code = data.split(b"Keywords>")[1].split(b"<")[0]
    forged = data.replace(code, invented.encode())

    page, answer = send(client, forged), send(client, forged, headers=JSON)

    assert (page.status_code, words(page, ".standing-word")) == (404, "Unknown code")
    assert answer.json == {"status": "unknown", "file": "unknown"}


@pytest.mark.parametrize(
    ("data", "status", "fault", "said"),
    [
        (b"", 422, "nothing", "Choose the PDF file of the certificate first."),
        (b"\x89PNG\r\n", 422, "not-pdf", "This file is not a PDF."),
        (b"%PDF-1.7 " + b"x" * 5000, 422, "incomplete", "The end of this file is missing."),
        (b"%PDF-1.7\n%%EOF", 422, "foreign", "This PDF is not one of our certificates"),
        (b"%PDF-" + b"<pdf:Keywords>" * 90_000 + b"%%EOF", 422, "foreign", "This PDF is not"),
        (b"%PDF-" + b"0" * LARGEST, 413, "too-large", "This file is larger than 5 MB."),
    ],
    ids=["nothing", "picture", "cut-off", "foreign", "hostile", "too-large"],
)
def test_what_cannot_be_compared_is_answered_with_what_to_do(
    client: FlaskClient, data: bytes, status: int, fault: str, said: str
) -> None:
    page, answer = send(client, data), send(client, data, headers=JSON)

    assert (page.status_code, answer.status_code) == (status, status)
    assert words(page, ".error-summary li").startswith(said)
    assert words(page, "title").startswith("Error:")
    assert (answer.json or {})["file"] == fault


def test_a_document_that_is_cut_off_is_said_to_be(client: FlaskClient, issued: File) -> None:
    data = issued()

    page = send(client, data[: len(data) // 2])

    assert words(page, ".error-summary li").startswith("The end of this file is missing.")


@pytest.mark.parametrize(
    ("folder", "waiting", "fault", "seconds"),
    [("renderers", 0, "busy", "3"), ("too long for a socket " * 6, 1, "failed", "120")],
    ids=["busy", "broken"],
)
def test_a_file_that_cannot_be_compared_now_is_asked_for_again(
    app: Flask,
    client: FlaskClient,
    issued: File,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    waiting: int,
    fault: str,
    seconds: str,
) -> None:
    data = issued()
    (tmp_path / folder).mkdir()
    renderers = Renderers(tmp_path / folder, count=1, waiting=waiting)
    monkeypatch.setitem(app.extensions, RENDERERS, renderers)

    page, answer = send(client, data), send(client, data, headers=JSON)

    assert (page.status_code, page.headers["Retry-After"]) == (503, seconds)
    assert "the code that is printed on it" in words(page, ".error-summary li")
    assert (answer.json or {})["file"] == fault


def test_a_form_without_a_file_is_told_to_choose_one(client: FlaskClient) -> None:
    for options in ({}, {"data": {"file": "text"}}, {"json": {"file": "x"}}):
        page = client.post("/en/verify", **options)
        assert words(page, ".error-summary li") == "Choose the PDF file of the certificate first."


def test_a_check_leaves_no_cookie_and_nothing_to_keep(
    app: Flask, client: FlaskClient, issued: File
) -> None:
    response = send(client, issued())

    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
