"""The page of a task: without scripts, for its owner only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.tasks.models import State, Task
from soar_lms.tasks.services import get_file
from soar_lms.tasks.worker import work
from tests.conftest import SignIn
from tests.support.page import get_page, post_form, text_of
from tests.support.quick import post, words
from tests.tasks.asking import ALL_TURNS, read_task
from tests.tasks.conftest import Numbers

Ask = Callable[..., int]
JSON = {"Accept": "application/json"}


@pytest.fixture
def task_id(ask_numbers: Ask) -> int:
    return ask_numbers(now=utc_now())


@pytest.fixture
def go_on(app: Flask) -> Callable[[int], None]:
    """Return a function that lets a worker have so many turns."""

    def run(turns: int) -> None:
        for _ in range(turns):
            with app.app_context():
                assert work(utc_now()) == 1

    return run


def address(task_id: int, rest: str = "", language: str = "en") -> str:
    return f"/{language}/tasks/{task_id}{rest}"


def test_who_comes_back_finds_all_that_was_asked_for(
    as_learner: FlaskClient, ask_numbers: Ask, go_on: Callable[[int], None]
) -> None:
    first = ask_numbers(now=utc_now())
    ask_numbers(count=3, now=utc_now() + timedelta(minutes=1))
    go_on(2)

    page = get_page(as_learner, "/en/tasks")

    found = [item.get_text(" ", strip=True) for item in page.select("main .boxes a")]
    assert [item.partition(" ,")[0] for item in found] == ["Numbers up to 3", "Numbers up to 7"]
    assert page.select(f"main a[href='{address(first)}']")


def test_nobody_finds_what_others_asked_for_or_what_is_theirs_no_more(
    as_learner: FlaskClient, as_trainer: FlaskClient, task_id: int, numbers: Numbers
) -> None:
    of_others = get_page(as_trainer, "/en/tasks")
    numbers.is_allowed = False
    of_before = get_page(as_learner, "/en/tasks")

    for page in (of_others, of_before):
        assert "You asked for nothing" in text_of(page, "main .box")


def test_what_did_not_work_can_be_asked_for_again_from_its_page(
    app: Flask, as_learner: FlaskClient, task_id: int
) -> None:
    with app.app_context(), transaction():
        db.session.execute(
            update(Task).values(
                state=State.FAILED,
                finished_at=utc_now(),
                expires_at=utc_now() + timedelta(days=1),
            )
        )

    page = get_page(as_learner, address(task_id))

    (link,) = page.select("main a.button")
    assert (link.get_text(), link["href"]) == ("Ask for it again", "/en/home")


@pytest.mark.parametrize(
    ("turns", "title", "sentence"),
    [
        (0, "Waiting: ", "It begins as soon as what came before it is done."),
        (1, "0%: ", "0 of 7 numbers"),
        (3, "86%: ", "6 of 7 numbers"),
        (4, "100%: ", "Everything is made. It is being put together."),
    ],
)
def test_the_page_says_how_far_it_is(
    as_learner: FlaskClient,
    task_id: int,
    go_on: Callable[[int], None],
    turns: int,
    title: str,
    sentence: str,
) -> None:
    go_on(turns)

    page = get_page(as_learner, address(task_id))

    assert text_of(page, "title").startswith(f"{title}Numbers up to 7")
    assert text_of(page, ".work-words") == sentence
    assert page.select_one("progress[aria-labelledby='work-words']") is not None


def test_without_scripts_the_page_looks_for_news_and_can_be_kept_still(
    as_learner: FlaskClient, task_id: int
) -> None:
    page = as_learner.get(address(task_id)).text
    still = as_learner.get(address(task_id, "?still=1")).text

    refresh = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    assert (page.count(refresh), still.count("http-equiv")) == (1, 0)
    assert "Keep the page still" in page
    assert "Look for news every 5 seconds" in still


def test_a_script_asks_for_the_same_as_data(
    as_learner: FlaskClient, task_id: int, go_on: Callable[[int], None]
) -> None:
    go_on(2)
    before = as_learner.get(address(task_id), headers=JSON).get_json()
    go_on(ALL_TURNS - 2)
    after = as_learner.get(address(task_id), headers=JSON).get_json()

    assert before == {
        "done": 3,
        "total": 7,
        "words": "3 of 7 numbers",
        "title": "43%: Numbers up to 7 – SOAR Learning",
        "html": None,
    }
    assert after["words"] == "It is ready."
    assert f'href="{address(task_id, "/file")}"' in after["html"]


def test_what_is_ready_can_be_downloaded(
    app: Flask, as_learner: FlaskClient, task_id: int, go_on: Callable[[int], None]
) -> None:
    go_on(ALL_TURNS)

    page = get_page(as_learner, address(task_id))
    with as_learner.get(address(task_id, "/file")) as file:
        data = file.data

    assert "It is ready. 7 numbers" in text_of(page, "main")
    assert not page.select("meta[http-equiv]")
    with app.app_context():
        assert data == get_file(read_task(task_id)).read_bytes()
    assert file.headers["Content-Disposition"] == "attachment; filename=numbers.txt"
    assert file.headers["Cache-Control"] == "no-store"


def test_a_download_that_broke_off_goes_on(
    as_learner: FlaskClient, task_id: int, go_on: Callable[[int], None]
) -> None:
    go_on(ALL_TURNS)
    with as_learner.get(address(task_id, "/file")) as file:
        whole = file.data

    with as_learner.get(address(task_id, "/file"), headers={"Range": "bytes=10-"}) as rest:
        answer = (rest.status_code, rest.data)

    assert answer == (206, whole[10:])


def test_before_it_is_ready_there_is_no_file(as_learner: FlaskClient, task_id: int) -> None:
    assert as_learner.get(address(task_id, "/file")).status_code == 404


def test_a_file_that_is_gone_is_not_found(
    app: Flask, as_learner: FlaskClient, task_id: int, go_on: Callable[[int], None]
) -> None:
    go_on(ALL_TURNS)
    with app.app_context():
        get_file(read_task(task_id)).unlink()

    assert as_learner.get(address(task_id, "/file")).status_code == 404


def test_it_can_be_stopped(app: Flask, as_learner: FlaskClient, task_id: int) -> None:
    post_form(as_learner, address(task_id, "/stop"), page=address(task_id))

    with app.app_context():
        assert read_task(task_id).state == State.CANCELLED
    assert "It was stopped. There is no file." in words(as_learner.get(address(task_id)))


def test_stopping_too_late_leads_to_what_is_ready(
    as_learner: FlaskClient, task_id: int, go_on: Callable[[int], None]
) -> None:
    go_on(ALL_TURNS)

    answer = post(as_learner, address(task_id, "/stop"))

    assert answer.location == address(task_id)


def test_without_a_token_nothing_is_stopped(
    app: Flask, as_learner: FlaskClient, task_id: int
) -> None:
    answer = as_learner.post(address(task_id, "/stop"))

    assert answer.status_code == 422
    with app.app_context():
        assert read_task(task_id).state == State.WAITING


@pytest.mark.parametrize("rest", ["", "/file"])
def test_a_task_of_somebody_else_is_not_there(
    app: Flask,
    sign_in: SignIn,
    person: Callable[..., object],
    task_id: int,
    go_on: Callable[[int], None],
    rest: str,
) -> None:
    go_on(ALL_TURNS)

    answer = sign_in(person()).get(address(task_id, rest))  # type: ignore[arg-type]  # a person

    assert answer.status_code == 404


def test_whoever_may_not_have_it_any_more_gets_no_file(
    as_learner: FlaskClient, numbers: Numbers, task_id: int, go_on: Callable[[int], None]
) -> None:
    go_on(ALL_TURNS)
    numbers.is_allowed = False

    assert as_learner.get(address(task_id, "/file")).status_code == 404


def test_what_failed_says_what_to_do(app: Flask, as_learner: FlaskClient, task_id: int) -> None:
    with app.app_context(), transaction():
        task = read_task(task_id)
        task.state, task.finished_at = State.FAILED, utc_now()
        task.expires_at = utc_now() + timedelta(days=1)

    assert "Please ask for it again." in words(as_learner.get(address(task_id)))
