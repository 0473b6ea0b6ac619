"""The statements of a report: one for all who ask alike, and nothing of one of them in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from soar_lms.cohorts import report_query as query
from soar_lms.cohorts import services
from soar_lms.cohorts.filters import Due, Sort
from soar_lms.cohorts.models import Cohort, RosterPlace
from soar_lms.cohorts.report_scope import (
    KEPT_STATES,
    STATEMENTS,
    Scope,
    has_word,
    select_counts,
    select_opened,
)
from soar_lms.database import db, transaction
from soar_lms.learning.renewal import Status
from tests.cohorts.conftest import report_of
from tests.factories import NOW, make_person
from tests.support.queries import plan_blindly

ALL = Scope(modules=2, is_of_module=True, is_of_setting=True, is_of_language=True, left_out=1)
SCOPES = [
    replace(ALL, sort=sort, due=due, state=state, words=words, has_found=has_found)
    for sort, due, state, (words, has_found) in product(
        Sort,
        (None, Due.LATE, Due.NONE),
        (None, Status.EXPIRED),
        ((None, False), (2, False), (2, True)),
    )
]


def values_in(statement: object) -> set[object]:
    """Return the values that a statement has in itself; the others must be given to it."""
    compiled = statement.compile(dialect=sqlite.dialect())  # type: ignore[attr-defined]  # a select
    assert isinstance(compiled, SQLCompiler)
    values: set[object] = set()
    for bind in compiled.bind_names:
        if not bind.required:
            values.update(bind.value if isinstance(bind.value, (list, tuple)) else [bind.value])
    return values


@pytest.mark.parametrize("backwards", [False, True])
def test_a_statement_that_is_kept_has_no_value_of_whoever_asked_first(backwards: bool) -> None:
    found: set[object] = set()
    for scope in SCOPES:
        parts = tuple(query.parts_of(scope))
        if parts:
            page = query.select_page(scope, parts, parts[0].name, backwards=backwards)
            found |= values_in(page) | values_in(query.select_part(scope, parts[0]))

    found |= values_in(select_counts(of_setting=True, of_language=True))
    found |= values_in(select_opened(of_setting=True, of_language=True))

    assert found <= {*KEPT_STATES, 0, 1}


@pytest.mark.parametrize("sort", list(Sort))
def test_two_groups_share_a_statement_and_see_each_its_own(
    context: Flask, make_cohort: Callable[..., Cohort], sort: Sort
) -> None:
    groups = [make_cohort(), make_cohort()]
    with transaction():
        for group, name in zip(groups, ("Ana", "Bea"), strict=True):
            services.join_cohort(group, make_person(name=name), NOW)

    names = []
    for group in groups:
        page = report_of(group, sort=sort).read_page(None, report_of(group).count())
        names.append([row.name for row in page.rows])
        kept = query.select_page.cache_info().currsize

    assert names == [["Ana"], ["Bea"]]
    assert query.select_page.cache_info().currsize == kept
    assert kept <= STATEMENTS


def test_a_word_is_looked_for_place_by_place_and_never_read_of_everybody(context: Flask) -> None:
    both = [has_word(RosterPlace.id, number) for number in range(2)]

    plan = plan_blindly(select(RosterPlace.id).where(*both))

    asked_of_each = {"sqlite": "CORRELATED", "postgresql": "SubPlan"}[db.engine.dialect.name]
    assert plan.count(asked_of_each) >= len(both)
    assert "Join" not in plan
