"""Drawing questions. Pure: a bank and a random source in, items in their order out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from random import Random

from soar_lms.assessments.items import Item, make_item
from soar_lms.catalogue.schema import QuestionKind, QuestionSpec


def draw_items(
    bank: Mapping[str, QuestionSpec],
    random: Random,
    *,
    count: int | None = None,
    from_setting: int = 0,
    shuffle: bool = True,
    always: Collection[str] = (),
) -> list[Item]:
    """Draw `count` questions (None: all) and put them and their options in order.

    Those named in `always` are among them, and at least `from_setting` are written for the
    learner's setting. Among equals, the objective asked least so far goes first, so that an attempt
    covers the module.
    """
    chosen = list(bank)
    if count is not None:
        taken = [name for name in bank if name in always]
        own = [name for name in bank if bank[name].settings is not None]
        missing = from_setting - len(set(own).intersection(taken))
        others = [name for name in own if name not in taken]
        taken = _spread(bank, others, missing, taken, random)
        rest = [name for name in bank if name not in taken]
        chosen = _spread(bank, rest, count - len(taken), taken, random)
    if shuffle:
        random.shuffle(chosen)
    return [_item(name, bank[name], random, shuffle=shuffle) for name in chosen]


def _spread(
    bank: Mapping[str, QuestionSpec],
    candidates: list[str],
    count: int,
    taken: list[str],
    random: Random,
) -> list[str]:
    """Add `count` candidates to `taken`, spread over the objectives."""
    waiting = random.sample(candidates, len(candidates))
    chosen = list(taken)
    asked = Counter(bank[name].objective for name in chosen)
    for _ in range(min(count, len(waiting))):
        name = min(waiting, key=lambda item: asked[bank[item].objective])
        waiting.remove(name)
        chosen.append(name)
        asked[bank[name].objective] += 1
    return chosen


def _item(name: str, question: QuestionSpec, random: Random, *, shuffle: bool) -> Item:
    options = list(question.options)
    if shuffle and not question.keep_order and set(options) != {"true", "false"}:
        random.shuffle(options)
        while question.type is QuestionKind.ORDERING and tuple(options) == question.correct:
            random.shuffle(options)  # it would give the answer away
    return make_item(name, question, options)
