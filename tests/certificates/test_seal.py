"""The seal: readers find it whole, one changed byte breaks it, and it is the same every time."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1 as to_asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from soar_lms.certificates.documents import make_document, make_unsealed
from soar_lms.certificates.seal import SealError, seal
from soar_lms.clock import utc_now
from soar_lms.keys import make_seal_key, read_seal_key, to_pem
from tests.certificates.test_context import row
from tests.support.sites import make_site

OWNER = "Riverside Community Health"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "seal.pem"
    path.write_text(make_seal_key(OWNER, utc_now()))
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, pem: Path) -> Iterator[Flask]:
    app = make_site(tmp_path_factory.mktemp("site"), seal_key=pem)
    with app.app_context():
        yield app


@pytest.fixture(scope="module")
def document(site: Flask) -> bytes:
    return make_document(row())


def judge(data: bytes, pem: Path) -> PdfSignatureStatus:
    """Return what pyHanko says of the one signature, trusting our own certificate."""
    certificate = to_asn1(read_seal_key(pem, None, utc_now()).certificate)
    (found,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    return validate_pdf_signature(
        found,
        ValidationContext(trust_roots=[certificate], other_certs=[], allow_fetching=False),
    )


def test_a_reader_finds_it_whole_and_by_whom(document: bytes, pem: Path) -> None:
    status = judge(document, pem)

    assert (status.bottom_line, status.intact, status.valid) == (True, True, True)
    assert status.signing_cert.subject.native == {"common_name": OWNER}
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE


def test_it_allows_no_changes_and_is_not_seen(document: bytes) -> None:
    with pikepdf.open(io.BytesIO(document)) as found:
        (field,) = found.Root.AcroForm.Fields
        (reference,) = field.V.Reference
        assert [str(reference.TransformMethod), int(reference.TransformParams.P)] == ["/DocMDP", 1]
        assert [float(number) for number in field.Rect] == [0, 0, 0, 0]
        assert field.V.SubFilter == "/ETSI.CAdES.detached"


def test_the_document_before_it_stays_as_it_was(site: Flask, document: bytes) -> None:
    unsealed = make_unsealed(row())

    assert document.startswith(unsealed)
    assert len(unsealed) < len(document) < len(unsealed) + 8000


@pytest.mark.parametrize("name", ["Ana", "محمد Núñez"])
def test_the_same_row_is_sealed_the_same_way(site: Flask, name: str) -> None:
    assert make_document(row(name=name)) == make_document(row(name=name))


def test_an_rsa_key_seals_the_same_way_every_time(tmp_path: Path, site: Flask) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, OWNER)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .sign(key, SHA256())
    )
    path = tmp_path / "rsa.pem"
    path.write_text(to_pem(key) + certificate.public_bytes(Encoding.PEM).decode())
    found, unsealed = read_seal_key(path, None, utc_now()), make_unsealed(row())

    first, second = (seal(unsealed, found, row().issued_at) for _ in range(2))

    assert first == second
    assert judge(first, path).intact


def test_it_says_when_the_certificate_was_issued_once_the_key_counted(
    site: Flask, pem: Path
) -> None:
    key, unsealed = read_seal_key(pem, None, utc_now()), make_unsealed(row())
    begins = key.certificate.not_valid_before_utc
    later = begins + timedelta(hours=1)

    for issued_at, moment in ((datetime(2020, 1, 1, tzinfo=UTC), begins), (later, later)):
        status = judge(seal(unsealed, key, issued_at), pem)
        assert status.signer_reported_dt == moment.replace(microsecond=0)


# --- one changed byte ---------------------------------------------------------------------------


def test_a_reader_sees_a_byte_that_was_changed(document: bytes, pem: Path) -> None:
    changed = document.replace(b"Garden safety", b"Garden safery")
    assert changed != document

    assert not judge(changed, pem).intact


def test_another_programs_reader_agrees(document: bytes, tmp_path: Path) -> None:
    """pdfsig of Poppler, which `./dev test` installs."""
    changed = document.replace(b"Garden safety", b"Garden safery")

    assert "Signature is Valid." in pdfsig(document, tmp_path)
    assert "Total document signed" in pdfsig(document, tmp_path)
    assert "Digest Mismatch." in pdfsig(changed, tmp_path)


def pdfsig(data: bytes, folder: Path) -> str:
    path = folder / "file.pdf"
    path.write_bytes(data)
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


# --- keys that do not seal ----------------------------------------------------------------------


def test_without_a_key_there_is_no_seal(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = make_site(tmp_path_factory.mktemp("plain"))

    with app.app_context():
        assert make_document(row()) == make_unsealed(row())


def test_a_key_that_expired_while_the_site_ran_gives_no_document(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    much_later = utc_now() + timedelta(days=400)
    monkeypatch.setattr("soar_lms.certificates.seal.utc_now", lambda: much_later)

    with pytest.raises(SealError, match="its certificate expired on"):
        make_document(row())


def test_a_key_that_cannot_be_read_gives_no_document(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("gone")
    app = make_site(folder, seal_key=folder / "gone.pem")

    with app.app_context(), pytest.raises(SealError, match="cannot be read"):
        make_document(row())
