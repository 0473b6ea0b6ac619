"""When a certificate can be renewed, what a refresher asks, the status over cycles. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import RefresherSpec, RenewalSpec
from soar_lms.learning.path import (
    SHARED,
    Facts,
    PathKind,
    State,
    Step,
    assess,
    requirements,
)
from soar_lms.learning.renewal import Renewal, Status, make_renewal, overall_status
from tests.assessments.variants import with_spec
from tests.support.pack import PACK

GARDEN = load_catalogue(PACK).modules["garden"]
LESSONS = [lesson.id for lesson in GARDEN.spec.lessons]
EXPIRES = date(2027, 3, 10)
SHORT = RefresherSpec(minutes=5, lessons=("tools",))
RULES = RenewalSpec(opens_days_before=60, grace_days=30, refresher=SHORT)


@pytest.mark.parametrize(
    ("today", "is_open", "is_expired", "has_refresher"),
    [
        pytest.param("2027-01-08", False, False, False, id="the-day-before-it-opens"),
        pytest.param("2027-01-09", True, False, True, id="the-day-it-opens"),
        pytest.param("2027-03-10", True, False, True, id="the-last-day"),
        pytest.param("2027-03-11", True, True, True, id="the-day-after"),
        pytest.param("2027-04-09", True, True, True, id="the-last-day-of-grace"),
        pytest.param("2027-04-10", True, True, False, id="after-grace"),
        pytest.param("2037-01-01", True, True, False, id="years-later"),
    ],
)
def test_days_decide_what_can_be_done(
    today: str, is_open: bool, is_expired: bool, has_refresher: bool
) -> None:
    renewal = make_renewal(RULES, EXPIRES, date.fromisoformat(today))

    found = (renewal.is_open, renewal.is_expired, renewal.has_refresher)
    assert found == (is_open, is_expired, has_refresher)


def test_without_rules_a_certificate_is_renewed_from_the_day_after_its_last() -> None:
    last, after = (make_renewal(None, EXPIRES, EXPIRES + timedelta(days=more)) for more in (0, 1))

    assert (last.is_open, last.opens_on) == (False, date(2027, 3, 11))
    assert (after.is_open, after.has_refresher) == (True, False)


@pytest.mark.parametrize(
    ("expires", "opens"),
    [
        pytest.param("2028-02-29", "2027-12-31", id="over-the-year"),
        pytest.param("2028-04-29", "2028-02-29", id="on-a-leap-day"),
        pytest.param("2027-04-30", "2027-03-01", id="no-leap-day"),
    ],
)
def test_days_are_counted_in_the_calendar(expires: str, opens: str) -> None:
    renewal = make_renewal(RULES, date.fromisoformat(expires), EXPIRES)

    assert renewal.opens_on == date.fromisoformat(opens)


# --- what holds for all rules and days ----------------------------------------------------------

refreshers = st.builds(
    RefresherSpec,
    minutes=st.just(5),
    lessons=st.lists(st.sampled_from(LESSONS), min_size=1, unique=True).map(tuple),
    pre=st.booleans(),
    post=st.booleans(),
    evaluation=st.booleans(),
)
rules = st.none() | st.builds(
    RenewalSpec,
    opens_days_before=st.integers(0, 366),
    grace_days=st.integers(0, 366),
    refresher=st.none() | refreshers,
)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
facts_of_somebody = st.builds(
    Facts,
    lessons_done=st.frozensets(
        st.tuples(st.sampled_from(LESSONS), st.sampled_from([SHARED, "orchard", "school"]))
    ),
    pre_test_submitted=st.booleans(),
    post_test_passed=st.booleans(),
    evaluation_given=st.booleans(),
)


@given(rules, days, days)
def test_who_has_a_certificate_that_expired_always_has_a_way(
    spec: RenewalSpec | None, expires_on: date, today: date
) -> None:
    renewal = make_renewal(spec, expires_on, today)

    assert renewal.is_open or not renewal.is_expired


@given(rules, days, days)
def test_a_refresher_is_offered_only_inside_its_days(
    spec: RenewalSpec | None, expires_on: date, today: date
) -> None:
    renewal = make_renewal(spec, expires_on, today)

    if renewal.has_refresher:
        assert spec is not None
        assert spec.refresher is not None
        assert -spec.opens_days_before <= (today - expires_on).days <= spec.grace_days


def with_refresher(refresher: RefresherSpec | None) -> Module:
    return with_spec(GARDEN, renewal=RenewalSpec(refresher=refresher))


@given(refreshers, facts_of_somebody)
def test_a_refresher_is_done_with_all_its_own_steps_and_never_without_one(
    refresher: RefresherSpec, facts: Facts
) -> None:
    asked = requirements(with_refresher(refresher), "orchard", PathKind.REFRESHER)
    keys = {(name, "orchard" if name == "tools" else SHARED) for name in refresher.lessons}
    is_everything = (
        keys <= facts.lessons_done
        and (facts.pre_test_submitted or facts.post_test_passed) >= refresher.pre
        and facts.post_test_passed >= refresher.post
        and facts.evaluation_given >= refresher.evaluation
    )

    assert assess(asked, facts).is_open(Step.CONFIRMATION) == is_everything


@given(refreshers, facts_of_somebody)
def test_a_refresher_never_makes_the_whole_module_shorter(
    refresher: RefresherSpec, facts: Facts
) -> None:
    whole = requirements(with_refresher(refresher), "orchard")

    assert whole == requirements(with_spec(GARDEN, renewal=None), "orchard")
    short = requirements(with_refresher(refresher), "orchard", PathKind.REFRESHER)
    if assess(whole, facts).is_open(Step.CONFIRMATION):
        assert assess(short, facts).is_open(Step.CONFIRMATION)


def test_where_the_refresher_left_the_content_the_whole_module_is_asked() -> None:
    whole = requirements(GARDEN, "orchard")

    assert requirements(with_refresher(None), "orchard", PathKind.REFRESHER) == whole


# --- the status over all cycles -----------------------------------------------------------------

BEFORE = make_renewal(RULES, EXPIRES, date(2027, 1, 8))
OPEN = make_renewal(RULES, EXPIRES, date(2027, 1, 9))
OVER = make_renewal(RULES, EXPIRES, date(2027, 3, 11))


@pytest.mark.parametrize(
    ("state", "cycle", "renewal", "status"),
    [
        (State.NOT_STARTED, 1, None, Status.NOT_STARTED),
        (State.IN_PROGRESS, 1, None, Status.IN_PROGRESS),
        (State.PASSED, 1, None, Status.PASSED),
        (State.COMPLETED, 1, None, Status.COMPLETED),
        (State.COMPLETED, 1, BEFORE, Status.COMPLETED),
        (State.COMPLETED, 1, OPEN, Status.RENEWAL_OPEN),
        (State.COMPLETED, 1, OVER, Status.EXPIRED),
        (State.NOT_STARTED, 2, OPEN, Status.RENEWING),
        (State.IN_PROGRESS, 2, OVER, Status.RENEWING),
        (State.PASSED, 3, OVER, Status.RENEWING),
        (State.COMPLETED, 2, BEFORE, Status.COMPLETED),
        (State.COMPLETED, 2, OVER, Status.EXPIRED),
    ],
)
def test_cycle_and_certificate_make_the_status(
    state: State, cycle: int, renewal: Renewal | None, status: Status
) -> None:
    assert overall_status(state, cycle, renewal) is status


@given(st.sampled_from(State), st.integers(2, 9), rules, days, days)
def test_somebody_who_completed_once_is_never_shown_as_a_newcomer(
    state: State, cycle: int, spec: RenewalSpec | None, expires_on: date, today: date
) -> None:
    status = overall_status(state, cycle, make_renewal(spec, expires_on, today))

    assert status not in {Status.NOT_STARTED, Status.IN_PROGRESS, Status.PASSED}


def test_every_state_has_its_status() -> None:
    assert [Status(state) for state in State] == list(Status)[: len(State)]
