"""What a new version of the content does to people who are in the middle of the old one.

Progress, answers and results hang on ids: within a major version an id may neither vanish nor come
to mean something else. What changed is found by `comparison`, which knows no field by name; the
table `_RULES` says what a change means to people. A change that no rule names is told all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from soar_lms.catalogue.comparison import Change, Difference, Path, compare, in_words, matches
from soar_lms.catalogue.diff_texts import compare_texts, find_stale
from soar_lms.catalogue.evaluation import FormSpec
from soar_lms.catalogue.schema import Bank
from soar_lms.catalogue.tree import ModuleTree, Tree


class Effect(StrEnum):
    """Whom a change touches."""

    REFUSED = "refused"
    """Nobody may be done this within a major version."""
    PEOPLE = "people"
    """People in the middle notice it."""
    BEHIND = "behind"
    """A translation is older than its source."""
    NOBODY = "nobody"
    """Nobody's progress or result is touched."""


@dataclass(frozen=True)
class Finding:
    """One change, and what it means."""

    module: str
    path: str
    message: str
    effect: Effect

    def __str__(self) -> str:
        return f"{self.module}: {self.path}: {self.message}"


@dataclass(frozen=True)
class _Rule:
    """What a change at a path means; `bank` narrows it to the questions of one bank."""

    path: str
    change: Change
    effect: Effect
    message: str
    bank: Bank | None = None

    def fits(self, difference: Difference, bank: Bank | None) -> bool:
        return (
            difference.change is self.change
            and matches(difference.path, tuple(self.path.split(".")))
            and self.bank in {None, bank}
        )


_ADDED, _REMOVED, _CHANGED = Change.ADDED, Change.REMOVED, Change.CHANGED
_REFUSED, _PEOPLE, _NOBODY = Effect.REFUSED, Effect.PEOPLE, Effect.NOBODY

SETS: frozenset[Path] = frozenset({("settings",), ("objectives",), ("questions", "*", "options")})
"""Lists of bare ids on which something hangs."""

