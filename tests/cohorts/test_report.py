"""Who is done and who is not: the rows, their order, their numbers, and the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import rename
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import report_query as query
from soar_lms.cohorts import services
from soar_lms.cohorts.filters import Due, Filters, Sort, Turn, Waiting, read_filters, read_turn
from soar_lms.cohorts.invitations import invite
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report import Report
from soar_lms.cohorts.roster import Entry
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from soar_lms.learning.path import State, Step
from soar_lms.learning.renewal import Status
from tests.assessments.variants import with_spec
from tests.cohorts.conftest import report_of
from tests.factories import NOW, make_certificate, make_enrolment, make_person, pass_module

Stages = dict[str, Person]


def test_those_who_have_not_finished_come_first_by_name(
    context: Flask, cohort: Cohort, stages: Stages
) -> None:
    rows = report_of(cohort).list_rows()

    assert [(row.name, row.state) for row in rows] == [
        ("élise new", Status.NOT_STARTED),
        ("Zoe New", Status.NOT_STARTED),
        ("Carla Begun", Status.IN_PROGRESS),
        ("Bea Passed", Status.PASSED),
        ("Aaron Done", Status.COMPLETED),
    ]


def test_a_row_says_where_somebody_stands_and_nothing_about_answers(
    context: Flask, cohort: Cohort, stages: Stages, module: Module
) -> None:
    rows = {row.name: row for row in report_of(cohort).list_rows()}

    begun, done, new = rows["Carla Begun"], rows["Aaron Done"], rows["Zoe New"]
    assert (begun.setting, begun.language) == ("public-health", "es")
    assert (Step.LESSONS, len(module.spec.lessons) - 1) in begun.left
    assert (done.left, str(done.completed_on)) == ((), "2026-11-22")
    assert done.certificate_code is not None
    assert (new.setting, new.left, new.completed_on) == (None, (), None)
    assert not {"score", "points", "answers"} & set(vars(done))


def test_the_numbers_of_the_states_add_up_to_the_rows(
    context: Flask, cohort: Cohort, stages: Stages
) -> None:
    rows = report_of(cohort).list_rows()

    counts = report_of(cohort).count()

    assert {state: counts.of(state) for state in counts.states} == {
        Status.NOT_STARTED: 2,
        Status.IN_PROGRESS: 1,
        Status.PASSED: 1,
        Status.COMPLETED: 1,
    }
    assert counts.of() == len(rows) == len(stages)


def test_a_cohort_of_nobody_has_every_state_at_nothing(context: Flask, cohort: Cohort) -> None:
    rows, counts = report_of(cohort).list_rows(), report_of(cohort).count()

    assert rows == []
    assert {state: counts.of(state) for state in counts.states} == dict.fromkeys(
        map(Status, State), 0
    )


def test_a_module_that_left_the_catalogue_is_not_a_row(
    context: Flask, make_cohort: Callable[..., Cohort], learner: Person
) -> None:
    cohort = make_cohort(module_ids=["soar-to-health-and-wellness", "gone"])
    with transaction():
        services.join_cohort(cohort, learner, NOW)

    assert [row.module_id for row in report_of(cohort).list_rows()] == [
        "soar-to-health-and-wellness"
    ]


# --- pages --------------------------------------------------------------------------------------


def all_pages(report: Report, size: int) -> list[list[tuple[str, str]]]:
    """Turn the pages from the first to the last; return who is on each, by name and module."""
    pages, turn = [], None
    while True:
        page = report.read_page(turn, report.count(), size)
        pages.append([(row.name, row.module_id) for row in page.rows])
        turn = page.after
        if turn is None:
            return pages


def back_again(report: Report, size: int) -> list[list[tuple[str, str]]]:
    """Turn the pages from the last to the first; return them in the order of the list."""
    turn, before = None, None
    while True:
        page = report.read_page(turn, report.count(), size)
        before = page.before
        if page.after is None:
            break
        turn = page.after
    pages = [[(row.name, row.module_id) for row in page.rows]]
    while before is not None:
        page = report.read_page(before, report.count(), size)
        pages.insert(0, [(row.name, row.module_id) for row in page.rows])
        before = page.before
    return pages


@pytest.fixture
def crowd(context: Flask, make_cohort: Callable[..., Cohort], trainer: Person) -> Cohort:
    """Return a cohort of one module with people everywhere, some of one name, some invited."""
    modules = list(catalogue().modules.values())[:1]
    cohort = make_cohort(module_ids=[modules[0].id])
    names = ["Ana", "Ana", "Bea", "Élise", "Zoe", "bea", "Carl", "Dan", "Eve", "Ana"]
    with transaction():
        for number, name in enumerate(names):
            person = make_person(name=name)
            services.join_cohort(cohort, person, NOW)
            _take(person, modules[0], number)
        invite(
            cohort,
            [Entry("Fay", "fay@example.org"), Entry("", "gus@example.org")],
            inviter=trainer,
            language="en",
            now=NOW,
        )
    return cohort


def _take(person: Person, module: Module, number: int) -> None:
    """Bring somebody to one of four stages; of every setting and language there is."""
    if number % 4 == 0:
        return
    settings = module.spec.settings
    enrolment = make_enrolment(
        person,
        module,
        setting=settings[number % len(settings)],
        language=module.languages[number % 2],
        now=NOW + timedelta(hours=number),
    )
    if number % 4 == 1:
        learning.complete_lesson(enrolment, module, "welcome", NOW + timedelta(days=number))
    elif number % 4 == 2:
        pass_module(enrolment, module)
    else:
        make_certificate(person, module, now=NOW - timedelta(days=number))


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("size", [1, 3, 5, 50])
def test_pages_together_are_the_list_forwards_and_backwards(
    crowd: Cohort, sort: Sort, size: int
) -> None:
    report = report_of(crowd, sort=sort)
    whole = [(row.name, row.module_id) for row in report.list_rows()]

    pages = all_pages(report, size)

    assert [line for page in pages for line in page] == whole
    assert len(whole) == 12
    assert [line for page in back_again(report, size) for line in page] == whole


def test_pages_are_whole_where_a_filter_leaves_less_than_is_likely(
    crowd: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = report_of(crowd, due=Due.NONE)
    whole = [(row.name, row.module_id) for row in report.list_rows()]
    monkeypatch.setattr("soar_lms.cohorts.report_reach.LIKELY", 0.1)  # each part seems to be enough

    pages = all_pages(report, 5)

    assert [line for page in pages for line in page] == whole
    assert [len(page) for page in pages] == [5, 5, 2]


@pytest.mark.parametrize(
    ("sort", "first"),
    [(Sort.NAME, "Ana"), (Sort.STATE, "Fay"), (Sort.COMPLETED, "Élise"), (Sort.ACTIVE, "Ana")],
)
def test_a_report_begins_with_what_it_is_sorted_by(crowd: Cohort, sort: Sort, first: str) -> None:
    rows = report_of(crowd, sort=sort).list_rows()

    assert rows[0].name == first


FILTERS: tuple[dict[str, Any], ...] = (
    {"state": Status.COMPLETED},
    {"state": Waiting.INVITED},
    {"state": Status.PASSED, "sort": Sort.NAME},
    {"state": Status.EXPIRED},
    {"language": "es"},
    {"setting": "public-health", "sort": Sort.ACTIVE},
    {"module": "soar-to-health-and-wellness", "state": Status.NOT_STARTED},
)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_filters_leave_the_lines_that_they_name_and_the_numbers_agree(
    crowd: Cohort, filters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {name: value for name, value in filters.items() if name not in {"sort", "module"}}
    whole = report_of(crowd).list_rows()

    rows = report_of(crowd, **filters).list_rows()

    assert {(row.place_id, row.module_id) for row in rows} == {
        (row.place_id, row.module_id)
        for row in whole
        if all(getattr(row, name) == value for name, value in wanted.items())
    }
    report = report_of(crowd, **filters)
    assert report.count_shown(report.count()) == report.count_exactly() == len(rows)
    for few in (query.FEW, 0):
        monkeypatch.setattr("soar_lms.cohorts.report_query.FEW", few)
        assert [line for page in all_pages(report, 2) for line in page] == [
            (row.name, row.module_id) for row in rows
        ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("elise", ["Élise"]),
        ("BEA", ["bea", "Bea"]),
        ("gus@", [""]),
        ("Fay <fay@example.org>", ["Fay"]),
        ("a", ["Ana", "Ana", "Ana"]),
        ("100%", []),
        ("_", []),
        ("\\", []),
    ],
)
def test_a_search_finds_names_and_addresses_however_they_are_typed(
    crowd: Cohort, words: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [row.name for row in report_of(crowd, text=words).list_rows()]
    monkeypatch.setattr("soar_lms.cohorts.report_search.MOST_FOUND", 0)
    filtered = [row.name for row in report_of(crowd, text=words).list_rows()]

    assert sorted(found) == sorted(filtered) == sorted(names)
    assert report_of(crowd, text=words).count_exactly() == len(names)


def test_a_search_that_finds_many_lists_them_by_name_whatever_was_asked_for(
    crowd: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soar_lms.cohorts.report_search.MOST_FOUND", 0)
    report = report_of(crowd, text="example", sort=Sort.ACTIVE)
    whole = [(row.name, row.module_id) for row in report.list_rows()]

    pages = all_pages(report, 3)

    assert report.read_page(None, report.count()).is_by_name
    assert [name.casefold() for name, _ in whole][:3] == ["ana", "ana", "ana"]
    assert [line for page in pages for line in page] == whole
    assert [line for page in back_again(report, 3) for line in page] == whole
    assert len(whole) == 12


def test_whose_name_begins_with_what_was_typed_comes_first(
    crowd: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soar_lms.cohorts.report_search.MOST_FOUND", 0)
    with transaction():
        services.join_cohort(crowd, make_person(name="Ada Bea"), NOW)

    rows = report_of(crowd, text="be").list_rows()

    assert [row.name for row in rows] == ["Bea", "bea", "Ada Bea"]


def test_a_new_name_is_found_and_the_old_one_is_not(
    context: Flask, cohort: Cohort, stages: Stages
) -> None:
    with transaction():
        rename(db.session.get_one(Person, stages["new"].id), "Uma O’Hara-Paz")

    found = {
        words: [row.name for row in report_of(cohort, text=words).list_rows()]
        for words in ("zoe", "o'hara", "ohara", "hara", "paz uma", "uma hara-p")
    }

    assert found.pop("zoe") == []
    assert set(map(tuple, found.values())) == {("Uma O’Hara-Paz",)}


def test_a_place_that_is_gone_begins_at_the_beginning(crowd: Cohort) -> None:
    report = report_of(crowd)
    turn = Turn(Status.COMPLETED, 0, 999_999, "soar-to-health-and-wellness")

    page = report.read_page(turn, report.count(), 5)

    assert [row.name for row in page.rows] == [row.name for row in report.list_rows()[:5]]


def test_a_line_that_moves_meanwhile_does_not_move_the_page(crowd: Cohort, module: Module) -> None:
    report = report_of(crowd)
    first = report.read_page(None, report.count(), 4)
    rest = [row.name for row in report.list_rows()[4:]]
    moved = first.rows[-1]
    with transaction():
        person = db.session.get_one(Person, moved.person_id)
        make_certificate(person, module)

    second = report.read_page(first.after, report.count(), 50)

    assert [row.name for row in second.rows if row.place_id != moved.place_id] == rest


def test_lines_of_other_content_are_shown_as_they_are_today(
    context: Flask, cohort: Cohort, stages: Stages, module: Module
) -> None:
    short = with_spec(module, lessons=module.spec.lessons[:2], renewal=None)
    today = replace(catalogue(), modules={module.id: short})
    report = Report(cohort, Filters(), today, NOW)

    rows = {row.name: row for row in report.read_page(None, report.count()).rows}

    assert (Step.LESSONS, 1) in rows["Carla Begun"].left
    assert report.has_outdated
    streamed = {row.name: row.left for row in Report(cohort, Filters(), today, NOW).list_rows()}
    assert streamed == {name: row.left for name, row in rows.items()}


# --- addresses ----------------------------------------------------------------------------------


def read(**asked: str) -> Filters:
    return read_filters(asked, modules=["m"], settings=["s"], languages=["es"])


def test_filters_are_read_as_they_are_written() -> None:
    filters = Filters("m", Status.PASSED, "s", "es", "ana", Sort.NAME, Due.LATE)

    assert read(**filters.address()) == filters
    assert read(**Filters().address()) == Filters()
    assert (filters.is_narrow, Filters(sort=Sort.NAME).is_narrow) == (True, False)


@pytest.mark.parametrize("value", ["", "x", "\0", "9" * 200, "invited'--", "../m"])
def test_what_there_is_not_is_left_out(value: str) -> None:
    asked = read(module=value, state=value, setting=value, spoken=value, sort=value, due=value)

    assert asked == Filters()


@given(st.text(), st.text())
def test_any_address_is_read_without_a_fault(words: str, turn: str) -> None:
    filters = read(q=words, state=words, sort=words)

    assert len(filters.text) <= 100
    assert read_turn({"after": turn}) is None or turn.count(".") >= 3


@pytest.mark.parametrize("backwards", [False, True])
def test_a_turn_is_read_as_it_is_written(backwards: bool) -> None:
    turn = Turn("not-started", 0, 12, "soar.to-health", backwards)

    assert read_turn({"before" if backwards else "after": str(turn)}) == turn


@pytest.mark.parametrize("turn", ["", "x", "a.b.c.d", "a.1.2", "a.-1.2.m", f"a.{9**40}.1.m"])
def test_what_is_no_turn_is_the_beginning(turn: str) -> None:
    assert read_turn({"after": turn}) is None
