"""The list of groups: what each line says, what is looked for, how many stand on a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.cohorts import listing, services
from soar_lms.cohorts.listing import list_cohorts
from soar_lms.cohorts.models import Cohort, CohortState
from soar_lms.database import db, transaction
from tests.factories import NOW
from tests.support.page import get_page, text_of

MakeCohort = Callable[..., Cohort]


def test_a_list_has_the_newest_first_and_counts_members(
    context: Flask, make_cohort: MakeCohort, trainer: Person, learner: Person
) -> None:
    old, new = make_cohort(name="Old"), make_cohort(name="New", now=NOW + timedelta(days=1))
    with transaction():
        services.join_cohort(old, learner, NOW)

    found = list_cohorts(trainer, NOW).page.rows

    assert [(item.cohort.id, item.members) for item in found] == [(new.id, 0), (old.id, 1)]


def test_the_next_day_on_which_something_is_due_is_today_or_later_where_the_group_is(
    context: Flask, make_cohort: MakeCohort, trainer: Person
) -> None:
    days = {"a": date(2026, 11, 20), "b": date(2026, 11, 22), "c": date(2027, 1, 1)}
    make_cohort(time_zone="Pacific/Honolulu", module_ids=list(days), due_days=days)
    late = NOW.replace(hour=23)  # there it is still that day in the morning, in Guam the next
    make_cohort(time_zone="Pacific/Guam", module_ids=list(days), due_days=days)

    guam, honolulu = list_cohorts(trainer, late).page.rows

    assert (honolulu.next_due, guam.next_due) == (date(2026, 11, 22), date(2027, 1, 1))


def test_the_archive_is_counted_and_listed_apart(
    context: Flask, make_cohort: MakeCohort, trainer: Person
) -> None:
    make_cohort(name="Open")
    gone = make_cohort(name="Gone")
    with transaction():
        db.session.get_one(Cohort, gone.id).state = CohortState.ARCHIVED

    work, archive = (list_cohorts(trainer, NOW, archived=value) for value in (False, True))

    assert [item.cohort.name for item in work.page.rows] == ["Open"]
    assert [item.cohort.name for item in archive.page.rows] == ["Gone"]
    assert (work.total, work.archived, archive.total) == (1, 1, 1)


@pytest.mark.parametrize(
    ("words", "names"),
    [("noche", ["Équipo Noche"]), ("EQUIPO", ["Équipo Noche"]), ("clinic", ["Day"]), ("x", [])],
)
def test_groups_are_found_by_name_and_organization(
    context: Flask, make_cohort: MakeCohort, trainer: Person, words: str, names: list[str]
) -> None:
    make_cohort(name="Équipo Noche")
    make_cohort(name="Day", organisation="Riverside Clinic")

    found = list_cohorts(trainer, NOW, words=words)

    assert [item.cohort.name for item in found.page.rows] == names


def test_many_groups_have_pages_and_a_search(
    as_trainer: FlaskClient, make_cohort: MakeCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "GROUPS_ON_A_PAGE", 2)
    for number in range(3):
        make_cohort(name=f"Group {number}", now=NOW + timedelta(days=number))

    first = get_page(as_trainer, "/en/cohorts")
    second = get_page(as_trainer, str(first.select("a[rel=next]")[0]["href"]))
    found = get_page(as_trainer, "/en/cohorts?q=group+1")
    nothing = get_page(as_trainer, "/en/cohorts?q=nothing")

    names = [
        [item.get_text() for item in page.select(".card h2")] for page in (first, second, found)
    ]
    assert names == [["Group 2", "Group 1"], ["Group 0"], ["Group 1"]]
    assert "No group matches." in text_of(nothing, "main .box")
