"""How hard a text is to read.

English: the Flesch-Kincaid grade level (Kincaid et al. 1975, Naval Technical Training Command
Research Branch Report 8-75). Spanish: the Flesch-Szigriszt score on the INFLESZ scale, where 55 and
more is "normal" or easier (Barrio-Cantalejo et al. 2008, https://scielo.isciii.es, Anales del
Sistema Sanitario de Navarra 31(2)). Syllables are counted by hyphenation patterns (Pyphen), which
find a little fewer syllables than there are: close enough to compare texts, not to judge a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import pyphen

MAX_GRADE = 9.0
MIN_INFLESZ = 55.0

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;…]+(?:\s|$)")


class Readability(NamedTuple):
    """A score, and whether it is within the limit."""

    scale: str
    score: float
    is_plain: bool


def measure(sentences: Iterable[str], language: str) -> Readability | None:
    """Measure a text; None for a language without a known formula, or without words."""
    words = sentence_count = syllables = 0
    for text in sentences:
        found = _WORD.findall(text)
        words += len(found)
        sentence_count += max(1, len(_SENTENCE_END.findall(text)))
        syllables += sum(_syllables(word.lower(), language) for word in found)
    if not words:
        return None
    per_sentence, per_word = words / sentence_count, syllables / words
    if language == "en":
        grade = 0.39 * per_sentence + 11.8 * per_word - 15.59
        return Readability("Flesch-Kincaid grade", round(grade, 1), grade <= MAX_GRADE)
    if language == "es":
        score = 206.835 - 62.3 * per_word - per_sentence
        return Readability("INFLESZ", round(score, 1), score >= MIN_INFLESZ)
    return None


def count_words(sentences: Iterable[str]) -> int:
    """Count words as a reader would."""
    return sum(len(_WORD.findall(text)) for text in sentences)


@lru_cache(maxsize=20_000)
def _syllables(word: str, language: str) -> int:
    return len(_patterns(language).positions(word)) + 1


@lru_cache(maxsize=4)
def _patterns(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang=pyphen.language_fallback(language) or "en_US", left=1, right=1)
