"""Words that tell too much where others may read them: titles, subjects, senders, names of files.

A title stands in the tabs and the history of a browser, a subject on a locked screen. Somebody who
is watched may have to explain them. The lists are of the languages that this project writes; a
word of any of them is found in every text.
"""

from __future__ import annotations

import re

_ENGLISH = r"""traffick\w* | victims? | survivors? | exploit\w* | abus\w+ | violen\w+ | assault\w*
    | slave\w* | prostitut\w* | sex\w* | suicid\w* | hotlines? | help\ lines? | lifelines?"""
_SPANISH = r"""trata | tratantes? | tráfico | traficantes? | víctimas? | sobrevivientes?
    | explota\w* | maltrat\w+ | agresi\w+ | esclav\w* | prostitu\w* | líneas?\ de\ ayuda"""
_TELLING = re.compile(rf"\b(?:{_ENGLISH} | {_SPANISH})\b", re.IGNORECASE | re.VERBOSE)


def find_telling_word(text: str) -> str | None:
    """Return the first word in a text that says too much."""
    found = _TELLING.search(text)
    return found.group() if found else None
