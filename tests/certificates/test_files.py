"""Hashes of documents: kept once, for every look a document had, and known for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from soar_lms.certificates import jobs
from soar_lms.certificates.checking import check_file
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.documents import make_document, make_unsealed
from soar_lms.certificates.files import find_file, find_maker, keep_hash, list_unknown
from soar_lms.certificates.models import Certificate, CertificateFile
from soar_lms.certificates.pdf import PDFError
from soar_lms.certificates.seal import seal
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.keys import make_seal_key, read_seal_key
from tests.certificates.test_context import row
from tests.factories import NOW
from tests.support.sites import make_site
from tests.support.together import at_once


@pytest.fixture(autouse=True)
def _forgotten_maker(app: Flask) -> Iterator[None]:
    """Let every test ask anew what makes documents."""
    yield
    app.extensions.pop("soar maker of documents", None)


def keep(**values: object) -> Certificate:
    certificate = row(**{"code": make_code(), **values})
    with transaction():
        db.session.add(certificate)
    return certificate


def kept() -> list[tuple[int, bool, int]]:
    files = db.session.query(CertificateFile).order_by(CertificateFile.id)
    return [(file.certificate_id, file.sealed, file.length) for file in files]


def look_otherwise(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make documents as another release does."""
    monkeypatch.setattr("soar_lms.certificates.context.time_zone_name", lambda zone: zone)
    app.extensions.pop("soar maker of documents", None)


# --- the job ------------------------------------------------------------------------------------


def test_what_was_issued_is_hashed_once(context: Flask) -> None:
    certificate = keep()

    assert [jobs.keep_hashes(NOW), jobs.keep_hashes(NOW)] == [1, 0]
    assert kept() == [(certificate.id, False, len(make_document(certificate)))]


def test_more_than_a_batch_is_done_in_several(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    for _ in range(3):
        keep()

    assert [jobs.keep_hashes(NOW) for _ in range(3)] == [2, 1, 0]
    assert len(kept()) == 3


def test_a_document_that_cannot_be_made_holds_up_no_other(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, *bad = keep(), *(keep(name="without a font") for _ in range(jobs.BATCH + 1))

    def make(certificate: Certificate) -> dict[bytes, bool]:
        if certificate.id != good.id:
            raise PDFError("no glyph")
        return {make_document(certificate): False}

    monkeypatch.setattr(jobs, "make_files", make)

    assert jobs.keep_hashes(NOW) == 1
    assert [certificate_id for certificate_id, _, _ in kept()] == [good.id]
    assert {certificate.id for certificate in list_unknown(5)} == {item.id for item in bad}


def test_when_documents_look_otherwise_all_are_hashed_again(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = keep()
    jobs.keep_hashes(NOW)
    before, maker = make_document(certificate), find_maker()
    look_otherwise(context, monkeypatch)

    assert jobs.keep_hashes(NOW) == 1
    assert find_maker() != maker
    assert make_document(certificate) != before
    assert find_file(certificate, before) is not None


def test_a_hash_kept_twice_at_once_is_kept_once(context: Flask) -> None:
    certificate = keep()
    data = make_document(certificate)
    find_maker()

    at_once(
        context,
        lambda: certificate,
        lambda found: keep_hash(found, data, sealed=False, now=NOW),
    )

    assert len(kept()) == 1


# --- files --------------------------------------------------------------------------------------


def test_a_file_is_ours_before_anybody_hashed_it(context: Flask) -> None:
    certificate = keep()

    found = check_file(make_document(certificate))

    assert (found.certificate, found.unchanged) == (certificate, True)


def test_a_file_of_an_older_release_is_still_ours(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = keep()
    data = make_document(certificate)
    jobs.keep_hashes(NOW)
    look_otherwise(context, monkeypatch)
    assert make_document(certificate) != data

    assert check_file(data).unchanged


def test_what_happens_to_a_certificate_later_leaves_its_file_as_it_was(context: Flask) -> None:
    certificate = keep()
    data = make_document(certificate)

    with transaction():
        certificate.revoked_at, certificate.revoked_reason = NOW + timedelta(days=1), "a mistake"

    assert make_document(certificate) == data
    assert check_file(data).unchanged


def test_a_file_with_the_code_of_another_is_not_its_own(context: Flask) -> None:
    mine, other = keep(), keep(name="Somebody else")
    data = make_document(mine)
    jobs.keep_hashes(NOW)
    swapped = data.replace(format_code(mine.code).encode(), format_code(other.code).encode())

    found = check_file(swapped)

    assert (found.certificate, found.unchanged) == (other, False)


# --- sealed files -------------------------------------------------------------------------------


def test_any_byte_of_a_sealed_file_that_was_changed_is_seen(sealing: Flask) -> None:
    certificate = keep()
    data, prefix = make_document(certificate), make_unsealed(certificate)
    jobs.keep_hashes(NOW)

    # Some of the document's bytes, and of the seal's: its padding and its digits too.
    places = [*range(0, len(prefix), 211), *range(len(prefix), len(data), 13)]
    changed = (data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] for place in places)
    unseen = [
        place for place, item in zip(places, changed, strict=True) if find_file(certificate, item)
    ]

    assert unseen == []
    assert check_file(data).unchanged


def test_a_sealed_file_is_known_with_and_without_its_seal(sealing: Flask) -> None:
    certificate = keep()
    jobs.keep_hashes(NOW)

    whole, bare = check_file(make_document(certificate)), check_file(make_unsealed(certificate))

    assert (whole.unchanged, whole.sealed) == (True, True)
    assert (bare.unchanged, bare.sealed) == (True, False)


def test_a_seal_of_somebody_else_around_our_document_is_not_ours(sealing: Flask) -> None:
    certificate = keep()
    path = sealing.config["SOAR"].instance / "other.pem"
    path.write_text(make_seal_key("Riverside", utc_now()))
    forged = seal(make_unsealed(certificate), read_seal_key(path, None, utc_now()), NOW)

    assert not check_file(forged).unchanged


@pytest.fixture
def sealing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return a site that seals, in its context."""
    folder = tmp_path_factory.mktemp("sealing")
    (folder / "seal.pem").write_text(make_seal_key("Riverside", utc_now()))
    app = make_site(folder, seal_key=folder / "seal.pem")
    with app.app_context():
        yield app
