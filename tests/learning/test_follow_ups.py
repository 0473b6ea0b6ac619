"""Follow-ups: planned at completion, at most four e-mails, and none once somebody said so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments.models import EvaluationReceipt, EvaluationResponse
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.learning import follow_ups
from soar_lms.learning.follow_ups import FollowUpOverError
from soar_lms.learning.jobs import write_follow_ups
from soar_lms.learning.models import FollowUp, FollowUpLink
from soar_lms.learning.standing import get_enrolment, get_standing
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.worker import send_due
from tests.assessments.variants import with_spec
from tests.factories import NOW, make_certificate, make_person
from tests.support.together import at_once

DAY = timedelta(days=1)
DUE = datetime(2027, 2, 22, 14, 0, tzinfo=UTC)
"""Three months after NOW, at nine in New York."""
ANSWERS = {"used": "used", "recognize-today": 4, "respond-today": 5}


@pytest.fixture
def graduate(context: Flask, module: Module) -> Person:
    with transaction():
        person = make_person(language="es")
        make_certificate(person, module)
    return person


@pytest.fixture
def row(graduate: Person, module: Module) -> FollowUp:
    return db.session.get_one(FollowUp, get_enrolment(graduate.id, module.id).id)


@pytest.fixture
def letters(context: Flask) -> Callable[[], list[OutboxMessage]]:
    """Return a function that lists the e-mails about follow-ups, the first one first."""

    def found() -> list[OutboxMessage]:
        statement = select(OutboxMessage).where(OutboxMessage.kind == "follow-up")
        return list(db.session.scalars(statement.order_by(OutboxMessage.id)))

    return found


Letters = Callable[[], list[OutboxMessage]]


def token_in(letter: OutboxMessage) -> str:
    found = re.search(r"/follow-up/([\w-]+)\n", letter.body)
    assert found is not None
    return found.group(1)


def run_until(last: datetime, start: datetime = DUE) -> None:
    """Let the worker look every six hours."""
    now = start
    while now <= last:
        write_follow_ups(now)
        now += timedelta(hours=6)


def change(person: Person, **values: object) -> None:
    with transaction():
        for name, value in values.items():
            setattr(db.session.get_one(Person, person.id), name, value)


def in_catalogue(module: Module | None) -> Catalogue:
    """Return the catalogue with another version of its module, or without it."""
    return Catalogue({}, {}, {module.id: module} if module else {})


# --- planning -----------------------------------------------------------------------------------


def test_completion_plans_a_follow_up_three_months_later(row: FollowUp) -> None:
    assert (row.form_id, row.due_on, row.next_at) == ("follow-up", date(2027, 2, 22), DUE)
    assert (row.state, row.sent) == ("open", 0)


def test_a_module_that_asks_nothing_later_plans_nothing(context: Flask, module: Module) -> None:
    spec = module.spec.evaluation
    assert spec is not None
    quiet = with_spec(module, evaluation=spec.model_copy(update={"follow_up": None}))

    with transaction():
        make_certificate(make_person(), quiet)

    assert db.session.query(FollowUp).count() == 0


# --- e-mail -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("row")
def test_nothing_is_written_before_it_is_due(letters: Letters) -> None:
    assert write_follow_ups(DUE - timedelta(seconds=1)) == 0
    assert letters() == []


def test_the_invitation_is_neutral_and_in_the_readers_language(
    row: FollowUp, graduate: Person, module: Module, letters: Letters
) -> None:
    assert write_follow_ups(DUE) == 1

    (letter,) = letters()
    assert (letter.recipient, letter.language) == (graduate.email, "es")
    assert letter.subject == "Unas preguntas sobre su capacitación"
    assert module.texts["es"].title in letter.body
    assert "hasta el 22 de mayo de 2027" in letter.body
    token = token_in(letter)
    base = "http://127.0.0.1:8000/es/follow-up"
    assert re.findall(r"http\S+", letter.body) == [f"{base}/{token}", f"{base}/{token}/stop"]
    assert row.sent == 1


@pytest.mark.usefixtures("row")
def test_the_token_is_long_and_kept_only_as_a_hash(letters: Letters) -> None:
    write_follow_ups(DUE)

    (letter,) = letters()
    (link,) = db.session.scalars(select(FollowUpLink))
    assert len(token_in(letter)) == 32
    assert token_in(letter) not in link.token_hash
    assert follow_ups.get_asked(token_in(letter)).enrolment.id == link.enrolment_id


@pytest.mark.usefixtures("row")
def test_three_reminders_follow_every_other_week_and_no_more(letters: Letters) -> None:
    run_until(DUE + 200 * DAY)

    assert [(letter.created_at - DUE).days for letter in letters()] == [0, 14, 28, 42]
    assert [letter.subject.startswith("Recordatorio") for letter in letters()] == [
        False,
        *[True] * 3,
    ]


@pytest.mark.usefixtures("row")
def test_every_link_that_was_sent_leads_to_the_same_place(letters: Letters) -> None:
    run_until(DUE + 200 * DAY)

    tokens = [token_in(letter) for letter in letters()]

    assert len(set(tokens)) == 4
    assert len({follow_ups.get_asked(token).enrolment.id for token in tokens}) == 1


@pytest.mark.usefixtures("row")
def test_the_clock_of_the_learner_counts_after_a_change_of_daylight(letters: Letters) -> None:
    """On 14 March 2027 the clocks of New York go forward: an hour earlier is still past nine."""
    run_until(DUE + 60 * DAY)

    assert letters()[2].created_at == datetime(2027, 3, 22, 14, 0, tzinfo=UTC)


def test_a_learner_who_moved_is_not_written_to_at_night(
    row: FollowUp, graduate: Person, letters: Letters
) -> None:
    change(graduate, time_zone="Pacific/Honolulu")

    write_follow_ups(DUE)

    nine_there = datetime(2027, 2, 22, 19, 0, tzinfo=UTC)
    assert (letters(), row.next_at) == ([], nine_there)
    write_follow_ups(nine_there)
    assert len(letters()) == 1


def test_a_worker_that_was_away_writes_one_e_mail_and_waits_again(
    row: FollowUp, letters: Letters
) -> None:
    late = DUE + 40 * DAY

    write_follow_ups(late)
    write_follow_ups(late)

    assert (len(letters()), row.next_at) == (1, late + 14 * DAY)


@pytest.mark.parametrize(
    "values", [{"active": False}, {"confirmed_at": None}], ids=["inactive", "unconfirmed"]
)
def test_an_account_that_is_not_in_use_gets_none(
    row: FollowUp, graduate: Person, letters: Letters, values: dict[str, object]
) -> None:
    change(graduate, **values)

    run_until(DUE + 60 * DAY)

    assert (letters(), row.next_at, row.state) == ([], None, "open")


def test_nothing_is_written_when_the_time_to_answer_is_over(
    row: FollowUp, letters: Letters
) -> None:
    run_until(row.closes_at + DAY, start=row.closes_at)

    assert (letters(), row.next_at) == ([], None)


def gone(module: Module) -> None:
    return None


def without_follow_up(module: Module) -> Module:
    spec = module.spec.evaluation
    assert spec is not None
    return with_spec(module, evaluation=spec.model_copy(update={"follow_up": None}))


def with_another_form(module: Module) -> Module:
    spec = module.spec.evaluation
    assert spec is not None
    assert spec.follow_up is not None
    follow_up = spec.follow_up.model_copy(update={"form": "another"})
    return with_spec(module, evaluation=spec.model_copy(update={"follow_up": follow_up}))


MODULES_THAT_ASK_NO_MORE = [gone, without_follow_up, with_another_form]


@pytest.mark.parametrize("make", MODULES_THAT_ASK_NO_MORE)
def test_a_module_that_asks_this_no_more_writes_none(
    row: FollowUp, module: Module, letters: Letters, make: Callable[[Module], Module | None]
) -> None:
    with transaction():
        follow_ups.write_due(in_catalogue(make(module)), DUE)

    assert (letters(), row.next_at) == ([], None)


@pytest.mark.usefixtures("context")
def test_two_workers_at_once_write_each_e_mail_once(
    app: Flask, module: Module, letters: Letters
) -> None:
    with transaction():
        for _ in range(8):
            make_certificate(make_person(), module)

    def work(_nothing: int) -> int:
        return follow_ups.write_due(catalogue(), DUE)

    looked_at = at_once(app, int, work)

    recipients = [letter.recipient for letter in letters()]
    assert len(recipients) == len(set(recipients)) == 8
    assert sum(looked_at) == 8


# --- answering ----------------------------------------------------------------------------------


def answer(token: str, module: Module, now: datetime = DUE + DAY) -> None:
    with transaction():
        asked = follow_ups.get_asked(token)
        follow_ups.answer_follow_up(asked, module, ANSWERS, language="es", now=now)


@pytest.fixture
def token(row: FollowUp, letters: Letters) -> str:
    write_follow_ups(DUE)
    return token_in(letters()[0])


def test_an_answer_is_kept_once_and_ends_the_e_mails(
    row: FollowUp, module: Module, token: str, letters: Letters
) -> None:
    for _ in range(2):
        answer(token, module)
    run_until(DUE + 200 * DAY)

    responses = db.session.query(EvaluationResponse).filter_by(form_id="follow-up").all()
    assert [(item.answers, item.month) for item in responses] == [(ANSWERS, date(2027, 2, 1))]
    assert db.session.query(EvaluationReceipt).filter_by(occasion="follow-up").count() == 1
    assert (len(letters()), row.state) == (1, "answered")


def test_an_answer_sent_twice_at_once_is_kept_once(app: Flask, module: Module, token: str) -> None:
    def submit(asked: follow_ups.Asked) -> None:
        follow_ups.answer_follow_up(asked, module, ANSWERS, language="es", now=DUE)

    at_once(app, partial(follow_ups.get_asked, token), submit)

    assert db.session.query(EvaluationResponse).filter_by(form_id="follow-up").count() == 1


def test_the_month_of_an_answer_is_the_learners(module: Module, token: str) -> None:
    answer(token, module, datetime(2027, 3, 1, 3, 0, tzinfo=UTC))

    (response,) = db.session.query(EvaluationResponse).filter_by(form_id="follow-up")
    assert response.month == date(2027, 2, 1)


def test_nothing_in_the_row_says_when_somebody_answered(
    row: FollowUp, module: Module, token: str
) -> None:
    answer(token, module)

    assert (row.next_at, row.closes_at, row.due_on) == (
        None,
        datetime(2027, 5, 23, 13, 0, tzinfo=UTC),
        date(2027, 2, 22),
    )


def test_a_link_that_nobody_sent_leads_nowhere(token: str) -> None:
    for guess in ("", "x", token[:-1], token.swapcase(), "x" * 10_000):
        with pytest.raises(NotFoundError):
            follow_ups.get_asked(guess)


def test_it_can_be_answered_until_the_end_and_not_after(
    row: FollowUp, module: Module, token: str
) -> None:
    with pytest.raises(FollowUpOverError):
        answer(token, module, row.closes_at)

    answer(token, module, row.closes_at - timedelta(seconds=1))

    assert row.state == "answered"


@pytest.mark.parametrize("make", MODULES_THAT_ASK_NO_MORE)
def test_a_module_that_asks_this_no_more_takes_no_answer(
    module: Module, token: str, make: Callable[[Module], Module | None]
) -> None:
    asked = follow_ups.get_asked(token)

    with pytest.raises(FollowUpOverError):
        follow_ups.check_is_open(asked, make(module), DUE)


# --- saying no ----------------------------------------------------------------------------------


def test_who_said_no_gets_no_more_e_mail(row: FollowUp, token: str, letters: Letters) -> None:
    for _ in range(2):
        with transaction():
            follow_ups.decline_follow_up(row.enrolment_id)
    run_until(DUE + 200 * DAY)

    assert (len(letters()), row.state, row.next_at) == (1, "declined", None)


def test_an_e_mail_that_still_waits_is_withdrawn_by_a_no_or_an_answer(
    context: Flask, module: Module, letters: Letters
) -> None:
    """The mail server was away: a reminder must not come after the answer."""
    with transaction():
        people = [make_person() for _ in range(3)]
        for person in people:
            make_certificate(person, module)
    write_follow_ups(DUE)
    tokens = {letter.recipient: token_in(letter) for letter in letters()}
    answer(tokens[people[0].email], module)
    with transaction():
        asked = follow_ups.get_asked(tokens[people[1].email])
        follow_ups.decline_follow_up(asked.enrolment.id)
    db.session.expire_all()
    carried: list[str] = []

    while send_due(lambda message: carried.append(message.recipient), DUE + DAY):
        pass

    about_it = {letter.recipient for letter in letters() if letter.sent_at}
    assert about_it == {people[2].email}
    assert carried.count(people[2].email) == 2
    assert [carried.count(person.email) for person in people[:2]] == [1, 1]


def test_who_said_no_before_the_first_e_mail_gets_none(row: FollowUp, letters: Letters) -> None:
    with transaction():
        follow_ups.decline_follow_up(row.enrolment_id)

    run_until(DUE + 60 * DAY)

    assert letters() == []


def test_who_said_no_may_still_answer(row: FollowUp, module: Module, token: str) -> None:
    with transaction():
        follow_ups.decline_follow_up(row.enrolment_id)

    answer(token, module)

    assert row.state == "answered"


def test_an_answer_cannot_be_taken_back_by_saying_no(
    row: FollowUp, module: Module, token: str
) -> None:
    answer(token, module)

    with transaction():
        follow_ups.decline_follow_up(row.enrolment_id)

    assert row.state == "answered"


def test_the_page_of_the_module_knows_what_is_still_to_come(
    row: FollowUp, graduate: Person, module: Module
) -> None:
    enrolment = get_enrolment(graduate.id, module.id)
    seen = [get_standing(enrolment, module).progress.follow_up]
    run_until(DUE + 200 * DAY)
    seen.append(get_standing(enrolment, module).progress.follow_up)
    with transaction():
        follow_ups.decline_follow_up(row.enrolment_id)
    seen.append(get_standing(enrolment, module).progress.follow_up)

    assert [item and (item.due_on, item.is_declined) for item in seen] == [
        (date(2027, 2, 22), False),
        None,
        (date(2027, 2, 22), True),
    ]


def test_the_first_day_is_counted_where_the_learner_is(context: Flask, module: Module) -> None:
    with transaction():
        person = make_person(time_zone="Pacific/Guam")
        make_certificate(person, module, now=NOW + timedelta(hours=10))

    found = db.session.get_one(FollowUp, get_enrolment(person.id, module.id).id)

    assert found.due_on == date(2027, 2, 23)
    assert found.next_at == datetime(2027, 2, 22, 23, 0, tzinfo=UTC)