_RULES = (
    _Rule("lessons.*", _REMOVED, _REFUSED, "the lesson vanished: what people did counts no more"),
    _Rule("questions.*", _REMOVED, _REFUSED, "the question vanished: open tests lose its words"),
    _Rule("questions.*.options.*", _REMOVED, _REFUSED, "the option vanished, and some chose it"),
    _Rule("objectives.*", _REMOVED, _REFUSED, "the objective vanished"),
    _Rule("settings.*", _REMOVED, _REFUSED, "the setting vanished: its people cannot go on"),
    _Rule("questions.*.type", _CHANGED, _REFUSED, "from {old} to {new}: give it a new id"),
    _Rule("questions.*.bank", _CHANGED, _REFUSED, "from {old} to {new}: give it a new id"),
    _Rule("lessons.*.written", _CHANGED, _REFUSED, "from {old} to {new}: all must do it again"),
    _Rule("lessons.*", _ADDED, _PEOPLE, "a new lesson: asked of all who have not completed"),
    _Rule("settings.*", _ADDED, _PEOPLE, "a new setting: people may change to it"),
    _Rule("questions.*", _ADDED, _NOBODY, "a new question of a lesson", Bank.CHECK),
    _Rule("questions.*", _ADDED, _PEOPLE, "a new question: tests begun from now on may ask it"),
    _Rule("questions.*.options.*", _ADDED, _PEOPLE, "a new option: open tests do not show it"),
    _Rule("questions.*.correct", _CHANGED, _NOBODY, "the key changed; it never counts", Bank.CHECK),
    _Rule(
        "questions.*.correct",
        _CHANGED,
        _PEOPLE,
        "the key changed from {old} to {new}: run `soar-lms assessments regrade {module}`",
    ),
    _Rule("instruments.pre", _ADDED, _PEOPLE, "a new pre-test: asked before the final test"),
    _Rule("instruments.pre", _REMOVED, _PEOPLE, "no pre-test any more: nobody is asked for it"),
    _Rule("instruments.post", _ADDED, _PEOPLE, "a new final test: all who go on must pass it"),
    _Rule("instruments.post", _REMOVED, _PEOPLE, "no final test any more: nobody must pass it"),
    *(
        _Rule(
            f"instruments.post.{name}",
            _CHANGED,
            _PEOPLE,
            "from {old} to {new}: tests that are open keep {old}",
        )
        for name in ("draw", "from_setting", "pass_mark")
    ),
    _Rule(
        "instruments.post.attempts.limit",
        _CHANGED,
        _PEOPLE,
        "from {old} to {new}: tries made before count; open tests can be finished",
    ),
    _Rule(
        "instruments.post.attempts.limit",
        _ADDED,
        _PEOPLE,
        "limited to {new} now: tries made before count; open tests can be finished",
    ),
    _Rule("credit.*", _ADDED, _PEOPLE, "a new offer: for certificates from now on"),
    _Rule("credit.*", _REMOVED, _PEOPLE, "the offer ends: who has not completed cannot claim it"),
    _Rule("evaluation", _ADDED, _PEOPLE, "a new evaluation: asked of all who have not completed"),
    _Rule("evaluation", _REMOVED, _PEOPLE, "no evaluation any more: nobody is asked for it"),
    _Rule(
        "evaluation.completion",
        _CHANGED,
        _PEOPLE,
        "from {old} to {new}: who has given one keeps it",
    ),
    _Rule(
        "evaluation.forms.*.version", _CHANGED, _PEOPLE, "a new form: who has given one keeps it"
    ),
    _Rule(
        "evaluation.follow_up", _ADDED, _PEOPLE, "a new follow-up: for who completes from now on"
    ),
    _Rule("evaluation.follow_up", _REMOVED, _PEOPLE, "no follow-up any more, planned ones neither"),
    _Rule(
        "evaluation.follow_up.form",
        _CHANGED,
        _PEOPLE,
        "from {old} to {new}: follow-ups that are planned are not sent any more",
    ),
    _Rule(
        "evaluation.follow_up.after_months",
        _CHANGED,
        _PEOPLE,
        "from {old} to {new}: follow-ups that are planned keep their day",
    ),
    _Rule("evaluation.items.*", _ADDED, _NOBODY, "a new item: asked by the forms that list it"),
    _Rule("evaluation.items.*", _REMOVED, _NOBODY, "no form can ask it any more"),
    _Rule("evaluation.forms.*", _ADDED, _NOBODY, "a new form: asked where the evaluation names it"),
    _Rule("evaluation.forms.*", _REMOVED, _NOBODY, "nobody can be asked it any more"),
    _Rule("certificate.valid_months", _CHANGED, _PEOPLE, "from {old} to {new}: for new ones only"),
    *(
        _Rule(path, change, _NOBODY, message)
        for path in ("minutes", "lessons.*.minutes", "level", "dates.*", "sources.*", "sources.*.*")
        for change, message in (
            (_ADDED, "added"),
            (_REMOVED, "removed"),
            (_CHANGED, "from {old} to {new}"),
        )
    ),
    *(
        _Rule(path, _CHANGED, _NOBODY, "in another order")
        for path in ("lessons.order", "objectives.order", "settings.order", "sources.order")
    ),
    _Rule("questions.*.options.order", _CHANGED, _NOBODY, "in another order; open tests keep it"),
)
_DEFAULT = {
    _ADDED: "added: {new}",
    _REMOVED: "removed; it was {old}",
    _CHANGED: "from {old} to {new}",
}
_SAME_FORM = "changed, and a form that asks it kept its version: raise {versions}"


def compare_trees(old: Tree, new: Tree) -> list[Finding]:
    """Return what changed from one content to another, by module, the gravest first."""
    was = {module.spec.id: module for module in old.modules}
    now = {module.spec.id: module for module in new.modules}
    found = [
        *_compare_site_files(old, new),
        *(
            Finding(name, "module", "the module vanished: its people cannot go on", _REFUSED)
            for name in was.keys() - now.keys()
        ),
        *(Finding(name, "module", "a new module", _NOBODY) for name in now.keys() - was.keys()),
    ]
    for name in was.keys() & now.keys():
        found.extend(compare_modules(was[name], now[name]))
    ranks = list(Effect)
    return sorted(found, key=lambda item: (ranks.index(item.effect), item.module))


