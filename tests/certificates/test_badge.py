"""The credential: what it says, what it keeps to itself, and that it is the same every time."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pikepdf
import pytest
from cryptography.exceptions import InvalidSignature
from flask import Flask

from soar_lms.certificates import badge
from soar_lms.certificates.documents import make_document
from soar_lms.certificates.proofs import _digest
from soar_lms.keys import decode_base58, make_badge_key, read_badge_key
from tests.certificates.test_context import row
from tests.support.sites import make_site

KEY = make_badge_key()
BASE = "https://training.example.org"
CODE = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSX"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("site")
    app = make_site(folder, base_url=BASE, badge_key=KEY, provider="Riverside")
    with app.app_context():
        yield app


def credential(**changes: Any) -> dict[str, Any]:
    return badge.make_credential(row(**changes))


def test_it_says_what_the_paper_says(site: Flask) -> None:
    found = credential(provider="Riverside", provider_url="https://riverside.example")

    assert found["id"] == f"{BASE}/badges/{CODE}"
    assert found["name"] == "Garden safety"
    assert found["issuer"] == {
        "id": f"{BASE}/badges/issuer",
        "type": ["Profile"],
        "name": "Riverside",
        "url": "https://riverside.example",
    }
    assert found["validFrom"] == "2026-11-23T04:30:00Z"
    assert found["credentialSubject"]["achievement"] == {
        "id": f"{BASE}/badges/achievements/garden",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": "Garden safety",
        "description": "Training of 60 minutes: Garden safety.",
        "criteria": {
            "narrative": (
                "The person finished everything that the training asks for, and confirmed the name."
            )
        },
        "version": "1.2.0",
        "inLanguage": "en",
    }


def test_the_person_is_a_name_and_nothing_else(site: Flask) -> None:
    found = credential(name="María José Núñez", score=95, setting_name="Orchard", person_id=7)

    assert found["credentialSubject"]["identifier"] == [
        {
            "type": "IdentityObject",
            "identityType": "name",
            "identityHash": "María José Núñez",
            "hashed": False,
        }
    ]
    written = badge.write_json(found).decode()
    assert "María José Núñez" in written
    assert not any(word in written for word in ("rchard", "New_York", "@example"))
    assert not re.search(r"\b95\b", written)  # not any 95: keys and codes are drawn by chance


def test_it_speaks_the_language_of_its_certificate(site: Flask) -> None:
    achieved = credential(language="es")["credentialSubject"]["achievement"]

    assert achieved["description"] == "Capacitación de 60 minutos: Garden safety."
    assert achieved["criteria"]["narrative"].startswith("La persona terminó")


@pytest.mark.parametrize(
    ("last_day", "time_zone", "until"),
    [
        (date(2027, 11, 22), "America/New_York", "2027-11-23T04:59:59Z"),
        (date(2027, 11, 22), "Pacific/Honolulu", "2027-11-23T09:59:59Z"),
        (date(2027, 3, 14), "America/New_York", "2027-03-15T03:59:59Z"),
        (None, "America/New_York", None),
    ],
)
def test_it_lasts_to_the_end_of_the_last_day(
    site: Flask, last_day: date | None, time_zone: str, until: str | None
) -> None:
    found = credential(expires_on=last_day, time_zone=time_zone)

    assert found.get("validUntil") == until


def test_its_status_stands_at_its_place_in_its_list(site: Flask) -> None:
    found = credential(status_index=2 * 131_072 + 94_567)

    assert found["credentialStatus"] == {
        "id": f"{BASE}/badges/status/2#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": f"{BASE}/badges/status/2",
    }


def test_a_certificate_without_a_place_has_a_badge_without_a_status(site: Flask) -> None:
    assert "credentialStatus" not in credential(status_index=None)


def test_the_same_row_is_signed_the_same_way_whatever_happened_to_it(site: Flask) -> None:
    before = badge.write_credential(row(status_index=5))
    after = badge.write_credential(
        row(status_index=5, replaced_by_id=7, revoked_at=row().issued_at, revoked_reason="x")
    )

    assert before == after


def test_its_signature_is_that_of_its_key(site: Flask) -> None:
    found = credential()
    proof = dict(found.pop("proof"))
    signature = decode_base58(proof.pop("proofValue"))
    public = read_badge_key(KEY).public_key()

    public.verify(signature, _digest(proof) + _digest(found))
    with pytest.raises(InvalidSignature):
        public.verify(signature, _digest(proof) + _digest(found | {"name": "Another"}))


# --- in the document ----------------------------------------------------------------------------


def test_the_document_carries_it_as_its_source(site: Flask) -> None:
    certificate = row(status_index=5, name="Zoë Łukasz")

    with pikepdf.open(io.BytesIO(make_document(certificate))) as found:
        (name,) = found.attachments
        file = found.attachments[name]
        assert (name, file.obj.AFRelationship) == ("credential.json", pikepdf.Name.Source)
        assert file.get_file().read_bytes() == badge.write_credential(certificate)


def test_a_document_with_a_badge_is_the_same_every_time(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_document(row(status_index=5))
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    assert make_document(row(status_index=5)) == first


def test_a_site_without_a_key_makes_documents_without_a_badge(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    app = make_site(tmp_path_factory.mktemp("keyless"))

    with app.app_context(), pikepdf.open(io.BytesIO(make_document(row()))) as found:
        assert not found.attachments
    with app.app_context(), pytest.raises(LookupError, match="SOAR_BADGE_KEY"):
        badge.make_credential(row())


# --- who signs ----------------------------------------------------------------------------------


def test_keys_of_yesterday_stay_listed_behind_that_of_today(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    old = "z6Mkf5rGMoatrSj1f4CyvuHBeXJELe9RPdzo2PKGNCKVtZxP"
    app = make_site(
        tmp_path_factory.mktemp("rotated"), base_url=BASE, badge_key=KEY, badge_old_keys=(old,)
    )

    with app.app_context():
        listed = badge.make_issuer()["assertionMethod"]
    assert [item["publicKeyMultibase"] for item in listed][1] == old
    assert listed[1] == {
        "id": f"{BASE}/badges/keys/{old}",
        "type": "Multikey",
        "controller": f"{BASE}/badges/issuer",
        "publicKeyMultibase": old,
    }


def test_what_is_written_is_json_in_utf_8(site: Flask) -> None:
    written = badge.write_credential(row(name="李小龍"))

    assert json.loads(written)["credentialSubject"]["identifier"][0]["identityHash"] == "李小龍"
    assert "李小龍".encode() in written
