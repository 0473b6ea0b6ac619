"""What every template can use: the language, the site's settings, a few filters."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request
from flask_login import current_user
from markupsafe import Markup, escape

from soar_lms.config import Config
from soar_lms.fragments import FragmentExtension, token_in_page
from soar_lms.i18n import current_language, languages, other_addresses


def configure_templates(app: Flask, config: Config) -> None:
    """Give templates their common names."""
    app.jinja_env.add_extension(FragmentExtension)
    app.jinja_env.globals.update(
        site=config,
        has_demo_mail=config.is_demo and not config.smtp_url,
        csrf_token=token_in_page,
    )
    app.jinja_env.filters.update(dial=dial, host=host, address=address)
    app.context_processor(_common)


class Alternate(NamedTuple):
    """This page in one of the site's languages."""

    tag: str
    name: str
    direction: str
    address: str


def _common() -> dict[str, Any]:
    if not has_request_context():
        return {"language": current_language(), "languages": languages()}
    return {
        "language": current_language(),
        "languages": languages(),
        "alternates": _alternates(),
        "role": current_user.role if current_user.is_authenticated else "",
        "reads_programme": current_user.is_authenticated and current_user.reads_programme,
    }


def _alternates() -> list[Alternate]:
    """Return this page in every language; nothing for an address that leads nowhere."""
    if request.endpoint is None:
        return []
    return [
        Alternate(language.tag, language.name, language.direction, address)
        for language, address in other_addresses()
    ]


def address(email: str) -> Markup:
    """Return an e-mail address that goes on after its @ where a line does not hold all of it."""
    local, sign, host = email.rpartition("@")
    return escape(local + sign) + Markup("<wbr>") + escape(host)


def dial(number: str) -> str:
    """Return a number as a telephone dials it: +1 before ten digits, short numbers as they are."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return f"+1{digits}" if len(digits) == 10 else digits


def host(address: str) -> str:
    """Return the host of an address, as people know it."""
    return (urlsplit(address).hostname or address).removeprefix("www.")