def compare_modules(old: ModuleTree, new: ModuleTree) -> list[Finding]:
    """Return what changed in a module.

    With a new major version nothing is refused; what would be is told as touching people.
    """
    found = [*_compare_specs(old, new), *_compare_languages(old, new)]
    found += [
        Finding(new.spec.id, path, message, _PEOPLE if is_noticed else _NOBODY)
        for path, message, is_noticed in compare_texts(old, new)
    ]
    was, now = _numbers(old), _numbers(new)
    if now[0] > was[0]:
        found = [
            replace(item, effect=_PEOPLE) if item.effect is _REFUSED else item for item in found
        ]
    found += _judge_version(old, new, changed=bool(found))
    stale = (Finding(new.spec.id, path, words, Effect.BEHIND) for path, words in find_stale(new))
    return [*found, *stale]


def _numbers(module: ModuleTree) -> tuple[int, ...]:
    return tuple(int(part) for part in module.spec.version.split("."))


def _judge_version(old: ModuleTree, new: ModuleTree, *, changed: bool) -> Iterator[Finding]:
    was, now = old.spec.version, new.spec.version
    if _numbers(new) < _numbers(old):
        yield Finding(new.spec.id, "version", f"goes down from {was} to {now}", _REFUSED)
    elif was != now:
        yield Finding(new.spec.id, "version", f"from {was} to {now}", _NOBODY)
    elif changed:
        message = f"is still {was} though something changed: raise it"
        yield Finding(new.spec.id, "version", message, _REFUSED)


def _compare_specs(old: ModuleTree, new: ModuleTree) -> Iterator[Finding]:
    for difference in compare(old.spec, new.spec, SETS):
        if difference.path != ("version",):
            yield _judge(difference, old, new)


def _judge(difference: Difference, old: ModuleTree, new: ModuleTree) -> Finding:
    bank = _bank(difference.path, old, new)
    rule = next((rule for rule in _RULES if rule.fits(difference, bank)), None)
    effect = rule.effect if rule else _PEOPLE
    message = rule.message if rule else _DEFAULT[difference.change]
    versions = _same_forms(difference, old, new)
    if versions:
        effect, message = _PEOPLE, _SAME_FORM
    words = message.format(
        old=in_words(difference.old),
        new=in_words(difference.new),
        module=new.spec.id,
        versions=in_words(versions),
    )
    return Finding(new.spec.id, ".".join(difference.path), words, effect)


def _bank(path: Path, old: ModuleTree, new: ModuleTree) -> Bank | None:
    """Return the bank of the question that a path is about."""
    if path[0] != "questions" or len(path) < 2:
        return None
    question = new.spec.questions.get(path[1]) or old.spec.questions[path[1]]
    return question.bank


def _same_forms(difference: Difference, old: ModuleTree, new: ModuleTree) -> tuple[str, ...]:
    """Return the versions that were kept though what their forms ask is not what it was.

    An item is asked by each form that lists it. A form's OMB block is no question.
    """
    was, now = old.spec.evaluation, new.spec.evaluation
    if was is None or now is None:
        return ()
    return tuple(
        f"evaluation.forms.{name}.version"
        for name, form in now.forms.items()
        if name in was.forms
        and was.forms[name].version == form.version
        and _is_asked(difference.path, name, form)
    )


def _is_asked(path: Path, name: str, form: FormSpec) -> bool:
    """Whether a path is about the items of a form."""
    if matches(path, ("evaluation", "items", "*", "*")):
        return path[2] in form.items
    return path == ("evaluation", "forms", name, "items")


def _compare_languages(old: ModuleTree, new: ModuleTree) -> Iterator[Finding]:
    name = new.spec.id
    for language in sorted(set(old.languages) - set(new.languages)):
        yield Finding(name, language, "the language vanished: its people cannot go on", _REFUSED)
    for language in sorted(set(new.languages) - set(old.languages)):
        yield Finding(name, language, "a new language: open tests can be read in it", _PEOPLE)


def _compare_site_files(old: Tree, new: Tree) -> Iterator[Finding]:
    """Compare what belongs to no module; that a module lost its setting is found there."""
    pairs = (
        ("settings.yaml", old.settings, new.settings),
        ("resources.yaml", old.resources, new.resources),
    )
    for file, was, now in pairs:
        for item in compare(was, now, frozenset()):
            yield Finding(file, ".".join(item.path), item.change, _NOBODY)
