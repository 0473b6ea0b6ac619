"""Which new passwords are refused: short ones, expected ones, and those that are soon guessed.

The rules are those of NIST SP 800-63B-4, section 3.1.1.2
(https://pages.nist.gov/800-63-4/sp800-63b.html): length instead of composition, and a list of what
is common or to be expected. The list is in the package zxcvbn: nothing leaves the machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from enum import StrEnum

FEWEST_CHARACTERS = 15
"""What section 3.1.1.2 asks of a password that is the only factor."""
_ENOUGH = 4
"""zxcvbn's best grade: more than 10^10 guesses."""
_JUDGED = 72
"""Characters; zxcvbn refuses more, and what is strong so far does not become weaker."""
_SHORTEST_WORD = 4
"""Letters; shorter names are part of too many other words."""
_EXPECTED = ("soar", "training", "contraseña", "contrasena", "enfermera", "hospital", "trabajadora")


class Fault(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    PERSONAL = "personal"
    EASY = "easy"


def find_fault(password: str, personal: Collection[str]) -> Fault | None:
    """Return why a new password is refused, or None. Length is in Unicode characters.

    :param personal: what others know of the person and the site: names, addresses.
    """
    text = unicodedata.normalize("NFC", password)
    if len(text) < FEWEST_CHARACTERS:
        return Fault.SHORT
    plain = _plain(text)
    words = list(dict.fromkeys(_words_of(personal)))
    if any(word in plain for word in words):
        return Fault.PERSONAL
    from zxcvbn import zxcvbn  # its lists are loaded when somebody chooses, not at start

    grade: int = zxcvbn(plain[:_JUDGED], user_inputs=[*words, *_EXPECTED])["score"]
    return Fault.EASY if grade < _ENOUGH else None


def _words_of(texts: Collection[str]) -> Iterator[str]:
    """Return the words of names and addresses; of an address what stands before the @."""
    for text in texts:
        for word in re.split(r"[\W_]+", _plain(text.partition("@")[0])):
            if len(word) >= _SHORTEST_WORD:
                yield word


def _plain(text: str) -> str:
    """Return a text in small letters and without accents, as a guess would try it."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
