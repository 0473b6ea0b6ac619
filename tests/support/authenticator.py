"""A device with passkeys, as far as tests need one (Web Authentication, sections 6.1 and 6.3)."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey for one site. What a test changes, it answers wrongly."""

    host: str
    origin: str
    verifies: bool = True
    count: int = 0
    user_handle: str = ""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, asked: dict[str, Any]) -> str:
        """Answer what a site asks with, to make a passkey."""
        self.user_handle = asked["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: _coordinate(numbers.x), -3: _coordinate(numbers.y)}
        described = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(_HAS_KEY) + described + cbor2.dumps(key)
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=made)

    def sign(self, asked: dict[str, Any]) -> str:
        """Answer what a site asks with, to sign somebody in."""
        self.count += 1
        data = self._data(0)
        client = self._client("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=client,
            authenticatorData=data,
            signature=signature,
            userHandle=base64url_to_bytes(self.user_handle),
        )

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        site = hashlib.sha256(self.host.encode()).digest()
        return site + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **parts: bytes) -> str:
        number = bytes_to_base64url(self.credential_id)
        response = {name: bytes_to_base64url(value) for name, value in parts.items()}
        return json.dumps(
            {"id": number, "rawId": number, "type": "public-key", "response": response}
        )


def _coordinate(value: int) -> bytes:
    return value.to_bytes(32, "big")
