"""Links and codes to join a group: until when, how often, with or without a trainer's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.cohorts import services
from soar_lms.cohorts.codes import format_join_code, make_join_code, read_join_code
from soar_lms.cohorts.joining import (
    JoinLinkEndedError,
    JoinLinkFullError,
    JoinLinkOverError,
    LimitTooLowError,
    Standing,
    change_link,
    find_code,
    find_link,
    join_by_link,
    last_day,
    open_way,
    rotate,
    switch_off,
)
from soar_lms.cohorts.models import Cohort, CohortMember, CohortState, JoinLink, JoinRequest
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from tests.factories import NOW
from tests.support.together import at_once

MakePerson = Callable[..., Person]


@pytest.fixture
def link(context: Flask, cohort: Cohort) -> JoinLink:
    return db.session.scalars(select(JoinLink)).one()


def set_link(link: JoinLink, **changes: object) -> None:
    with transaction():
        row = db.session.get_one(JoinLink, link.id)
        for name, value in changes.items():
            setattr(row, name, value)


def join(link: JoinLink, person: Person) -> Standing:
    with transaction():
        return join_by_link(link.token, person, NOW)


# --- codes --------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([" ", "-", "–", "\u00a0", ""]), min_size=10, max_size=10))
def test_a_code_is_read_however_it_is_typed(gaps: list[str]) -> None:
    code = make_join_code()
    typed = "".join(gap + letter for gap, letter in zip(gaps, code.lower(), strict=True))

    assert read_join_code(typed.replace("0", "o").replace("1", "l")) == code
    assert read_join_code(format_join_code(code)) == code


@pytest.mark.parametrize("typed", ["", "ABCDE", "ABCDE-FGHJK-M", "ABCDE-FGHJU", "ABCDE-FGHJÄ", "%"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_join_code(typed) is None


def test_a_code_leads_where_its_link_leads(cohort: Cohort, link: JoinLink) -> None:
    assert link.code is not None
    typed = format_join_code(link.code).lower()

    assert find_code(typed) == link.code
    assert open_way(typed, None, NOW).link.id == link.id


def test_a_code_that_is_almost_right_is_as_wrong_as_any(link: JoinLink) -> None:
    assert link.code is not None
    almost = link.code[:-1] + ("0" if link.code[-1] != "0" else "1")

    assert [find_code(typed) for typed in (almost, "0000000000", "x", "")] == [None] * 4


def test_a_link_of_a_release_without_codes_works(link: JoinLink) -> None:
    set_link(link, code=None)

    assert open_way(link.token, None, NOW).link.id == link.id


# --- links --------------------------------------------------------------------------------------


def test_a_link_leads_to_its_cohort(cohort: Cohort, link: JoinLink) -> None:
    assert open_way(link.token, None, NOW).cohort.id == cohort.id


def test_a_link_works_until_it_expires(link: JoinLink) -> None:
    last = link.expires_at - timedelta(seconds=1)

    assert open_way(link.token, None, last).cohort.id == link.cohort_id
    with pytest.raises(JoinLinkOverError):
        open_way(link.token, None, link.expires_at)


def test_a_new_link_ends_the_old_one(cohort: Cohort, link: JoinLink) -> None:
    with transaction():
        new = services.replace_link(cohort, NOW)

    assert open_way(new.token, None, NOW).cohort.id == cohort.id
    with pytest.raises(JoinLinkEndedError):
        open_way(link.token, None, NOW)
    found = services.find_open_link(cohort, NOW)
    assert found is not None
    assert found.token == new.token


def test_after_its_end_a_cohort_has_no_open_link(cohort: Cohort, link: JoinLink) -> None:
    assert services.find_open_link(cohort, link.expires_at) is None


def test_two_new_links_at_once_leave_one_open(app: Flask, cohort: Cohort) -> None:
    at_once(
        app,
        partial(db.session.get_one, Cohort, cohort.id),
        lambda found: services.replace_link(found, NOW),
    )

    with app.app_context():
        still_open = select(JoinLink).where(JoinLink.ended_at.is_(None))
        assert len(list(db.session.scalars(still_open))) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "' OR 1=1 --", "%", "\u2603" * 500])
def test_a_link_that_never_was_is_not_found(context: Flask, cohort: Cohort, token: str) -> None:
    with pytest.raises(NotFoundError):
        open_way(token, None, NOW)


def test_a_new_link_keeps_the_rules_of_the_old_one(cohort: Cohort, link: JoinLink) -> None:
    set_link(link, most_uses=5, uses=3, needs_approval=True)

    with transaction():
        new = services.replace_link(cohort, NOW)

    assert (new.most_uses, new.uses, new.needs_approval) == (5, 0, True)
    assert new.code != link.code


def test_who_changes_a_link_stands_in_the_audit_trail(
    cohort: Cohort, link: JoinLink, trainer: Person
) -> None:
    with transaction():
        rotate(cohort, actor=trainer, now=NOW)
    with transaction():
        switch_off(cohort, actor=trainer, now=NOW)

    entries = db.session.scalars(select(AuditEntry))
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("join-link-changed", trainer.id)
    ] * 2


def test_a_link_that_is_switched_off_lets_nobody_in(
    cohort: Cohort, link: JoinLink, trainer: Person, learner: Person
) -> None:
    for _ in range(2):
        with transaction():
            switch_off(cohort, actor=trainer, now=NOW)

    assert find_link(cohort) is None
    with pytest.raises(JoinLinkEndedError):
        join(link, learner)


# --- changing -----------------------------------------------------------------------------------


def change(cohort: Cohort, link: JoinLink, trainer: Person, **changes: object) -> None:
    values = {"last_on": date(2026, 12, 24), "most_uses": None, "needs_approval": False}
    with transaction():
        change_link(cohort, link.id, actor=trainer, now=NOW, **(values | changes))  # type: ignore[arg-type]  # as given


def test_a_link_works_until_the_end_of_its_last_day_where_the_group_is(
    cohort: Cohort, link: JoinLink, trainer: Person
) -> None:
    change(cohort, link, trainer, last_on=date(2026, 12, 24))

    found = find_link(cohort)
    assert found is not None
    assert found.expires_at.isoformat() == "2026-12-25T05:00:00+00:00"
    assert last_day(found, cohort) == date(2026, 12, 24)


def test_a_limit_below_what_is_used_is_refused(
    cohort: Cohort, link: JoinLink, trainer: Person
) -> None:
    set_link(link, uses=3)

    with pytest.raises(LimitTooLowError) as caught:
        change(cohort, link, trainer, most_uses=2)

    assert caught.value.uses == 3
    change(cohort, link, trainer, most_uses=3)
    assert link.most_uses == 3


def test_a_link_that_was_replaced_meanwhile_is_not_changed(
    cohort: Cohort, link: JoinLink, trainer: Person
) -> None:
    with transaction():
        services.replace_link(cohort, NOW)

    with pytest.raises(JoinLinkEndedError):
        change(cohort, link, trainer)


def test_the_link_of_another_group_is_not_changed(
    cohort: Cohort, link: JoinLink, trainer: Person, make_cohort: Callable[..., Cohort]
) -> None:
    with pytest.raises(NotFoundError):
        change(make_cohort(), link, trainer)


# --- joining ------------------------------------------------------------------------------------


def test_somebody_who_joins_twice_uses_one_place(link: JoinLink, learner: Person) -> None:
    assert [join(link, learner) for _ in range(2)] == [Standing.MEMBER] * 2

    assert db.session.get_one(JoinLink, link.id, populate_existing=True).uses == 1


def test_a_full_link_lets_nobody_in_and_knows_who_is_in(
    link: JoinLink, learner: Person, person: MakePerson
) -> None:
    set_link(link, most_uses=1)
    join(link, learner)
    other = person()

    with pytest.raises(JoinLinkFullError):
        join(link, other)
    with pytest.raises(JoinLinkFullError):
        open_way(link.token, other, NOW)

    assert open_way(link.token, learner, NOW).standing is Standing.MEMBER
    assert db.session.query(CohortMember).count() == 1


def test_never_is_there_one_too_many(app: Flask, link: JoinLink, person: MakePerson) -> None:
    set_link(link, most_uses=2)
    people = [person() for _ in range(5)]

    def try_to_join(found: list[Person]) -> Standing | None:
        try:
            return join_by_link(link.token, found.pop(), NOW)
        except JoinLinkFullError:
            db.session.rollback()
            return None

    outcomes = at_once(app, lambda: people, try_to_join, threads=5)

    with app.app_context():
        assert sorted(str(item) for item in outcomes) == ["None"] * 3 + ["member"] * 2
        assert db.session.query(CohortMember).count() == 2
        assert db.session.scalars(select(JoinLink.uses)).one() == 2


@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.ARCHIVED])
def test_nobody_joins_a_group_that_is_not_open(
    cohort: Cohort, link: JoinLink, learner: Person, state: CohortState
) -> None:
    with transaction():
        db.session.get_one(Cohort, cohort.id).state = state

    with pytest.raises(services.NobodyJoinsError):
        join(link, learner)


def test_who_is_in_is_told_so_by_a_link_that_is_over(link: JoinLink, learner: Person) -> None:
    join(link, learner)

    way = open_way(link.token, learner, link.expires_at + timedelta(days=1))

    assert way.standing is Standing.MEMBER


# --- waiting ------------------------------------------------------------------------------------


def test_who_comes_by_a_link_that_asks_waits(link: JoinLink, learner: Person) -> None:
    set_link(link, needs_approval=True)

    assert [join(link, learner) for _ in range(2)] == [Standing.WAITING] * 2

    assert db.session.query(CohortMember).count() == 0
    assert db.session.query(JoinRequest).count() == 1
    assert db.session.get_one(JoinLink, link.id, populate_existing=True).uses == 1


def test_asking_at_once_is_waiting_once(app: Flask, link: JoinLink, learner: Person) -> None:
    set_link(link, needs_approval=True)

    at_once(app, lambda: None, lambda _: join_by_link(link.token, learner, NOW))

    with app.app_context():
        assert db.session.query(JoinRequest).count() == 1
        assert db.session.scalars(select(JoinLink.uses)).one() == 1


def test_who_waits_comes_in_once_nobody_is_asked_any_more(link: JoinLink, learner: Person) -> None:
    set_link(link, needs_approval=True)
    join(link, learner)
    set_link(link, needs_approval=False)

    assert join(link, learner) is Standing.MEMBER

    assert db.session.query(JoinRequest).count() == 0
