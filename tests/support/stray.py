"""Words that come from no catalogue: on pages of the pack, whose messages stand in ⟦brackets⟧."""

from __future__ import annotations

import copy
import re

from bs4 import BeautifulSoup

_ADDRESS = re.compile(r"https?://[^\s⟧]+")
SPOKEN_ATTRIBUTES = ("aria-label", "alt", "title", "placeholder", "data-saved", "data-failed")
KNOWN = {
    *("SOAR", "Learning"),  # the name of the site
    "English",  # a language by its own name, in a menu
    *("plants", "example", "org", "LEAF"),  # the pack's help line
    *("Board", "of", "Gardeners"),  # the accreditor, as it calls itself
    "garden",  # a module in an address
}


def stray_words(page: BeautifulSoup) -> set[str]:
    """Return English words that a reader of this Arabic page meets outside the catalogue."""
    page = copy.copy(page)
    for other in page.select("[lang]:not([lang=ar]), script, .address, .code, .join-code"):
        other.decompose()
    said = [page.get_text(" ")]
    for name in SPOKEN_ATTRIBUTES:
        said += [str(tag[name]) for tag in page.select(f"[{name}]")]
    return stray_in(_ADDRESS.sub(" ", " ".join(said))) - KNOWN


def stray_in(text: str) -> set[str]:
    """Return the words of a text that stand outside the brackets."""
    while re.search(r"⟦[^⟦⟧]*⟧", text):
        text = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return words_of(text)


def words_of(text: str) -> set[str]:
    """Return the words of a text that are written with Latin letters; single letters are none."""
    return set(re.findall(r"[A-Za-z]{2,}", text))
