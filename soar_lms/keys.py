"""Keys that certificates are signed with: read, made, written down.

What is read here is checked when the program starts, so that a key that is wrong stops it then and
not when somebody waits for a certificate. cryptography is imported when there is a key to read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate as X509Certificate

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC = b"\xed\x01"
"""What an Ed25519 public key begins with as a Multikey (https://www.w3.org/TR/cid-1.0/#Multikey)."""
_PUBLIC_BYTES = 32
_PEM = "-----BEGIN"
_SMALLEST_RSA = 2048
_DEMO_DAYS = 365


@dataclass(frozen=True)
class SealKey:
    """A private key, the certificate that names its owner, and those that vouch for it."""

    key: EllipticCurvePrivateKey | RSAPrivateKey
    certificate: X509Certificate
    chain: tuple[X509Certificate, ...]

    @property
    def owner(self) -> str:
        """Who the seal names, as the certificate writes it."""
        return self.certificate.subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest()


# --- badges -------------------------------------------------------------------------------------


def read_badge_key(value: str) -> Ed25519PrivateKey:
    """Read an Ed25519 key: PEM (PKCS#8), or the path of a file with it.

    :raises ValueError: when it cannot be read, or is another kind of key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = value.encode() if value.startswith(_PEM) else _read_file(Path(value))
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(
            "is no private key in PEM; make one with `soar-lms certificates keys new`"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("must be an Ed25519 key; make one with `soar-lms certificates keys new`")
    return key


def public_name(key: Ed25519PrivateKey) -> str:
    """Return the public half of a badge's key as a Multikey: `z6Mk…`."""
    return encode_base58(_ED25519_PUBLIC + key.public_key().public_bytes_raw())


def check_public_name(value: str) -> str:
    """Return a public key as it is written in `publicKeyMultibase`.

    :raises ValueError: when it is none.
    """
    data = decode_base58(value)
    if len(data) != len(_ED25519_PUBLIC) + _PUBLIC_BYTES or not data.startswith(_ED25519_PUBLIC):
        raise ValueError(f'"{value}" is no public key of a badge; it begins with z6Mk')
    return value


def make_badge_key() -> str:
    """Make a new key for badges, in PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return to_pem(Ed25519PrivateKey.generate())


def encode_base58(data: bytes) -> str:
    """Write bytes in base58 with its multibase letter `z` (https://www.w3.org/TR/cid-1.0/)."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, len(_BASE58))
        digits = _BASE58[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + _BASE58[0] * zeros + digits


def decode_base58(text: str) -> bytes:
    """Read what `encode_base58` wrote.

    :raises ValueError: when it is something else.
    """
    if not text.startswith("z") or not set(text[1:]) <= set(_BASE58):
        raise ValueError(f'"{text}" is not in base58')
    number = 0
    for character in text[1:]:
        number = number * len(_BASE58) + _BASE58.index(character)
    zeros = len(text[1:]) - len(text[1:].lstrip(_BASE58[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


# --- seals --------------------------------------------------------------------------------------


def read_seal_key(path: Path, passphrase: str | None, now: datetime) -> SealKey:
    """Read a key with its certificate: a PKCS#12 file, or PEM with both in one file.

    :raises ValueError: when it cannot be read, does not fit together, or is not valid at `now`.
    """
    data, secret = _read_file(path), passphrase.encode() if passphrase else None
    try:
        key, certificates = (_read_pem if _PEM.encode() in data else _read_pkcs12)(data, secret)
    except (ValueError, TypeError):
        raise ValueError(
            f"{path} is no PKCS#12 or PEM file with a key, or SOAR_SEAL_PASSPHRASE is not its own"
        ) from None
    return _fitting(path, key, certificates, now)


def _read_pkcs12(data: bytes, secret: bytes | None) -> tuple[Any, list[Any]]:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    key, certificate, others = load_key_and_certificates(data, secret)
    return key, [item for item in (certificate, *others) if item is not None]


def _read_pem(data: bytes, secret: bytes | None) -> tuple[Any, list[Any]]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(data, secret), x509.load_pem_x509_certificates(data)


def _fitting(path: Path, key: Any, certificates: list[Any], now: datetime) -> SealKey:
    """Put together what belongs together: the key's own certificate, and the others as its chain.

    :raises ValueError: when nothing does.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise ValueError(f"{path} must hold an RSA or elliptic-curve key")
    if isinstance(key, RSAPrivateKey) and key.key_size < _SMALLEST_RSA:
        raise ValueError(f"the key in {path} is too short: {_SMALLEST_RSA} bits at least")
    own = [item for item in certificates if item.public_key() == key.public_key()]
    if not own:
        raise ValueError(f"the certificate in {path} is not that of its key")
    found = SealKey(key, own[0], tuple(item for item in certificates if item is not own[0]))
    check_seal_days(found, now)
    return found


def check_seal_days(found: SealKey, now: datetime) -> None:
    """Refuse a key whose certificate is not valid now.

    :raises ValueError: says since when, or from when.
    """
    first, last = found.certificate.not_valid_before_utc, found.certificate.not_valid_after_utc
    if now > last:
        raise ValueError(f"its certificate expired on {last:%Y-%m-%d}; ask for a new one")
    if now < first:
        raise ValueError(f"its certificate is valid from {first:%Y-%m-%d} on")


def make_seal_key(owner: str, now: datetime, days: int = _DEMO_DAYS) -> str:
    """Make a key and a certificate that nobody vouches for, in PEM: for a trial, not for people."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, owner)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    return to_pem(key) + certificate.public_bytes(Encoding.PEM).decode()


def to_pem(key: Any) -> str:
    """Write a private key as PEM (PKCS#8), without a passphrase."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return data.decode()


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
