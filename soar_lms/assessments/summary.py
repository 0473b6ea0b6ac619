"""What learners said of a module, in numbers: never of so few that one of them could be told.

Fewer than LEAST answers are counted and no more is said of them. That holds for a form, for each of
its items, and for the languages and settings; where the rest would give a small group away, a
larger one is held back with it.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sqlalchemy import select

from soar_lms.assessments.models import EvaluationComment, EvaluationResponse
from soar_lms.database import db

LEAST = 10

Answers = Mapping[str, Any]
FormKey = tuple[str, int]
"""A form and its version."""


@dataclass(frozen=True)
class ItemSummary:
    """What was answered to an item; numbers only where there are enough of them."""

    answers: int
    means: Mapping[str, float]
    """The mean of a scale; of a pair, those before and now."""
    counts: Mapping[str, int]
    """How often each option or number was chosen."""


@dataclass(frozen=True)
class FormSummary:
    """What was answered to a form, in one version of it."""

    form_id: str
    version: int
    responses: int
    items: Mapping[str, ItemSummary]
    languages: Mapping[str, Mapping[str, ItemSummary]]
    settings: Mapping[str, Mapping[str, ItemSummary]]
    comments: Mapping[str, Sequence[str]]
    """By item, in no order."""


def list_summaries(module_id: str, form_id: str | None = None) -> list[FormSummary]:
    """Return what was answered, by form and version; of one form, if it is named."""
    rows = db.session.execute(
        select(
            EvaluationResponse.form_id,
            EvaluationResponse.form_version,
            EvaluationResponse.language,
            EvaluationResponse.setting,
            EvaluationResponse.answers,
        ).where(EvaluationResponse.module_id == module_id)
    )
    found: dict[FormKey, list[Any]] = defaultdict(list)
    for row in rows:
        if form_id in {None, row.form_id}:
            found[row.form_id, row.form_version].append(row)
    comments = _list_comments(module_id)
    return [_summarise(key, found[key], comments.get(key, {})) for key in sorted(found)]


def _list_comments(module_id: str) -> dict[FormKey, dict[str, list[str]]]:
    rows = db.session.execute(
        select(
            EvaluationComment.form_id,
            EvaluationComment.form_version,
            EvaluationComment.item_id,
            EvaluationComment.words,
        ).where(EvaluationComment.module_id == module_id)
    )
    found: dict[FormKey, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for form_id, version, item_id, words in rows:
        found[form_id, version][item_id].append(words)
    return found


def _summarise(key: FormKey, rows: Sequence[Any], comments: Mapping[str, list[str]]) -> FormSummary:
    is_enough = len(rows) >= LEAST
    return FormSummary(
        *key,
        responses=len(rows),
        items=summarise_items([row.answers for row in rows]) if is_enough else {},
        languages=_by_cell((row.language, row.answers) for row in rows),
        settings=_by_cell((row.setting, row.answers) for row in rows),
        comments={item: _shuffled(words) for item, words in comments.items()} if is_enough else {},
    )


def _shuffled(words: Iterable[str]) -> list[str]:
    found = list(words)
    secrets.SystemRandom().shuffle(found)
    return found


def _by_cell(pairs: Iterable[tuple[str, Answers]]) -> dict[str, dict[str, ItemSummary]]:
    cells: dict[str, list[Answers]] = defaultdict(list)
    for name, answers in pairs:
        cells[name].append(answers)
    shown = cells_to_show({name: len(items) for name, items in cells.items()})
    return {name: summarise_items(cells[name]) for name in shown}


def cells_to_show(sizes: Mapping[str, int]) -> list[str]:
    """Return the groups whose numbers give nobody away, by name.

    What all answered is known too: if the groups that are held back are small together, they could
    be found by subtraction, so the smallest of the others is held back with them.
    """
    shown = sorted((name for name in sizes if sizes[name] >= LEAST), key=lambda name: sizes[name])
    held_back = sum(size for name, size in sizes.items() if name not in shown)
    while shown and 0 < held_back < LEAST:
        held_back += sizes[shown.pop(0)]
    return sorted(shown)


def summarise_items(rows: Sequence[Answers]) -> dict[str, ItemSummary]:
    """Return counts and means for each item that anybody answered."""
    values: dict[str, list[Any]] = defaultdict(list)
    for answers in rows:
        for item_id, value in answers.items():
            values[item_id].append(value)
    return {item_id: _summarise_item(found) for item_id, found in sorted(values.items())}


def _summarise_item(values: Sequence[Any]) -> ItemSummary:
    if len(values) < LEAST:
        return ItemSummary(len(values), {}, {})
    if isinstance(values[0], Mapping):
        halves = {when: [value[when] for value in values if when in value] for when in _WHENS}
        means = {when: fmean(half) for when, half in halves.items() if len(half) >= LEAST}
        return ItemSummary(len(values), means, {})
    counts = {str(value): count for value, count in sorted(Counter(values).items())}
    means = {"mean": fmean(values)} if isinstance(values[0], int) else {}
    return ItemSummary(len(values), means, counts)


_WHENS = ("before", "now")
