"""The canonical form of what we sign: credentials as RDF, without a JSON-LD processor.

A credential is JSON-LD; its proof is made over its canonical RDF (RDFC-1.0). A general processor
reads two contexts of other people for that, some 60 kB, which takes longer than the PDF around the
credential. We write a known handful of terms, so their meaning stands here, and blank nodes are
told apart by their first hash alone. Whether that is the same is not for us to say: the tests have
it verified by an independent implementation with the real contexts
(docs/decisions/0018-proof-of-certificates.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

_RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_VC = "https://www.w3.org/2018/credentials#"
_STATUS = "https://www.w3.org/ns/credentials/status#"
_BADGE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_SECURITY = "https://w3id.org/security#"
_SCHEMA = "https://schema.org/"

_TYPES = {
    "Achievement": _BADGE,
    "AchievementSubject": _BADGE,
    "BitstringStatusList": _STATUS,
    "BitstringStatusListCredential": _STATUS,
    "BitstringStatusListEntry": _STATUS,
    "DataIntegrityProof": _SECURITY,
    "IdentityObject": _BADGE,
    "OpenBadgeCredential": _BADGE,
    "Profile": _BADGE,
    "VerifiableCredential": _VC,
}

_NODE = "@id"
"""The value is a thing with an address, or one that is described where it stands."""

# Term -> (property, what its values are: a thing, or text of a datatype; None for plain text).
# The bad scheme of two datatypes is that of the context of Open Badges.
_TERMS: dict[str, tuple[str, str | None]] = {
    "achievement": (_BADGE + "achievement", _NODE),
    "achievementType": (_BADGE + "achievementType", None),
    "created": ("http://purl.org/dc/terms/created", _XSD + "dateTime"),
    "credentialStatus": (_VC + "credentialStatus", _NODE),
    "credentialSubject": (_VC + "credentialSubject", _NODE),
    "criteria": (_BADGE + "Criteria", _NODE),
    "cryptosuite": (_SECURITY + "cryptosuite", _SECURITY + "cryptosuiteString"),
    "description": (_SCHEMA + "description", None),
    "encodedList": (_STATUS + "encodedList", _SECURITY + "multibase"),
    "hashed": (_BADGE + "hashed", "https://www.w3.org/2001/XMLSchema#boolean"),
    "identifier": (_BADGE + "identifier", _NODE),
    "identityHash": (_BADGE + "identityHash", None),
    "identityType": (_BADGE + "identityType", None),
    "inLanguage": (_SCHEMA + "inLanguage", None),
    "issuer": (_VC + "issuer", _NODE),
    "name": (_SCHEMA + "name", None),
    "narrative": (_BADGE + "narrative", None),
    "proofPurpose": (_SECURITY + "proofPurpose", _NODE),
    "statusListCredential": (_STATUS + "statusListCredential", _NODE),
    "statusListIndex": (_STATUS + "statusListIndex", None),
    "statusPurpose": (_STATUS + "statusPurpose", None),
    "ttl": (_STATUS + "ttl", _XSD + "integer"),
    "url": (_SCHEMA + "url", "https://www.w3.org/2001/XMLSchema#anyURI"),
    "validFrom": (_VC + "validFrom", _XSD + "dateTime"),
    "validUntil": (_VC + "validUntil", _XSD + "dateTime"),
    "verificationMethod": (_SECURITY + "verificationMethod", _NODE),
    "version": (_BADGE + "version", None),
}
_WORDS = {"assertionMethod": _SECURITY + "assertionMethod"}
"""Things that are written as a word."""

_ESCAPES = {
    ord(char): f"\\{letter}" for char, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)
}
_ESCAPES = {number: f"\\u{number:04X}" for number in (*range(32), 127)} | _ESCAPES

Quad = tuple[str, str, str]


def canonize(document: Mapping[str, Any]) -> str:
    """Return the canonical N-Quads of a document (https://www.w3.org/TR/rdf-canon/).

    :raises KeyError: when it uses a term whose meaning does not stand here.
    :raises ValueError: when two of its things without an address look the same.
    """
    quads: set[Quad] = set()
    _describe(document, quads, count())
    names = _name_blanks(quads)
    lines = (
        f"{names.get(subject, subject)} {predicate} {names.get(value, value)} .\n"
        for subject, predicate, value in quads
    )
    return "".join(sorted(lines))


def _describe(node: Mapping[str, Any], quads: set[Quad], numbers: Iterator[int]) -> str:
    """Add what is said of a thing, and return what it is called."""
    subject = f"<{node['id']}>" if "id" in node else f"_:b{next(numbers)}"
    for key, value in node.items():
        if key in {"@context", "id"}:
            continue
        for item in value if isinstance(value, list) else [value]:
            if key == "type":
                quads.add((subject, _RDF_TYPE, f"<{_TYPES[item]}{item}>"))
            else:
                iri, kind = _TERMS[key]
                quads.add((subject, f"<{iri}>", _value(item, kind, quads, numbers)))
    return subject


def _value(item: Any, kind: str | None, quads: set[Quad], numbers: Iterator[int]) -> str:
    if kind == _NODE:
        is_address = isinstance(item, str)
        return f"<{_WORDS.get(item, item)}>" if is_address else _describe(item, quads, numbers)
    text = str(item).lower() if isinstance(item, bool) else str(item)
    literal = f'"{text.translate(_ESCAPES)}"'
    return literal if kind is None else f"{literal}^^<{kind}>"


def _name_blanks(quads: Iterable[Quad]) -> dict[str, str]:
    """Number the things without an address by the hash of what is said of them (4.4.3, 4.6)."""
    blanks = {term for quad in quads for term in quad if term.startswith("_:")}
    hashes = {_first_hash(blank, quads): blank for blank in blanks}
    if len(hashes) != len(blanks):
        raise ValueError("two things without an address look the same")
    return {hashes[key]: f"_:c14n{number}" for number, key in enumerate(sorted(hashes))}


def _first_hash(blank: str, quads: Iterable[Quad]) -> str:
    lines = sorted(
        " ".join(_seen_from(blank, term) for term in quad) + " .\n"
        for quad in quads
        if blank in quad
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _seen_from(blank: str, term: str) -> str:
    if not term.startswith("_:"):
        return term
    return "_:a" if term == blank else "_:z"
