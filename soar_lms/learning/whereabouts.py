"""Where somebody's certificates are: the answer to what people ask most, for each one's own."""

from __future__ import annotations

from dataclasses import dataclass

from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates.services import list_certificates
from soar_lms.learning.standing import list_standings
from soar_lms.learning.wording import say_left


@dataclass(frozen=True)
class Whereabouts:
    """A module that somebody began: its certificate, or what is left until there is one."""

    module: Module
    left: str
    """In words, as a list; empty when nothing is left."""
    code: str | None
    """That of the newest certificate; a renewal that is under way has the one before it."""


def list_whereabouts(catalogue: Catalogue, person_id: int) -> list[Whereabouts]:
    """Return where somebody's certificates are, by module, in three queries."""
    codes: dict[str, str] = {}
    for certificate in list_certificates(person_id):  # the newest first
        if certificate.revoked_at is None:
            codes.setdefault(certificate.module_id, certificate.code)
    standings = list_standings(catalogue, [person_id], list(catalogue.modules))
    return [
        Whereabouts(
            catalogue.modules[module_id], say_left(standing.path.left), codes.get(module_id)
        )
        for (_, module_id), standing in standings.items()
    ]
