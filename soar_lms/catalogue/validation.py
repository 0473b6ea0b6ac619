"""From a YAML document to a content model; what pydantic says becomes words for authors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from soar_lms.catalogue.problems import Problems
from soar_lms.catalogue.schema import known_keys
from soar_lms.catalogue.values import Content
from soar_lms.catalogue.yaml_source import KeyPath, YamlDocument, dotted

Model = TypeVar("Model", bound=Content)
_Context = Mapping[str, Any]

_TYPE_MESSAGES: Mapping[str, Callable[[object, _Context], str]] = {
    "bool_type": lambda value, _: f"must be true or false, not {_shown(value)}",
    "int_type": lambda value, _: f"must be a whole number, not {_shown(value)}",
    "string_type": lambda value, _: f"must be text (in quotes), not {_shown(value)}",
    "mapping_type": lambda value, _: f"must be a map of keys and values, not {_shown(value)}",
    "model_type": lambda value, _: f"must be a map of keys and values, not {_shown(value)}",
    "tuple_type": lambda value, _: f"must be a list, not {_shown(value)}",
    "string_too_short": lambda _, __: "must not be empty",
    "string_too_long": lambda _, ctx: f"must have at most {ctx['max_length']} characters",
    "too_short": lambda _, ctx: f"needs at least {ctx['min_length']}",
    "too_long": lambda _, ctx: f"may have at most {ctx['max_length']}",
    "decimal_max_places": lambda _, ctx: f"may have at most {ctx['decimal_places']} decimals",
    "greater_than": lambda _, ctx: f"must be more than {ctx['gt']}",
    "greater_than_equal": lambda _, ctx: f"must be at least {ctx['ge']}",
    "less_than_equal": lambda _, ctx: f"must be at most {ctx['le']}",
}
_PATTERN_MESSAGE = "{value} does not have the right form ({hint})"
_HINTS = (
    ("[PT]", 'a number in quotes, like "1234-0000-21-001-L01-P"'),
    ("\\d{4}-", 'a number in quotes, like "1234-5678"'),
    ("\\d+", 'three numbers in quotes, like "1.0.0"'),
    ("[A-Z]", "a language tag like en or es"),
    ("[a-z0-9]", "an id: a-z, 0-9 and -"),
)


def read_model(document: YamlDocument, model: type[Model], problems: Problems) -> Model | None:
    """Validate a whole file; None when it does not fit, with a problem for each misfit."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if not _follows_from_another(dict(detail)):
                _report(document, model, dict(detail), problems)
        return None


def _follows_from_another(detail: dict[str, Any]) -> bool:
    """Whether a list only counts as too short because its items have faults of their own."""
    wanted: int = detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and len(detail["input"]) >= wanted


def _report(
    document: YamlDocument,
    model: type[BaseModel],
    detail: dict[str, Any],
    problems: Problems,
) -> None:
    kind = detail["type"]
    path: KeyPath = tuple(part for part in detail["loc"] if part != "[key]")
    if kind == "missing":
        parent = path[:-1]
        problems.error(
            document.file,
            document.mark(parent),
            dotted(parent),
            f'the key "{path[-1]}" is missing',
        )
    elif kind == "extra_forbidden":
        problems.error(
            document.file,
            document.key_mark(path),
            dotted(path),
            f'unknown key "{path[-1]}"{_hint(model, path)}',
        )
    else:
        mark = document.key_mark(path) if "[key]" in detail["loc"] else document.mark(path)
        problems.error(document.file, mark, dotted(path), _message(detail))


def _message(detail: dict[str, Any]) -> str:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "string_pattern_mismatch":
        hint = next(words for part, words in _HINTS if part in context["pattern"])
        return _PATTERN_MESSAGE.format(value=_shown(value), hint=hint)
    if kind in _TYPE_MESSAGES:
        return _TYPE_MESSAGES[kind](value, context)
    return str(detail["msg"])


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _hint(model: type[BaseModel], path: KeyPath) -> str:
    """Name the known key that the unknown one at the end of `path` looks like."""
    known = known_keys(_model_at(model, path[:-1]))
    close = get_close_matches(str(path[-1]), known, n=1)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f" (known: {', '.join(known)})" if known else ""


def _model_at(model: type[BaseModel] | None, path: KeyPath) -> type[BaseModel] | None:
    """Follow `path` down the annotations to the model of the map it names."""
    for part in path:
        if model is None:
            return None
        by_key = {info.alias or name: info for name, info in model.model_fields.items()}
        if part in by_key:
            model = _content_model(by_key[str(part)].annotation)
    return model


def _content_model(annotation: object) -> type[BaseModel] | None:
    """Find the content model inside `tuple[Model, ...]`, `Mapping[Id, Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Content):
        return annotation
    candidates = (_content_model(item) for item in getattr(annotation, "__args__", ()))
    return next((found for found in candidates if found), None)
