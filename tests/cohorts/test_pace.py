"""Completions by day and people by stage, against counting one by one. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.cohorts.pace import QUARTER, Pace, make_pace
from soar_lms.cohorts.stages import Group, Stage, StageCount, count_stages, stages_of
from soar_lms.learning.path import Facts, Requirements, Step, assess, write_left
from soar_lms.learning.renewal import overall_status

ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
START = datetime(2026, 3, 1, 15, tzinfo=UTC)
DUE = date(2026, 3, 20)


def pace_of(
    moments: list[datetime], zone: str = "UTC", *, due: date | None = DUE, people: int = 100
) -> Pace:
    """Return the pace of people who completed at these moments, seen on March 25."""
    return make_pace(
        Counter(int(moment.timestamp()) // QUARTER for moment in moments).items(),
        time_zone=zone,
        created_at=START,
        now=START + timedelta(days=24),
        due_on=due,
        people=people,
    )


@given(
    st.lists(
        st.integers(-9 * 24 * 60, 40 * 24 * 60).map(lambda late: START + timedelta(minutes=late)),
        max_size=30,
    ),
    st.sampled_from(ZONES),
)
def test_each_completion_is_on_its_local_day(moments: list[datetime], zone: str) -> None:
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]
    began_on = START.astimezone(ZoneInfo(zone)).date()

    pace = pace_of(moments, zone)

    assert pace.completed == len(days)
    assert pace.earlier == sum(day < began_on for day in days)
    assert pace.late == sum(day > DUE for day in days)
    assert pace.totals() == [
        (day, days.count(day), sum(other <= day for other in days))
        for day in sorted(set(days))
        if day >= began_on
    ]


@pytest.mark.parametrize(
    ("moment", "is_late"),
    [("2026-03-21T03:59:59", False), ("2026-03-21T04:00:00", True)],
    ids=["before-midnight-there", "at-midnight-there"],
)
def test_the_due_day_ends_at_midnight_in_the_zone_of_the_group(moment: str, is_late: bool) -> None:
    done = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert pace_of([done], "America/New_York").late == is_late


def test_without_a_due_day_nobody_is_late() -> None:
    pace = pace_of([START + timedelta(days=20)], due=None)

    assert (pace.late, pace.is_overdue, pace.left) == (0, False, 99)


def test_a_picture_reaches_to_the_due_day_or_to_today() -> None:
    assert pace_of([], due=date(2026, 5, 1)).ends_on == date(2026, 5, 1)
    assert pace_of([]).ends_on == date(2026, 3, 25)
    assert pace_of([]).is_overdue


# --- stages -------------------------------------------------------------------------------------

LESSONS = (("one", ""), ("two", ""))
modules = st.builds(Requirements, st.just(LESSONS), st.booleans(), st.booleans(), st.booleans())
facts = st.builds(
    Facts,
    st.frozensets(st.sampled_from(LESSONS)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
ORDER = {
    Stage.PRE_TEST: Step.PRE_TEST,
    Stage.LESSONS: Step.LESSONS,
    Stage.POST_TEST: Step.POST_TEST,
    Stage.EVALUATION: Step.EVALUATION,
    Stage.COMPLETED: Step.CONFIRMATION,
}


def has_come_to(stage: Stage, asked: Requirements, did: Facts) -> bool:
    """Say step by step whether somebody in the group has come to a stage."""
    path = assess(asked, did)
    if stage in {Stage.LISTED, Stage.JOINED}:
        return True
    if path.state == "not-started":
        return False
    before = list(ORDER)[: list(ORDER).index(stage) + 1] if stage in ORDER else []
    return all(path.is_done(ORDER[item]) for item in before)


@given(modules, st.lists(facts, max_size=12), st.integers(0, 5))
def test_stages_count_who_has_done_all_that_comes_before(
    asked: Requirements, people: list[Facts], invited: int
) -> None:
    groups = [Group("invited", "", invited)]
    for did in people:
        path = assess(asked, did)
        groups.append(Group(overall_status(path.state, 1, None), write_left(path.left), 1))

    found = count_stages(stages_of(asked), groups)

    assert found[0] == StageCount(Stage.LISTED, len(people) + invited, invited)
    assert {item.stage: item.people for item in found[1:]} == {
        stage: sum(has_come_to(stage, asked, did) for did in people)
        for stage in stages_of(asked)[1:]
    }
    assert sum(item.waiting for item in found) == len(people) + invited


def test_who_renews_has_been_at_the_end_before() -> None:
    stages = stages_of(Requirements(LESSONS, pre_test=True, post_test=True, evaluation=False))

    found = count_stages(stages, [Group("renewing", "lessons:2 post-test confirmation", 3)])

    assert [item.people for item in found] == [3] * 7
    assert Stage.EVALUATION not in stages
