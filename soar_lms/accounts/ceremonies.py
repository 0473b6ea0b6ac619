"""The two ceremonies of Web Authentication: making a passkey, and signing in with one.

It only asks and judges; nothing is stored here. The device must check its owner (a PIN, a finger, a
face): so a passkey is a whole sign-in. No attestation is asked for: which make of device somebody
has is nobody's business. https://www.w3.org/TR/webauthn-2/
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

_VERIFIED = UserVerificationRequirement.REQUIRED
_WAIT_MS = 300_000
"""Milliseconds that a browser waits for its user: time to look for a phone (WCAG 2.2, 2.2.1)."""


class RefusedError(ValueError):
    """What a device answered does not prove anything."""


@dataclass(frozen=True)
class Site:
    """What passkeys are made for: they work on no other site."""

    name: str
    host: str
    origin: str


@dataclass(frozen=True)
class Made:
    """A new passkey, as its device describes it; bytes in base64url."""

    credential_id: str
    public_key: str
    sign_count: int


def ask_to_make(
    site: Site, *, name: str, address: str, user_handle: str, known: Collection[str], challenge: str
) -> dict[str, Any]:
    """Return what a browser is asked with; devices that have a passkey already are left out."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=base64url_to_bytes(user_handle),
        user_name=address,
        user_display_name=name,
        challenge=base64url_to_bytes(challenge),
        timeout=_WAIT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(item)) for item in known
        ],
    )
    return options_to_json_dict(options)


def read_made(site: Site, answer: str, challenge: str) -> Made:
    """Return the passkey that a device made.

    :raises RefusedError: when the answer is not for this site and this challenge.
    """
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise RefusedError(str(error)) from error
    return Made(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


def ask_to_sign_in(site: Site, challenge: str) -> dict[str, Any]:
    """Return what a browser is asked with: any passkey that it has for this site will do."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=base64url_to_bytes(challenge),
        timeout=_WAIT_MS,
        user_verification=_VERIFIED,
    )
    return options_to_json_dict(options)


def read_owner(answer: str) -> tuple[str, str]:
    """Return which passkey an answer is from, and whose; nothing of it is proven yet.

    :raises RefusedError: when it cannot be read.
    """
    try:
        parsed = webauthn.helpers.parse_authentication_credential_json(answer)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise RefusedError(str(error)) from error
    handle = parsed.response.user_handle
    return bytes_to_base64url(parsed.raw_id), bytes_to_base64url(handle) if handle else ""


def check_sign_in(
    site: Site, answer: str, *, challenge: str, public_key: str, sign_count: int
) -> int:
    """Return how often the device signed so far.

    :raises RefusedError: when it did not sign this challenge, or is a copy.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise RefusedError(str(error)) from error
    return found.new_sign_count
