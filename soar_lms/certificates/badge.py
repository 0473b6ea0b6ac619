"""The badge: a certificate as a credential that programs verify (Open Badges 3.0).

It says what the paper says to everybody who has its code, and no more: the name, as the learner
confirmed it, and no e-mail address, also not hashed; no score and no setting.
https://www.imsglobal.org/spec/ob/v3p0/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app

from soar_lms.catalogue.model import Module
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.linked_data import CREDENTIALS, OPEN_BADGES
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.proofs import sign, write_moment
from soar_lms.certificates.status_places import LIST_SIZE
from soar_lms.config import Config
from soar_lms.i18n import gettext, speaking
from soar_lms.keys import public_name, read_badge_key
from soar_lms.messages.services import public_url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_CONTROLLER = "https://www.w3.org/ns/did/v1"
_MULTIKEY = "https://w3id.org/security/multikey/v1"


def has_badges() -> bool:
    """Return whether this site signs credentials."""
    return _config().badge_key is not None


def write_credential(certificate: Certificate) -> bytes:
    """Return the signed credential of a certificate as the file that its document carries."""
    return write_json(make_credential(certificate))


def make_credential(certificate: Certificate) -> dict[str, Any]:
    """Return the signed credential of a certificate: the same for the same row and key."""
    with speaking(certificate.language):
        subject = {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "identityHash": certificate.name,
                    "hashed": False,
                }
            ],
            "achievement": _achieved(certificate),
        }
    credential = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": public_url("certificates.show_badge", code=format_code(certificate.code)),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.module_title,
        "issuer": _profile(certificate.provider, certificate.provider_url),
        "validFrom": write_moment(certificate.issued_at),
        **_until(certificate.expires_on, certificate.time_zone),
        "credentialSubject": subject,
        **_status(certificate.status_index),
    }
    return sign_document(credential, created=certificate.issued_at)


def sign_document(document: Mapping[str, Any], *, created: datetime) -> dict[str, Any]:
    """Sign a credential with the key of this site."""
    key = _key()
    method = public_url("certificates.show_badge_key", name=public_name(key))
    return sign(document, key, method=method, created=created)


def issuer_id() -> str:
    """Return the address that stands for whoever signs here."""
    return public_url("certificates.show_badge_issuer")


def make_issuer() -> dict[str, Any]:
    """Return who signs here, with every key that ever did: old credentials stay verifiable."""
    config = _config()
    return {
        "@context": [_CONTROLLER, _MULTIKEY, CREDENTIALS, OPEN_BADGES],
        **_profile(config.provider, config.provider_url),
        "assertionMethod": [_public_key(name) for name in list_public_keys()],
    }


def make_public_key(name: str) -> dict[str, Any]:
    """Return a public key as a document of its own."""
    return {"@context": _MULTIKEY, **_public_key(name)}


def list_public_keys() -> list[str]:
    """Return the public keys of this site, that of today first."""
    return list(dict.fromkeys([public_name(_key()), *_config().badge_old_keys]))


def make_achievement(module: Module) -> dict[str, Any]:
    """Return what a module's badge is for, in the first of its languages."""
    language = module.languages[0]
    with speaking(language):
        return {
            "@context": [CREDENTIALS, OPEN_BADGES],
            **_achievement(
                module.id,
                title=module.texts[language].title,
                minutes=module.spec.minutes,
                version=module.spec.version,
                language=language,
            ),
        }


def write_json(document: Mapping[str, Any]) -> bytes:
    """Write a document as UTF-8, the same bytes every time."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _achieved(certificate: Certificate) -> dict[str, Any]:
    return _achievement(
        certificate.module_id,
        title=certificate.module_title,
        minutes=certificate.minutes,
        version=certificate.module_version,
        language=certificate.language,
    )


def _achievement(
    module_id: str, *, title: str, minutes: int, version: str, language: str
) -> dict[str, Any]:
    return {
        "id": public_url("certificates.show_badge_achievement", module_id=module_id),
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": title,
        "description": gettext(
            "Training of %(minutes)s minutes: %(title)s.", minutes=minutes, title=title
        ),
        "criteria": {
            "narrative": gettext(
                "The person finished everything that the training asks for, and confirmed the name."
            )
        },
        "version": version,
        "inLanguage": language,
    }


def _profile(provider: str | None, url: str | None) -> dict[str, Any]:
    """Return who answers for the training; a row without a provider is the site's own."""
    named = {"id": issuer_id(), "type": ["Profile"], "name": provider or _config().site_name}
    return named | ({"url": url} if url else {})


def _until(last_day: date | None, time_zone: str) -> dict[str, str]:
    """Return the last second of the last day, where its owner is."""
    if last_day is None:
        return {}
    midnight = datetime.combine(last_day + timedelta(days=1), time.min, ZoneInfo(time_zone))
    return {"validUntil": write_moment(midnight.astimezone(UTC) - timedelta(seconds=1))}


def _status(index: int | None) -> dict[str, Any]:
    """Return where to look for a revocation; a row of an older release may have no place."""
    if index is None:
        return {}
    number, place = divmod(index, LIST_SIZE)
    address = public_url("certificates.show_badge_status", number=number)
    entry = {
        "id": f"{address}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place),
        "statusListCredential": address,
    }
    return {"credentialStatus": entry}


def _public_key(name: str) -> dict[str, str]:
    return {
        "id": public_url("certificates.show_badge_key", name=name),
        "type": "Multikey",
        "controller": issuer_id(),
        "publicKeyMultibase": name,
    }


def _key() -> Ed25519PrivateKey:
    text = _config().badge_key
    if text is None:
        raise LookupError("SOAR_BADGE_KEY is not set")
    return _read_key(text)


@lru_cache(maxsize=4)
def _read_key(text: str) -> Ed25519PrivateKey:
    return read_badge_key(text)


def _config() -> Config:
    config: Config = current_app.config["SOAR"]
    return config
