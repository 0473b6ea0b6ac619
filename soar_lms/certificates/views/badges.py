"""Badges for programs: public, without a cookie and without a language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.certificates import badge, services
from soar_lms.certificates.documents import DocumentErasedError
from soar_lms.certificates.status_lists import make_status_list
from soar_lms.certificates.views.blueprint import blueprint
from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.errors import NotFoundError

CREDENTIAL = "application/vc"
LINKED_DATA = "application/ld+json"
STATUS_SECONDS = 60
"""How long a list may be kept: after that, a revocation is known everywhere."""
FIXED_SECONDS = 3600


@blueprint.get("/badges/issuer")
@access(Access.PUBLIC)
def show_badge_issuer() -> ResponseReturnValue:
    _need_badges()
    return _answer(badge.make_issuer(), LINKED_DATA, FIXED_SECONDS)


@blueprint.get("/badges/keys/<string:name>")
@access(Access.PUBLIC)
def show_badge_key(name: str) -> ResponseReturnValue:
    _need_badges()
    if name not in badge.list_public_keys():
        raise NotFoundError
    return _answer(badge.make_public_key(name), LINKED_DATA, FIXED_SECONDS)


@blueprint.get("/badges/achievements/<string:module_id>")
@access(Access.PUBLIC)
def show_badge_achievement(module_id: str) -> ResponseReturnValue:
    module = catalogue().modules.get(module_id)
    if module is None:
        raise NotFoundError
    return _answer(badge.make_achievement(module), LINKED_DATA, FIXED_SECONDS)


@blueprint.get("/badges/status/<int:number>")
@access(Access.PUBLIC)
def show_badge_status(number: int) -> ResponseReturnValue:
    _need_badges()
    found = make_status_list(number, utc_now(), kept_seconds=STATUS_SECONDS)
    return _answer(found, CREDENTIAL, STATUS_SECONDS)


@blueprint.get("/badges/<string:code>")
@access(Access.PUBLIC)
def show_badge(code: str) -> ResponseReturnValue:
    """Answer with the credential as it was signed; what it is worth now, its status list says."""
    certificate = services.get_certificate(code)
    _need_badges()
    if certificate.erased_at is not None:
        raise DocumentErasedError
    return _answer(badge.make_credential(certificate), CREDENTIAL, FIXED_SECONDS)


def _need_badges() -> None:
    """Answer 404 where no key was set.

    :raises NotFoundError: then.
    """
    if not badge.has_badges():
        raise NotFoundError


def _answer(document: Mapping[str, Any], kind: str, seconds: int) -> ResponseReturnValue:
    """Answer everybody, programs on other people's pages too."""
    response = Response(badge.write_json(document), content_type=kind)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)
