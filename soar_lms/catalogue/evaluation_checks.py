"""The rules of the evaluation that need more than one value to be seen.

Pure: what is wrong comes out as (path in the file, message); `checks.py` knows the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from soar_lms.catalogue.evaluation import (
    EvaluationItem,
    EvaluationSpec,
    EvaluationText,
    ItemKind,
)
from soar_lms.catalogue.problems import did_you_mean
from soar_lms.catalogue.yaml_source import KeyPath

Fault = tuple[KeyPath, str]
Pairs = Iterator[tuple[KeyPath, Iterable[str], Iterable[str]]]


def find_faults(spec: EvaluationSpec) -> Iterator[Fault]:
    """Give what is wrong with the evaluation of a `module.yaml`, by its path below the key."""
    yield from _occasion_faults(spec)
    for form_id, form in spec.forms.items():
        for index, item_id in enumerate(form.items):
            path = ("forms", form_id, "items", index)
            if item_id not in spec.items:
                yield path, f'"{item_id}" is not among the items{did_you_mean(item_id, spec.items)}'
            if item_id in form.items[:index]:
                yield path, f'"{item_id}" stands twice'
    asked = {item_id for form in spec.forms.values() for item_id in form.items}
    for item_id, item in spec.items.items():
        if item_id not in asked:
            yield ("items", item_id), "no form asks this"
        yield from ((("items", item_id, *path), message) for path, message in _item_faults(item))


def _occasion_faults(spec: EvaluationSpec) -> Iterator[Fault]:
    """Each form has one occasion: where the same came twice, answers could not be told apart."""
    occasions: list[tuple[KeyPath, str | None]] = [
        (("completion",), spec.completion),
        (("longer",), spec.longer),
        (("follow_up", "form"), spec.follow_up.form if spec.follow_up else None),
    ]
    named: list[str] = []
    for path, form_id in occasions:
        if form_id is None:
            continue
        if form_id not in spec.forms:
            yield path, f'"{form_id}" is not among the forms{did_you_mean(form_id, spec.forms)}'
        if form_id in named:
            yield path, f'"{form_id}" has an occasion already'
        named.append(form_id)
    for form_id in spec.forms:
        if form_id not in named:
            yield ("forms", form_id), "has no occasion: completion, longer or follow_up names it"


def _item_faults(item: EvaluationItem) -> Iterator[Fault]:
    if item.kind is ItemKind.CHOICE and item.options is None:
        yield (), "a choice needs options"
    if item.kind is not ItemKind.CHOICE and item.options is not None:
        yield ("options",), f"only a choice has options, not {item.kind}"
    if len(set(item.options or ())) < len(item.options or ()):
        yield ("options",), "an option stands twice"
    if item.kind is ItemKind.TEXT and item.required:
        yield (), "nobody must write: a text needs required: false"


def compare_texts(spec: EvaluationSpec | None, text: EvaluationText) -> Pairs:
    """Give the ids that a `text.yaml` must have and those it has, by path below the file."""
    items = spec.items if spec else {}
    forms = spec.forms if spec else {}
    choices = {item_id: item.options for item_id, item in items.items() if item.options}
    approved = [form_id for form_id, form in forms.items() if form.omb]
    yield ("evaluation", "items"), items, text.items
    yield ("evaluation", "options"), choices, text.options
    yield ("evaluation", "statements"), approved, text.statements
    for item_id, options in choices.items():
        if item_id in text.options:
            yield ("evaluation", "options", item_id), options, text.options[item_id]
