"""Badges on the web: for programs, without a cookie, open to pages of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.certificates.badge import list_public_keys, make_credential
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.models import Certificate
from soar_lms.database import db, transaction
from tests.certificates.test_context import row
from tests.factories import NOW
from tests.support.sites import make_site

Issue = Callable[..., str]


@pytest.fixture
def issue(app: Flask) -> Issue:
    """Return a function that writes a certificate and gives its code."""

    def write(**changes: Any) -> str:
        code = make_code()
        with app.app_context(), transaction():
            db.session.add(row(**{"code": code, **changes}))
        return code

    return write


def test_a_code_has_its_credential(app: Flask, client: FlaskClient, issue: Issue) -> None:
    code = issue()

    answer = client.get(f"/badges/{format_code(code)}")

    assert (answer.status_code, answer.content_type) == (200, "application/vc")
    with app.app_context():
        certificate = db.session.query(Certificate).filter_by(code=code).one()
        assert answer.get_json(force=True) == make_credential(certificate)


def test_a_credential_that_was_revoked_is_as_it_was_signed(
    client: FlaskClient, issue: Issue
) -> None:
    code = issue(revoked_at=NOW, revoked_reason="a secret reason")

    answer = client.get(f"/badges/{code}")

    assert answer.status_code == 200
    assert "secret" not in answer.text


def test_what_a_credential_points_to_is_there(client: FlaskClient, issue: Issue) -> None:
    credential = client.get(f"/badges/{issue()}").get_json(force=True)
    status, proof = credential["credentialStatus"], credential["proof"]

    for address in (
        credential["id"],
        credential["issuer"]["id"],
        status["statusListCredential"],
        proof["verificationMethod"],
    ):
        path = address.removeprefix("http://127.0.0.1:8000")
        assert client.get(path).get_json(force=True)["id"] == address


def test_the_achievement_is_that_of_the_module(client: FlaskClient) -> None:
    answer = client.get("/badges/achievements/soar-to-health-and-wellness")

    assert answer.content_type == "application/ld+json"
    assert answer.get_json(force=True)["name"] == "SOAR to Health and Wellness"


@pytest.mark.parametrize(
    "path",
    [
        "nonsense",
        "0" * 27,
        "%00",
        "a" * 3000,
        "status/1",
        "status/2147483647",
        "status/99999999999",
        "keys/z6MkNobody",
        "achievements/none",
    ],
)
def test_what_is_not_there_is_answered_alike(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/badges/{path}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "Set-Cookie" not in answer.headers


def test_a_code_that_cannot_be_one_is_answered_as_one_that_was_never_issued(
    client: FlaskClient,
) -> None:
    pages = [client.get(f"/badges/{typed}") for typed in ("nonsense", make_code())]

    assert pages[0].data == pages[1].data
    assert pages[0].status_code == pages[1].status_code == 404


def test_programs_may_keep_it_and_read_it_from_other_pages(
    client: FlaskClient, issue: Issue
) -> None:
    kept = {f"/badges/{issue()}": 3600, "/badges/issuer": 3600, "/badges/status/0": 60}

    for path, seconds in kept.items():
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == f"public, max-age={seconds}"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in answer.headers


def test_who_has_it_already_is_told_so(client: FlaskClient, issue: Issue) -> None:
    path = f"/badges/{issue()}"
    tag = client.get(path).headers["ETag"]

    again = client.get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_a_key_of_this_site_is_a_document_of_its_own(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        (name,) = list_public_keys()

    answer = client.get(f"/badges/keys/{name}").get_json(force=True)

    assert answer["type"] == "Multikey"
    assert answer["publicKeyMultibase"] == name


def test_a_site_without_a_key_has_no_badges(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = make_site(tmp_path_factory.mktemp("keyless"))
    code = make_code()
    with app.app_context(), transaction():
        db.session.add(row(code=code))

    client = app.test_client()
    for path in ("issuer", "status/0", "keys/z6Mk", code):
        assert client.get(f"/badges/{path}").status_code == 404
