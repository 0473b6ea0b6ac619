"""Who may ask for work, look at it, stop it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from soar_lms.accounts.models import Person
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.tasks import kinds, services
from soar_lms.tasks.models import State
from soar_lms.tasks.services import MOST_LIVE, TooManyTasksError
from soar_lms.tasks.worker import MAX_TRIES
from tests.factories import NOW
from tests.support.together import at_once
from tests.tasks.asking import ALL_TURNS, Clock, read_task, work_on
from tests.tasks.conftest import Numbers

Ask = Callable[..., int]


def test_what_is_under_way_is_not_begun_again(context: Flask, ask_numbers: Ask) -> None:
    first = ask_numbers()

    again, other, spanish = ask_numbers(), ask_numbers(count=8), ask_numbers(language="es")

    assert again == first
    assert len({first, other, spanish}) == 3


def test_what_is_done_can_be_asked_for_anew(context: Flask, ask_numbers: Ask) -> None:
    first = ask_numbers()
    work_on(ALL_TURNS, Clock())

    assert ask_numbers() != first


def test_asking_at_once_begins_one_task(app: Flask, numbers: Numbers, learner: Person) -> None:
    def ask(_read: None) -> int:
        return services.ask_for(
            kinds._kinds["numbers"],
            owner_id=learner.id,
            subject="numbers",
            parameters={"count": 7},
            language="en",
            now=NOW,
        ).id

    assert len(set(at_once(app, lambda: None, ask))) == 1


def test_one_person_cannot_keep_everybody_waiting(context: Flask, ask_numbers: Ask) -> None:
    for count in range(MOST_LIVE):
        ask_numbers(count=count)

    with pytest.raises(TooManyTasksError):
        ask_numbers(count=MOST_LIVE)
    assert ask_numbers(count=0)


def test_a_task_is_its_owners_as_long_as_they_may_have_it(
    context: Flask, numbers: Numbers, ask_numbers: Ask, learner: Person, trainer: Person
) -> None:
    task_id = ask_numbers()

    assert services.get_task(learner.id, task_id, NOW).id == task_id
    with pytest.raises(NotFoundError):
        services.get_task(trainer.id, task_id, NOW)
    numbers.is_allowed = False
    with pytest.raises(NotFoundError):
        services.get_task(learner.id, task_id, NOW)


def test_what_has_expired_is_gone_before_it_is_tidied(
    context: Flask, ask_numbers: Ask, learner: Person
) -> None:
    task_id = ask_numbers()
    work_on(ALL_TURNS, Clock())
    over = read_task(task_id).expires_at

    assert services.list_tasks(learner.id, "numbers", over) == []
    with pytest.raises(NotFoundError):
        services.get_task(learner.id, task_id, over)


def test_what_is_over_cannot_be_stopped(context: Flask, ask_numbers: Ask) -> None:
    task_id = ask_numbers()
    work_on(ALL_TURNS, Clock())

    with transaction():
        was_stopped = services.cancel_task(read_task(task_id), NOW)

    assert not was_stopped
    assert read_task(task_id).state == State.DONE


def test_the_list_shows_all_but_what_was_stopped(
    context: Flask, ask_numbers: Ask, learner: Person
) -> None:
    ready, stopped, failed = ask_numbers(), ask_numbers(count=1), ask_numbers(count=2)
    with transaction():
        services.cancel_task(read_task(stopped), NOW)
        read_task(failed).tries = MAX_TRIES
    work_on(ALL_TURNS + 4, Clock())

    listed = services.list_tasks(learner.id, "numbers", NOW + timedelta(hours=1))

    assert [(task.id, task.state) for task in listed] == [
        (failed, State.FAILED),
        (ready, State.DONE),
    ]
