"""Which device a browser says it runs on, in words that its owner knows: Firefox, Android."""

from __future__ import annotations

import re
from typing import NamedTuple

# What stands in a user agent (RFC 9110, section 10.1.5) -> the name people know. The first that is
# found counts: most browsers name the ones they descend from as well.
_BROWSERS = {
    r"Edg(e|A|iOS)?/": "Edge",
    r"OPR/|Opera": "Opera",
    r"SamsungBrowser/": "Samsung Internet",
    r"Firefox/|FxiOS/": "Firefox",
    r"Chrome/|CriOS/|Chromium/": "Chrome",
    r"Version/\S+ .*Safari/": "Safari",
}
_SYSTEMS = {
    r"iPhone|iPod": "iPhone",
    r"iPad": "iPad",
    r"Android": "Android",
    r"CrOS": "ChromeOS",
    r"Windows": "Windows",
    r"Mac OS X|Macintosh": "Mac",
    r"Linux|X11": "Linux",
}
_READ = 400
"""Characters of a user agent that are looked at."""


class Device(NamedTuple):
    """A browser and a system; None where it does not say."""

    browser: str | None
    system: str | None


def read_device(user_agent: str) -> Device:
    """Return what a browser says of itself, without versions: those would single people out."""
    text = user_agent[:_READ]
    return Device(_find(_BROWSERS, text), _find(_SYSTEMS, text))


def _find(names: dict[str, str], text: str) -> str | None:
    return next((name for pattern, name in names.items() if re.search(pattern, text)), None)
