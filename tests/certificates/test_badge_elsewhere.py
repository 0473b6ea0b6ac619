"""Badges, verified by the libraries of others: what they take is right, whatever we think of it.

They are npm packages (`tests/support/badge_verifier`), with the contexts of W3C and 1EdTech, and
nothing is fetched. Node must be there: without it this fails, `./dev test` installs it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from soar_lms.certificates import badge
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.status_lists import make_status_list
from soar_lms.database import db, transaction
from tests.certificates.test_context import row

VERIFIER = Path(__file__).parents[1] / "support" / "badge_verifier"
ISSUED = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAMES = (
    "María José Núñez de la Cruz",
    "محمد بن عبد الله",
    "李小龍",
    "Zoe\u0308 O’Neill",
    "Ana 🌻",
    'Ana "Bea" \\ <b>{{ 7 }}</b> & Co.',
    "tab\tbell\x07 delete\x7f line\nreturn\r",
    "\u2028\u2029\ufeff\ufffe",
    "_:b0",
)
Document = dict[str, Any]


def judge(credentials: list[Document]) -> list[tuple[bool, str]]:
    """Return what the verifier says of each: whether it is good, and why not."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    documents = {badge.issuer_id(): badge.make_issuer()}
    documents |= {item["id"]: item for item in map(badge.make_public_key, badge.list_public_keys())}
    status = make_status_list(0, now, kept_seconds=60)
    documents[status["id"]] = status
    done = subprocess.run(
        ["node", "verify.mjs"],
        cwd=VERIFIER,
        input=json.dumps({"documents": documents, "credentials": credentials}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [(item["verified"], item["error"]) for item in json.loads(done.stdout)]


def keep(**changes: Any) -> Document:
    """Write a certificate, and return its credential."""
    certificate: Certificate = row(**{"code": make_code(), "issued_at": ISSUED, **changes})
    with transaction():
        db.session.add(certificate)
    return badge.make_credential(certificate)


def test_a_stranger_verifies_our_badges(context: Flask) -> None:
    badges = [
        keep(),
        keep(language="es", module_title="Seguridad en el jardín"),
        keep(expires_on=date(2999, 1, 1), provider="P", provider_url="https://p.example/?a=1&b=2"),
        keep(status_index=None),
        *(keep(name=name, module_title=name) for name in NAMES),
    ]

    assert judge(badges) == [(True, "")] * len(badges)


CHANGES: dict[str, Callable[[Document], object]] = {
    "name": lambda item: _subject(item)["identifier"][0].update(identityHash="Ana Torres Vegas"),
    "title": lambda item: item.update(name="Garden safety II"),
    "module": lambda item: _subject(item)["achievement"].update(id="https://example.org/x"),
    "words": lambda item: _subject(item)["achievement"].update(description="More."),
    "version": lambda item: _subject(item)["achievement"].update(version="1.2.1"),
    "issuer": lambda item: item["issuer"].update(name="Somebody else"),
    "last day": lambda item: item.update(validUntil="2999-01-01T00:00:00Z"),
    "status": lambda item: item.pop("credentialStatus"),
    "place": lambda item: item["credentialStatus"].update(statusListIndex="1"),
    "hashed": lambda item: _subject(item)["identifier"][0].update(hashed=True),
    "moment of the proof": lambda item: item["proof"].update(created="2026-01-05T12:00:01Z"),
    "signature": lambda item: item["proof"].update(proofValue=_spoil(item["proof"]["proofValue"])),
}


def _spoil(signature: str) -> str:
    """Return a signature with another last character, of those that base58 has."""
    return signature[:-1] + ("3" if signature.endswith("2") else "2")


def _subject(credential: Document) -> Document:
    subject: Document = credential["credentialSubject"]
    return subject


def test_a_stranger_refuses_a_badge_with_one_changed_word(context: Flask) -> None:
    good, changed = keep(expires_on=date(2998, 1, 1)), []
    for change in CHANGES.values():
        changed.append(deepcopy(good))
        change(changed[-1])

    found = dict(zip(CHANGES, judge(changed), strict=True))

    assert {name: verified for name, (verified, _) in found.items() if verified} == {}
    assert {error for _, error in found.values()} == {"Invalid signature."}


def test_a_stranger_refuses_a_badge_that_no_longer_counts(context: Flask) -> None:
    good = keep()
    revoked = keep(revoked_at=ISSUED, revoked_reason="a mistake")
    expired = keep(expires_on=date(2026, 2, 1))
    (successor,) = db.session.query(Certificate.id).order_by(Certificate.id).limit(1).one()
    replaced = keep(replaced_by_id=successor)

    found = judge([good, revoked, expired, replaced])

    assert [verified for verified, _ in found] == [True, False, False, False]
    assert [error for _, error in found[1::2]] == ["revoked", "revoked"]


def test_a_stranger_refuses_a_badge_of_a_key_that_is_not_ours(context: Flask) -> None:
    forged = keep()
    forged["proof"]["verificationMethod"] = "http://127.0.0.1:8000/badges/keys/z6MkNobody"

    ((verified, error),) = judge([forged])

    assert not verified
    assert "not at hand" in error
