"""Work is done once, in slices, whoever is killed when."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from soar_lms.app import create_app
from soar_lms.config import Config
from soar_lms.database import db, transaction
from soar_lms.tasks import kinds, services
from soar_lms.tasks.files import files_folder, open_folder
from soar_lms.tasks.models import State, Task
from soar_lms.tasks.worker import (
    BEAT_EVERY,
    FIRST_WAIT,
    HELD_FOR,
    KEPT_DONE,
    MAX_TRIES,
    tidy,
    work,
)
from tests.tasks.asking import ALL_TURNS, Clock, read_task, run_until_killed, work_on
from tests.tasks.conftest import Numbers

Ask = Callable[..., int]


def result(task_id: int) -> list[str]:
    return services.get_file(read_task(task_id)).read_text(encoding="utf-8").splitlines()


def lines(count: int, facts: str = "as planned") -> list[str]:
    return [f"en {number} {facts}" for number in range(count)]


# --- the way it goes ----------------------------------------------------------------------------


def test_work_is_done_slice_by_slice_to_a_file(context: Flask, ask_numbers: Ask) -> None:
    task_id, clock = ask_numbers(), Clock()

    found = work_on(ALL_TURNS + 1, clock)

    task = read_task(task_id)
    assert found == [1] * ALL_TURNS + [0]
    assert (task.state, task.done, task.total, task.file_name) == (State.DONE, 7, 7, "numbers.txt")
    assert task.tally == {"even": 4, "numbers": 7}
    assert task.expires_at - task.finished_at == KEPT_DONE
    assert result(task_id) == lines(7)
    assert [path.name for path in open_folder(task.folder).iterdir()] == [task.file]


def test_the_language_of_the_order_is_spoken(context: Flask, ask_numbers: Ask) -> None:
    task_id = ask_numbers(count=1, language="es")

    work_on(3, Clock())

    assert result(task_id) == ["es 0 as planned"]


def test_a_plan_with_nothing_in_it_ends_without_a_file(context: Flask, ask_numbers: Ask) -> None:
    task_id = ask_numbers(count=0)

    work_on(2, Clock())

    task = read_task(task_id)
    assert (task.state, task.total, task.file) == (State.DONE, 0, None)


def test_what_is_asked_for_together_is_done_in_turn(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    for count in (6, 5):
        ask_numbers(count=count)

    work_on(6, Clock())

    assert numbers.made == [[0, 1, 2], [0, 1, 2], [3, 4, 5], [3, 4]]


def test_a_kind_that_a_newer_release_asked_for_is_left_to_it(
    context: Flask, ask_numbers: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = ask_numbers()
    monkeypatch.delitem(kinds._kinds, "numbers")

    assert work_on(1, Clock()) == [0]
    assert read_task(task_id).state == State.WAITING


# --- stopped, killed, failed --------------------------------------------------------------------


def test_what_a_stopped_task_still_makes_counts_for_nothing(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id, clock = ask_numbers(), Clock()
    work_on(2, clock)

    def stop() -> None:
        with transaction():
            services.cancel_task(read_task(task_id), clock())

    numbers.before_make = stop
    work_on(2, clock)

    task = read_task(task_id)
    assert (task.state, task.done, task.file) == (State.CANCELLED, 3, None)


def test_a_worker_that_was_thought_dead_has_lost_its_task(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id, clock = ask_numbers(), Clock()
    work_on(1, clock)

    def sleep_until_another_has_taken_it() -> None:
        numbers.before_make = lambda: None
        clock.now += HELD_FOR
        work_on(1, clock)

    numbers.before_make = sleep_until_another_has_taken_it
    work_on(4, clock)

    assert numbers.made == [[0, 1, 2], [3, 4, 5], [6]]
    assert read_task(task_id).done == 7
    assert result(task_id) == lines(7)


def test_a_sign_of_life_keeps_a_long_slice(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id, clock = ask_numbers(), Clock()
    work_on(1, clock)

    def take_long() -> None:
        clock.now += BEAT_EVERY

    numbers.before_make = take_long
    numbers.errors = [KeyboardInterrupt()]  # type: ignore[list-item]  # it dies
    with pytest.raises(KeyboardInterrupt):
        work_on(1, clock)

    db.session.rollback()
    assert read_task(task_id).due_at == clock.now + HELD_FOR


def die_while_making(config: Config) -> None:
    """Be a worker that is killed in the middle of the second slice."""
    numbers = Numbers()
    kinds.add_kind(numbers.kind())
    app, clock = create_app(config), Clock()
    with app.app_context():
        work_on(2, clock)
        numbers.before_make = lambda: os.kill(os.getpid(), signal.SIGKILL)
        work_on(1, clock)


def test_a_worker_that_is_killed_loses_one_slice_and_no_more(
    context: Flask, config: Config, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id = ask_numbers()
    ended = run_until_killed(die_while_making, config)
    clock = Clock(read_task(task_id).due_at)

    assert ended == -signal.SIGKILL
    assert (read_task(task_id).done, read_task(task_id).state) == (3, State.RUNNING)
    assert work_on(3, clock) == [1, 1, 1]
    assert numbers.made == [[3, 4, 5], [6]]
    assert result(task_id) == lines(7)


def test_a_slice_that_fails_is_made_again_later(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id, clock = ask_numbers(), Clock()
    numbers.errors = [OSError("no space left")]
    work_on(2, clock)

    task = read_task(task_id)
    assert (task.state, task.last_error) == (State.RUNNING, "OSError: no space left")
    assert work_on(1, clock) == [0]
    clock.now += FIRST_WAIT
    work_on(4, clock)
    assert result(task_id) == lines(7)
    assert read_task(task_id).last_error is None


def test_after_some_tries_it_is_given_up(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id, clock = ask_numbers(), Clock()
    numbers.errors = [OSError("no space left")] * MAX_TRIES

    for _ in range(MAX_TRIES + 1):
        work_on(1, clock)
        clock.now = max(clock.now, read_task(task_id).due_at)

    task = read_task(task_id)
    assert (task.state, task.tries, task.file) == (State.FAILED, MAX_TRIES, None)
    assert work_on(1, clock) == [0]


def test_a_task_that_kills_whoever_takes_it_is_given_up(context: Flask, ask_numbers: Ask) -> None:
    task_id, clock = ask_numbers(), Clock()
    with transaction():
        db.session.execute(update(Task).values(tries=MAX_TRIES, state=State.RUNNING))

    work_on(1, clock)

    assert read_task(task_id).state == State.FAILED


def test_somebody_who_may_not_have_it_any_more_gets_nothing(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id, clock = ask_numbers(), Clock()
    work_on(2, clock)
    numbers.is_allowed = False

    work_on(1, clock)

    assert read_task(task_id).state == State.FAILED


def test_what_changed_meanwhile_is_made_again(
    context: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    task_id, clock = ask_numbers(), Clock()
    work_on(3, clock)
    numbers.facts = "as corrected"

    work_on(5, clock)

    assert result(task_id) == lines(7, "as corrected")
    assert (read_task(task_id).done, read_task(task_id).tally["numbers"]) == (7, 7)


def test_a_slice_whose_file_is_gone_is_made_again(context: Flask, ask_numbers: Ask) -> None:
    task_id, clock = ask_numbers(), Clock()
    work_on(4, clock)
    next(open_folder(read_task(task_id).folder).glob("part-1-*")).unlink()

    work_on(3, clock)

    assert result(task_id) == lines(7)


def test_several_workers_share_the_work_and_double_none(
    app: Flask, numbers: Numbers, ask_numbers: Ask
) -> None:
    tasks = [ask_numbers(count=count) for count in (7, 8, 9)]

    def be_a_worker(_number: int) -> int:
        clock, count = Clock(), 0
        for _ in range(30):
            with app.app_context():
                count += work(clock(), clock)
        return count

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(be_a_worker, range(3)))

    with app.app_context():
        assert [result(task_id) for task_id in tasks] == [lines(7), lines(8), lines(9)]
    assert len(numbers.made) == 9


# --- tidying ------------------------------------------------------------------------------------


def test_what_is_over_for_some_days_is_taken_away_with_its_file(
    context: Flask, ask_numbers: Ask
) -> None:
    old, clock = ask_numbers(), Clock()
    work_on(ALL_TURNS, clock)
    waiting = ask_numbers(count=2)
    folder, over = files_folder() / read_task(old).folder, read_task(old).expires_at

    counts = [tidy(over - timedelta(seconds=1)), tidy(over), tidy(over)]

    assert counts == [0, 1, 0]
    assert not folder.exists()
    assert read_task(waiting).state == State.WAITING


def test_files_of_nobody_go_a_day_later(context: Flask) -> None:
    folder = open_folder("of-somebody-who-was-erased")
    (folder / "result").write_text("x", encoding="utf-8")
    now = datetime.fromtimestamp(folder.stat().st_mtime, UTC)

    counts = [tidy(now), tidy(now + timedelta(days=1, seconds=1))]

    assert counts == [0, 1]
    assert not folder.exists()
