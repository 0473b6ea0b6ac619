"""The session cookie: what was verified once is as safe as what is verified each time."""

from __future__ import annotations

from time import time

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from soar_lms.sessions import RememberingSigner, SessionInterface

DAY = 86_400
VALUES = {"_user_id": "abc", "_flashes": [("success", "Saved")]}


@pytest.fixture
def flask_signer() -> URLSafeTimedSerializer:
    app = Flask(__name__)
    app.secret_key = "a secret for tests, 0123456789 abcdefghij"
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    return signer


@pytest.fixture
def signer(flask_signer: URLSafeTimedSerializer) -> RememberingSigner:
    return RememberingSigner(flask_signer)


def test_it_reads_what_flask_signs_and_the_other_way_round(
    signer: RememberingSigner, flask_signer: URLSafeTimedSerializer
) -> None:
    ours, theirs = str(signer.dumps(VALUES)), str(flask_signer.dumps(VALUES))

    assert signer.loads(theirs, max_age=DAY) == flask_signer.loads(ours, max_age=DAY) == VALUES


def test_what_one_request_changes_the_next_does_not_see(signer: RememberingSigner) -> None:
    cookie = str(signer.dumps(VALUES))
    signer.loads(cookie, max_age=DAY)["_flashes"].append("mine")

    assert signer.loads(cookie, max_age=DAY) == VALUES


# Not the last character: of its six bits base64 reads four, so another one may mean the same.
@pytest.mark.parametrize("place", [0, 10, -2])
def test_a_changed_cookie_is_refused_after_a_good_one(
    signer: RememberingSigner, place: int
) -> None:
    cookie = str(signer.dumps(VALUES))
    assert signer.loads(cookie, max_age=DAY)
    changed = list(cookie)
    changed[place] = "A" if changed[place] != "A" else "B"

    for _ in range(2):
        with pytest.raises(BadSignature):
            signer.loads("".join(changed), max_age=DAY)


def test_an_old_cookie_is_refused_although_it_was_good(
    signer: RememberingSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = str(signer.dumps(VALUES))
    assert signer.loads(cookie, max_age=DAY)
    later = time() + DAY + 2
    monkeypatch.setattr("soar_lms.sessions.time", lambda: later)

    with pytest.raises(SignatureExpired):
        signer.loads(cookie, max_age=DAY)


def test_an_application_without_a_secret_has_no_sessions() -> None:
    assert SessionInterface().get_signing_serializer(Flask(__name__)) is None
