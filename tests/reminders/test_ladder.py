"""When people are reminded: steps of a ladder, and hours at which e-mail is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soar_lms.reminders.ladder import (
    FARTHEST,
    FIRST_HOUR,
    LAST_HOUR,
    LATE_DAYS,
    Ladder,
    NoDaysError,
    all_zones,
    civil_moment,
    group_zones,
    live_step,
    next_steps,
    read_days,
    write_days,
)

NEW_YORK = "America/New_York"
DUE = date(2027, 3, 15)
HOUR = timedelta(hours=1)
ZONES = st.sampled_from(sorted(all_zones()))
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 8 * 366 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
DAYS = st.sets(st.integers(1, FARTHEST), max_size=5).map(lambda days: tuple(sorted(days)))
LADDERS = st.builds(Ladder, DAYS, st.booleans(), DAYS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- days as they are typed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("14, 3", (3, 14)),
        (" 3;14 ,, 3 ", (3, 14)),
        ("90", (90,)),
        ("", ()),
        (" , ", ()),
    ],
)
def test_days_are_read_as_people_type_them(text: str, days: tuple[int, ...]) -> None:
    assert read_days(text) == days


@pytest.mark.parametrize(
    "text", ["0", "91", "-3", "3.5", "three", "1 2 3 4 5 6", "³", "١", "9999999999999"]
)
def test_what_is_no_list_of_days_is_refused(text: str) -> None:
    with pytest.raises(NoDaysError):
        read_days(text)


@given(DAYS, st.booleans())
def test_days_that_are_written_are_read_again(days: tuple[int, ...], is_before: bool) -> None:
    assert read_days(write_days(days, is_before=is_before)) == days


# --- steps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2027-02-28", None),
        ("2027-03-01", -14),
        ("2027-03-03", -14),
        ("2027-03-04", None),
        ("2027-03-12", -3),
        ("2027-03-15", 0),
        ("2027-03-17", 0),
        ("2027-03-18", 3),
        ("2027-03-25", 10),
        ("2027-03-28", None),
    ],
)
def test_a_step_lives_on_its_day_and_two_days_longer(today: str, step: int | None) -> None:
    assert live_step(Ladder(), DUE, date.fromisoformat(today)) == step


def test_a_later_step_takes_the_place_of_one_that_was_missed() -> None:
    ladder = Ladder(before=(2, 1), on_day=True, after=())

    assert live_step(ladder, DUE, DUE) == 0


def test_the_days_to_come_include_today() -> None:
    assert next_steps(Ladder(), DUE, DUE) == [DUE, date(2027, 3, 18), date(2027, 3, 25)]


@given(LADDERS, st.integers(-120, 120))
def test_a_live_step_is_the_newest_that_is_not_too_late(ladder: Ladder, days: int) -> None:
    live = [step for step in ladder.steps if step <= days <= step + LATE_DAYS]

    assert live_step(ladder, DUE, DUE + timedelta(days=days)) == (live[-1] if live else None)


# --- hours --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "zone", "civil"),
    [
        pytest.param("2026-11-22T15:00", NEW_YORK, "2026-11-22T15:00", id="in-the-morning"),
        pytest.param("2026-11-22T12:59", NEW_YORK, "2026-11-22T13:00", id="before-eight"),
        pytest.param("2026-11-23T01:00", NEW_YORK, "2026-11-23T13:00", id="at-eight-at-night"),
        pytest.param("2026-11-23T00:59", NEW_YORK, "2026-11-23T00:59", id="before-eight-at-night"),
        # The night in which the clock goes forward is an hour shorter, and back an hour longer.
        pytest.param("2027-03-14T04:00", NEW_YORK, "2027-03-14T12:00", id="clock-goes-forward"),
        pytest.param("2026-11-01T03:00", NEW_YORK, "2026-11-01T13:00", id="clock-goes-back"),
        pytest.param("2026-11-22T15:00", "Pacific/Guam", "2026-11-22T22:00", id="tomorrow"),
    ],
)
def test_e_mail_waits_for_an_hour_at_which_it_is_read(moment: str, zone: str, civil: str) -> None:
    assert civil_moment(at(moment), zone) == at(civil)


@given(MOMENTS, ZONES)
def test_nobody_is_written_to_at_night_anywhere(moment: datetime, zone: str) -> None:
    civil = civil_moment(moment, zone)

    local = civil.astimezone(ZoneInfo(zone)).time()
    assert FIRST_HOUR <= local < LAST_HOUR
    # Samoa once left a whole day out; that was before any of these moments.
    assert timedelta(0) <= civil - moment <= timedelta(hours=13)
    assert civil_moment(civil, zone) == civil


@given(MOMENTS)
def test_every_zone_is_in_one_group_with_its_own_day(moment: datetime) -> None:
    groups = group_zones(moment, all_zones())

    days = {name: zones.day for zones in groups for name in zones.names}
    assert sum(len(zones.names) for zones in groups) == len(all_zones())
    assert all(
        day == civil_moment(moment, name).astimezone(ZoneInfo(name)).date()
        for name, day in days.items()
    )


# --- all together -------------------------------------------------------------------------------


def run(ladder: Ladder, due_on: date, zone: str, hours: list[int]) -> list[tuple[date, int]]:
    """Let a worker look at some hours; return (day, step) of each e-mail to one person."""
    start = datetime.combine(due_on, datetime.min.time(), UTC) - timedelta(days=FARTHEST + 2)
    sent: list[tuple[date, int]] = []
    for hour in sorted(hours):
        now = start + hour * HOUR
        today = now.astimezone(ZoneInfo(zone)).date()
        step = live_step(ladder, due_on, today)
        if civil_moment(now, zone) != now or step is None:
            continue
        if not any(day >= due_on + timedelta(days=step) for day, _ in sent):
            sent.append((today, step))
    return sent


DATES = st.dates(date(2025, 1, 1), date(2030, 12, 31))
ALL_HOURS = list(range(0, (2 * FARTHEST + 6) * 24, 5))
"""Every fifth: some of the twelve civil hours of each day are among them."""


@settings(max_examples=40)
@given(LADDERS, DATES, ZONES)
def test_a_worker_that_never_stops_takes_each_step_on_its_day(
    ladder: Ladder, due_on: date, zone: str
) -> None:
    expected = [(due_on + timedelta(days=step), step) for step in ladder.steps]

    assert run(ladder, due_on, zone, ALL_HOURS) == expected


@given(LADDERS, DATES, ZONES, st.sets(st.sampled_from(ALL_HOURS), max_size=200))
def test_a_worker_that_is_often_away_never_piles_up_and_is_never_too_late(
    ladder: Ladder, due_on: date, zone: str, hours: set[int]
) -> None:
    sent = run(ladder, due_on, zone, list(hours))

    days, steps = [day for day, _ in sent], [step for _, step in sent]
    assert len(set(days)) == len(days)
    assert steps == sorted(set(steps))
    assert all(0 <= (day - due_on).days - step <= LATE_DAYS for day, step in sent)
