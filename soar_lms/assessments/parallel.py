"""Parallel forms: half of the learners are asked one of each pair first, half the other. Pure.

The two questions of a pair measure the same. Form A asks the question of the bank `pre`, form B its
counterpart of the bank `post`. Whoever begins with one form is asked the other at the end, so that
each question is asked before and after equally often: if one is easier, the gain of the group does
not show it. It is design 11, "counterbalanced", of D. T. Campbell and J. C. Stanley, Experimental
and Quasi-Experimental Designs for Research, 1963.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from soar_lms.catalogue.schema import QuestionSpec

FORM_A, FORM_B = "a", "b"


def choose_form(module_id: str, enrolment_id: int) -> str:
    """Toss a coin that falls the same way each time, and is balanced.

    Numbers come in blocks of two: within a block one gets A and the other B, and a hash says which.
    So as many learners begin with A as with B, and nobody's form in one module says anything about
    their form in the next.
    """
    block, place = divmod(enrolment_id, 2)
    digest = blake2b(f"{module_id}:{block}".encode(), digest_size=1).digest()
    return (FORM_A, FORM_B)[(digest[0] + place) % 2]


def other_form(form: str) -> str:
    """Return the form that is asked at the end of whoever began with `form`."""
    return FORM_B if form == FORM_A else FORM_A


def list_asked(form: str, pairs: Mapping[str, str]) -> list[str]:
    """Return the questions that a form asks, one of each pair."""
    return list(pairs if form == FORM_A else pairs.values())


def in_form(
    form: str,
    pairs: Mapping[str, str],
    bank: Mapping[str, QuestionSpec],
    questions: Mapping[str, QuestionSpec],
) -> dict[str, QuestionSpec]:
    """Return a bank in its order, with the question that the form asks in the place of its pair."""
    asked = dict(zip(list_asked(other_form(form), pairs), list_asked(form, pairs), strict=True))
    names = [asked.get(name, name) for name in bank]
    return {name: questions[name] for name in names}
