"""Addresses: typed, kebab-case, and in the language they are served in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from soar_lms.access import Access, access

Rule = Callable[[Flask], list[str]]

_PARAMETER = re.compile(r"<(?:(?P<converter>[^<>:]+):)?(?P<name>\w+)>")
_WORDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)?|\.[a-z0-9]+")
"""A part of an address: kebab-case, at its end perhaps the kind of a file."""

UNTYPED = {
    # Flask-Security's own; a token is any text, and is checked by its signature.
    ("security.confirm_email", "token"),
    ("security.reset_password", "token"),
}
WITHOUT_LANGUAGE = {
    # The way in chooses the language; the way out leaves it.
    "pages.start",
    "pages.leave",
    # Printed on paper: the certificate's own language, and the reader's.
    "certificates.verify_code",
    "certificates.download_certificate",
    # For machines.
    "certificates.show_badge",
    "certificates.show_badge_achievement",
    "certificates.show_badge_issuer",
    "certificates.show_badge_key",
    "certificates.show_badge_status",
    "healthz",
    "metrics",
    "readyz",
    "pages.show_font",
    "static",
}


def find_untyped_parameters(app: Flask) -> list[str]:
    """Return the parameters of addresses that have no converter."""
    return [
        f"{rule.rule}: {found['name']} has no converter"
        for rule in app.url_map.iter_rules()
        for found in _PARAMETER.finditer(rule.rule)
        if not found["converter"] and (rule.endpoint, found["name"]) not in UNTYPED
    ]


def find_other_cases(app: Flask) -> list[str]:
    """Return the static parts of addresses that are not kebab-case."""
    return [
        f"{rule.rule}: {part} is not kebab-case"
        for rule in app.url_map.iter_rules()
        for part in _PARAMETER.sub("", rule.rule).split("/")
        if part and not _WORDS.fullmatch(part)
    ]


def find_addresses_without_language(app: Flask) -> list[str]:
    """Return the addresses that do not say which language they are served in."""
    return [
        f"{rule.rule} names no language"
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(("/<language:language>/", "/api/"))
        and rule.endpoint not in WITHOUT_LANGUAGE
    ]


RULES = [
    pytest.param(find_untyped_parameters, id="parameters-have-converters"),
    pytest.param(find_other_cases, id="kebab-case"),
    pytest.param(find_addresses_without_language, id="language-first"),
]


@pytest.mark.parametrize("rule", RULES)
def test_every_address_is_well_made(session_app: Flask, rule: Rule) -> None:
    faults = rule(session_app)

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "address", "faults"),
    [
        pytest.param(
            find_untyped_parameters,
            "/en/cohorts/<cohort_id>",
            ["/en/cohorts/<cohort_id>: cohort_id has no converter"],
            id="no-converter",
        ),
        pytest.param(
            find_untyped_parameters,
            "/en/tests/<any(pre, post):instrument>/<int:number>/<token>",
            ["/en/tests/<any(pre, post):instrument>/<int:number>/<token>: token has no converter"],
            id="no-converter-beside-others",
        ),
        pytest.param(
            find_other_cases,
            "/en/my_groups/<int:x>/signOut/list.CSV",
            [
                f"/en/my_groups/<int:x>/signOut/list.CSV: {part} is not kebab-case"
                for part in ("my_groups", "signOut", "list.CSV")
            ],
            id="other-cases",
        ),
        pytest.param(
            find_addresses_without_language,
            "/about",
            ["/about names no language"],
            id="no-language",
        ),
    ],
)
def test_an_ill_made_address_is_reported(rule: Rule, address: str, faults: list[str]) -> None:
    app = Flask("small", static_folder=None)

    @app.get(address)
    @access(Access.PUBLIC)
    def view(**_parameters: object) -> str:
        return ""

    assert rule(app) == faults


def test_every_exception_is_needed(session_app: Flask) -> None:
    rules = {rule.endpoint: rule.rule for rule in session_app.url_map.iter_rules()}

    assert {name for name in WITHOUT_LANGUAGE if "<language:" in rules[name]} == set()
    assert {key for key in UNTYPED if f"<{key[1]}>" not in rules[key[0]]} == set()
