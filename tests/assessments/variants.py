"""Modules that differ from the flagship in one thing: another limit, another key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Attempts, PostTest, QuestionSpec


def post_test(module: Module) -> PostTest:
    post = module.spec.instruments.post
    assert post is not None
    return post


def with_post(module: Module, **changes: Any) -> Module:
    """Return the module with another post-test."""
    post = post_test(module).model_copy(update=changes)
    instruments = module.spec.instruments.model_copy(update={"post": post})
    return with_spec(module, instruments=instruments)


def with_attempts(module: Module, *, limit: int | None = None, wait_minutes: int = 0) -> Module:
    return with_post(module, attempts=Attempts(limit=limit, wait_minutes=wait_minutes))


def with_questions(module: Module, questions: Mapping[str, QuestionSpec]) -> Module:
    return with_spec(module, questions=questions)


def with_spec(module: Module, **changes: Any) -> Module:
    return replace(module, spec=module.spec.model_copy(update=changes))
