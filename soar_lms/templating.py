"""What every template can use: the language, the site's settings, a few filters."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request

from soar_lms.config import Config
from soar_lms.i18n import current_language, languages, same_page_in


def configure_templates(app: Flask, config: Config) -> None:
    """Give templates their common names."""
    app.jinja_env.globals.update(
        site=config,
        has_demo_mail=config.is_demo and not config.smtp_url,
        page_in=same_page_in,
    )
    app.jinja_env.filters.update(dial=dial, host=host)
    app.context_processor(_common)


def _common() -> dict[str, Any]:
    return {
        "language": current_language(),
        "languages": languages(),
        "language_switch": has_request_context() and request.endpoint is not None,
    }


def dial(number: str) -> str:
    """Return a number as a telephone dials it: +1 before ten digits, short numbers as they are."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return f"+1{digits}" if len(digits) == 10 else digits


def host(address: str) -> str:
    """Return the host of an address, as people know it."""
    return (urlsplit(address).hostname or address).removeprefix("www.")
