"""Keys: what is wrong with one is said before anything is signed with it."""

from __future__ import annotations

import datetime as days
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from soar_lms import keys
from soar_lms.config import ConfigError, read_config
from tests.conftest import NOW

LATER = NOW + days.timedelta(days=366)
SECRET = "Fh3k9-wLq2_Zx8vB1nM5cR7tY0pA4sDg6jKuE"


def configure(**values: str) -> None:
    """Start with these variables; PATH stands for where a file is."""
    names = {f"SOAR_{name.upper()}": value for name, value in values.items()}
    read_config({"SOAR_SECRET_KEY": SECRET, "SOAR_MODE": "testing", **names})


def faults(**values: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        configure(**values)
    return caught.value.faults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


# --- badges -------------------------------------------------------------------------------------


def test_a_badge_key_is_read_from_a_file_or_from_the_variable_itself(folder: Path) -> None:
    text = keys.make_badge_key()

    by_file = keys.read_badge_key(write(folder / "key.pem", text))

    assert keys.public_name(by_file) == keys.public_name(keys.read_badge_key(text))
    assert keys.public_name(by_file).startswith("z6Mk")


def test_the_key_of_a_file_is_read_once_when_the_program_starts(folder: Path) -> None:
    text = keys.make_badge_key()
    config = read_config(
        {
            "SOAR_SECRET_KEY": SECRET,
            "SOAR_MODE": "testing",
            "SOAR_BADGE_KEY": write(folder / "key.pem", text),
        }
    )

    assert config.badge_key == text
    assert text.splitlines()[1] not in repr(config)


def test_a_badge_key_that_is_none_stops_the_start(folder: Path) -> None:
    nothing, other = folder / "none.pem", keys.to_pem(ec.generate_private_key(ec.SECP256R1()))
    remedy = "make one with `soar-lms certificates keys new`"

    assert faults(badge_key=str(nothing)) == [
        f"SOAR_BADGE_KEY: {nothing} cannot be read: No such file or directory"
    ]
    assert faults(badge_key=write(folder / "x.pem", "nonsense")) == [
        f"SOAR_BADGE_KEY: is no private key in PEM; {remedy}"
    ]
    assert faults(badge_key=other) == [f"SOAR_BADGE_KEY: must be an Ed25519 key; {remedy}"]


def test_old_keys_are_public_ones() -> None:
    name = keys.public_name(keys.read_badge_key(keys.make_badge_key()))
    config = read_config(
        {
            "SOAR_SECRET_KEY": SECRET,
            "SOAR_MODE": "testing",
            "SOAR_BADGE_OLD_KEYS": f"{name}, {name}",
        }
    )

    assert config.badge_old_keys == (name, name)
    assert faults(badge_old_keys="z6MkIl") == ['SOAR_BADGE_OLD_KEYS: "z6MkIl" is not in base58']
    assert faults(badge_old_keys="z6Mk") == [
        'SOAR_BADGE_OLD_KEYS: "z6Mk" is no public key of a badge; it begins with z6Mk'
    ]


@given(st.binary())
def test_base58_is_read_as_it_was_written(data: bytes) -> None:
    assert keys.decode_base58(keys.encode_base58(data)) == data


def test_base58_is_that_of_others() -> None:
    """Test vectors of draft-msporny-base58-03, section 5."""
    vectors = {b"Hello World!": "2NEpo7TZRRrLZSi2U", bytes.fromhex("0000287fb4cd"): "11233QC4"}

    assert {data: keys.encode_base58(data)[1:] for data in vectors} == vectors


# --- seals --------------------------------------------------------------------------------------


@pytest.fixture
def pem(folder: Path) -> Path:
    path = folder / "seal.pem"
    path.write_text(keys.make_seal_key("Riverside Community Health", NOW))
    return path


def split(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    data = path.read_bytes()
    key = load_pem_private_key(data, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key, x509.load_pem_x509_certificate(data)


def test_a_seal_key_is_read_from_pem(pem: Path) -> None:
    found = keys.read_seal_key(pem, None, NOW)

    assert found.owner == "CN=Riverside Community Health"
    assert (found.chain, len(found.fingerprint)) == ((), 64)


def test_a_seal_key_is_read_from_pkcs12_with_its_passphrase(pem: Path, folder: Path) -> None:
    key, certificate = split(pem)
    data = pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, None, BestAvailableEncryption(b"open sesame")
    )
    path = folder / "seal.p12"
    path.write_bytes(data)

    assert keys.read_seal_key(path, "open sesame", NOW).certificate == certificate
    for wrong in (None, "open barley"):
        with pytest.raises(ValueError, match="SOAR_SEAL_PASSPHRASE is not its own"):
            keys.read_seal_key(path, wrong, NOW)


def test_the_certificates_that_vouch_for_a_key_come_along(pem: Path, folder: Path) -> None:
    other = folder / "other.pem"
    other.write_text(keys.make_seal_key("Another", NOW))
    _, certificate = split(other)
    pem.write_text(other.read_text().split("-----END PRIVATE KEY-----")[1] + pem.read_text())

    found = keys.read_seal_key(pem, None, NOW)

    assert (found.owner, found.chain) == ("CN=Riverside Community Health", (certificate,))


def test_a_seal_key_that_cannot_seal_is_refused(pem: Path, folder: Path) -> None:
    other = keys.make_seal_key("Another", NOW).split("-----BEGIN CERTIFICATE-----")[0]
    mixed = pem.read_text().split("-----BEGIN CERTIFICATE-----")[1]
    short = keys.to_pem(rsa.generate_private_key(65537, 1024))
    cases = {
        "x": "is no PKCS#12 or PEM file with a key, or SOAR_SEAL_PASSPHRASE is not its own",
        other: "is no PKCS#12 or PEM file with a key",
        f"{other}-----BEGIN CERTIFICATE-----{mixed}": "is not that of its key",
        f"{short}-----BEGIN CERTIFICATE-----{mixed}": "is too short: 2048 bits at least",
        f"{keys.to_pem(ed25519.Ed25519PrivateKey.generate())}-----BEGIN CERTIFICATE-----{mixed}": (
            "must hold an RSA or elliptic-curve key"
        ),
    }

    for number, (text, fault) in enumerate(cases.items()):
        path = folder / f"{number}.pem"
        path.write_text(text)
        with pytest.raises(ValueError, match=fault):
            keys.read_seal_key(path, None, NOW)


def test_a_certificate_counts_on_its_days_only(pem: Path) -> None:
    with pytest.raises(ValueError, match="its certificate expired on 2027-11-22"):
        keys.read_seal_key(pem, None, LATER)
    with pytest.raises(ValueError, match="its certificate is valid from 2026-11-22 on"):
        keys.read_seal_key(pem, None, NOW - days.timedelta(days=1))


def test_a_seal_key_with_a_fault_stops_the_start(pem: Path, folder: Path) -> None:
    expired = folder / "expired.pem"
    expired.write_text(keys.make_seal_key("Old", NOW - days.timedelta(days=3000)))

    assert faults(seal_key=str(folder / "none.p12")) == [
        f"SOAR_SEAL_KEY: {folder / 'none.p12'} cannot be read: No such file or directory"
    ]
    assert faults(seal_key=str(expired)) == [
        "SOAR_SEAL_KEY: its certificate expired on 2019-09-05; ask for a new one"
    ]
