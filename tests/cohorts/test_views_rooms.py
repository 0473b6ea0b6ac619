"""The rooms in which a group is looked after: settings, states, trainers, those who wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.clock import utc_now
from soar_lms.cohorts import services, trainers
from soar_lms.cohorts.joining import join_by_link
from soar_lms.cohorts.models import Cohort, CohortMember, CohortState, JoinLink
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.cohorts.conftest import MODULE
from tests.conftest import SignIn
from tests.factories import NOW
from tests.support.page import get_page, text_of
from tests.support.quick import parsed, post, summary, value_of, words

SOON = (utc_now() + timedelta(days=30)).date().isoformat()
"""A day that is not over when the tests are run."""

TERMS = {
    "version": "1",
    "name": "Day shift",
    "organisation": "Riverside",
    "time_zone": "America/Denver",
    "modules": [MODULE],
    f"due-{MODULE}": SOON,
}


@pytest.fixture
def place(cohort: Cohort) -> str:
    return f"/en/cohorts/{cohort.id}"


def stored(app: Flask, cohort: Cohort) -> Cohort:
    with app.app_context():
        return db.session.get_one(Cohort, cohort.id)


def put_into(app: Flask, cohort: Cohort, state: CohortState) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Cohort, cohort.id).state = state


# --- the way about ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "is_current"),
    [
        ("", "page"),
        ("/progress", "page"),
        ("/learning", "page"),
        ("/certificates", "page"),
        ("/joining", "page"),
        ("/waiting", "true"),
        ("/invitations", "page"),
        ("/roster", "page"),
        ("/reminders", "page"),
        ("/reminders/log", "true"),
        ("/trainers", "page"),
        ("/settings", "page"),
        ("/archive", "true"),
    ],
)
def test_every_room_has_the_same_links_and_says_which_is_its_own(
    as_trainer: FlaskClient, place: str, room: str, is_current: str
) -> None:
    page = get_page(as_trainer, f"{place}{room}")

    links = page.select("nav.rooms a")
    assert [link.get_text() for link in links] == [
        "Members",
        "Progress",
        "What was learned",
        "Certificates",
        "Ways to join",
        "Invitations",
        "Import a list",
        "Reminders",
        "Trainers",
        "Settings",
    ]
    assert [link["aria-current"] for link in links if link.has_attr("aria-current")] == [is_current]


# --- settings -----------------------------------------------------------------------------------


def test_the_settings_are_saved_and_shown(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, place: str
) -> None:
    assert post(as_trainer, f"{place}/settings", TERMS).location == f"{place}/settings"

    page = get_page(as_trainer, f"{place}/settings")
    shown = {
        name: page.select(f"main [name='{name}']")[0].get("value")
        for name in ("name", "organisation", f"due-{MODULE}", "version")
    }
    assert shown == {
        "name": "Day shift",
        "organisation": "Riverside",
        f"due-{MODULE}": SOON,
        "version": "2",
    }
    assert stored(app, cohort).time_zone == "America/Denver"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "Enter a name for the group."),
        ({"modules": []}, "Choose at least one module."),
        ({f"due-{MODULE}": "31/05/2027"}, "Enter a date, such as 2027-05-31."),
        ({f"due-{MODULE}": "2020-05-31"}, "This day is over. Choose today or a later day."),
        ({"time_zone": "Mars/Olympus"}, "Not a valid choice."),
    ],
)
def test_settings_with_a_fault_are_shown_again_with_what_was_typed(
    app: Flask,
    as_trainer: FlaskClient,
    cohort: Cohort,
    place: str,
    changes: dict[str, object],
    message: str,
) -> None:
    response = post(as_trainer, f"{place}/settings", TERMS | changes)

    assert response.status_code == 422
    assert message in summary(response)
    assert value_of(response, "organisation") == "Riverside"
    assert value_of(response, f"due-{MODULE}") == (TERMS | changes)[f"due-{MODULE}"]
    assert stored(app, cohort).name == "Night shift"


def test_the_second_of_two_trainers_is_told_and_loses_nothing(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, place: str
) -> None:
    post(as_trainer, f"{place}/settings", TERMS)

    response = post(as_trainer, f"{place}/settings", TERMS | {"name": "Weekend"})

    assert response.status_code == 409
    assert "Name of the group: Day shift" in words(response, ".box-caution")
    assert (value_of(response, "name"), value_of(response, "version")) == ("Weekend", "2")
    assert stored(app, cohort).name == "Day shift"
    again = {"name": "Weekend", "version": value_of(response, "version")}
    assert post(as_trainer, f"{place}/settings", TERMS | again).status_code == 302
    assert stored(app, cohort).name == "Weekend"


def test_a_day_that_is_over_may_stay(
    app: Flask, as_trainer: FlaskClient, make_cohort: Callable[..., Cohort]
) -> None:
    cohort = make_cohort(due_days={MODULE: NOW.date().replace(year=2025)})
    given = TERMS | {f"due-{MODULE}": "2025-11-22"}

    assert post(as_trainer, f"/en/cohorts/{cohort.id}/settings", given).status_code == 302


# --- states -------------------------------------------------------------------------------------


def test_a_group_is_closed_archived_and_opened_again(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, place: str
) -> None:
    states = []
    for step in ("close", "archive", "close", "open", "open"):
        assert post(as_trainer, f"{place}/{step}").location == f"{place}/settings"
        states.append(stored(app, cohort).state)

    assert states == ["closed", "archived", "closed", "open", "open"]


def test_asking_to_archive_changes_nothing_yet(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, place: str
) -> None:
    page = get_page(as_trainer, f"{place}/archive")

    assert "Reminders stop." in text_of(page, "main")
    assert stored(app, cohort).state == CohortState.OPEN


def test_the_archive_is_a_list_of_its_own(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, make_cohort: Callable[..., Cohort]
) -> None:
    make_cohort(name="At work")
    put_into(app, cohort, CohortState.ARCHIVED)

    lists = [
        [item.get_text() for item in get_page(as_trainer, f"/en/cohorts{part}").select(".card h2")]
        for part in ("", "/archive")
    ]

    assert lists == [["At work"], ["Night shift"]]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("settings", TERMS),
        ("trainers", {"email": "a@example.org"}),
        ("trainers/1/remove", {}),
        ("trainers/1/lead", {}),
        ("joining", {"link": "1", "last_on": SOON}),
        ("link", {}),
        ("link/end", {}),
        ("waiting/approve", {"person": "1"}),
        ("waiting/decline", {"person": "1"}),
        ("invitations", {"people": "a@example.org", "language": "en"}),
        ("invitations/1/send", {"sent": "1"}),
        ("invitations/1/remove", {}),
    ],
)
def test_whatever_would_change_the_archive_is_answered_kindly(
    app: Flask,
    as_trainer: FlaskClient,
    cohort: Cohort,
    action: str,
    data: dict[str, object],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_into(app, cohort, CohortState.ARCHIVED)
    titles = {"en": "This group is in the archive", "es": "Este grupo está archivado"}
    monkeypatch.setattr(
        "soar_lms.cohorts.views.joining.LONGEST", services.LINK_LASTS * 10
    )  # the link is of the past

    response = post(as_trainer, f"/{language}/cohorts/{cohort.id}/{action}", data)

    assert response.status_code == 409
    assert words(response, "h1") == titles[language]


@pytest.mark.parametrize("state", list(CohortState))
@pytest.mark.parametrize("room", ["", "/settings", "/trainers", "/joining", "/waiting"])
def test_every_room_can_be_looked_at_in_every_state(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, place: str, room: str, state: CohortState
) -> None:
    put_into(app, cohort, state)

    get_page(as_trainer, f"{place}{room}")


# --- trainers -----------------------------------------------------------------------------------


def test_a_trainer_is_added_by_address_and_finds_the_group(
    as_trainer: FlaskClient, sign_in: SignIn, person: Callable[..., Person], place: str
) -> None:
    second = person(role=Role.TRAINER, name="Bea Second")

    post(as_trainer, f"{place}/trainers", {"email": f" {second.email.upper()} "})

    page = get_page(sign_in(second), f"{place}/trainers")
    assert [item.get_text() for item in page.select(".card h2")] == [
        "Ana Torres Vega",
        "Bea Second",
    ]
    assert page.select("main .row-actions a")[0].get_text() == "Stop training this group"
    assert page.select("main input[type=email]") == []


@pytest.mark.parametrize("typed", ["nobody@example.org", "{learner}"])
def test_whoever_may_not_train_is_not_told_apart_from_nobody(
    as_trainer: FlaskClient, learner: Person, place: str, typed: str
) -> None:
    response = post(as_trainer, f"{place}/trainers", {"email": typed.format(learner=learner.email)})

    assert response.status_code == 422
    assert summary(response) == [
        "No trainer of this site has this address. Check it, or ask an administrator to make the "
        "person a trainer."
    ]


def test_who_leaves_does_not_find_the_group_any_more(
    app: Flask, sign_in: SignIn, trainer: Person, person: Callable[..., Person], cohort: Cohort
) -> None:
    second = person(role=Role.TRAINER)
    with app.app_context(), transaction():
        trainers.add_trainer(cohort, second.email, actor=trainer, now=NOW)
    client, place = sign_in(second), f"/en/cohorts/{cohort.id}"

    assert post(client, f"{place}/trainers/{second.id}/remove").location == "/en/cohorts"

    assert client.get(place).status_code == 404


@pytest.mark.parametrize(
    ("action", "title", "button"),
    [
        ("lead", "Let another trainer lead the group", "Let Bea Second lead the group"),
        ("remove", "Remove a trainer", "Remove Bea Second"),
    ],
)
def test_a_change_of_trainers_is_asked_about_first(
    app: Flask,
    as_trainer: FlaskClient,
    trainer: Person,
    person: Callable[..., Person],
    cohort: Cohort,
    action: str,
    title: str,
    button: str,
) -> None:
    second = person(role=Role.TRAINER, name="Bea Second")
    with app.app_context(), transaction():
        trainers.add_trainer(cohort, second.email, actor=trainer, now=NOW)
    address = f"/en/cohorts/{cohort.id}/trainers/{second.id}/{action}"

    page = get_page(as_trainer, address)
    post(as_trainer, str(page.select("main form")[0]["action"]))

    assert page.select("h1")[0].get_text() == title
    assert page.select("main form button")[0].get_text() == button
    listed = get_page(as_trainer, f"/en/cohorts/{cohort.id}/trainers").select(".card")
    assert ["Leads the group" in card.get_text() for card in listed] == (
        [True, False] if action == "lead" else [True]
    )
    assert ("Bea Second" in listed[0].get_text()) is (action == "lead")


def test_nobody_is_asked_about_somebody_who_does_not_train_the_group(
    as_trainer: FlaskClient, learner: Person, place: str
) -> None:
    assert as_trainer.get(f"{place}/trainers/{learner.id}/remove").status_code == 404


@pytest.mark.parametrize("action", ["link", "link/end"])
def test_a_link_is_ended_only_after_a_question_that_says_who_used_it(
    app: Flask, as_trainer: FlaskClient, learner: Person, place: str, action: str
) -> None:
    with app.app_context(), transaction():
        token = db.session.query(JoinLink).one().token
        join_by_link(token, learner, NOW)

    page = get_page(as_trainer, f"{place}/{action}")

    assert "1 person has used it, and loses nothing." in text_of(page, "main .box")
    with app.app_context():
        assert db.session.query(JoinLink).one().ended_at is None


# --- those who wait -----------------------------------------------------------------------------


@pytest.fixture
def waiting(app: Flask, cohort: Cohort, learner: Person) -> Person:
    """Let the learner wait for the cohort."""
    with app.app_context(), transaction():
        link = db.session.query(JoinLink).one()
        link.needs_approval = True
        db.session.flush()
        join_by_link(link.token, learner, NOW)
    return learner


def test_who_waits_sees_it_at_home_and_the_trainer_sees_who_waits(
    as_learner: FlaskClient, as_trainer: FlaskClient, waiting: Person, place: str
) -> None:
    assert "You asked to join the group Night shift." in words(as_learner.get("/en/home"))
    assert "1 person waits to be let in" in words(as_trainer.get(place))
    assert waiting.email in words(as_trainer.get(f"{place}/waiting"))


@pytest.mark.parametrize(
    ("answer", "members", "kind"),
    [("approve", 1, "join-approved"), ("decline", 0, "join-declined")],
)
def test_an_answer_reaches_who_waits(
    app: Flask,
    as_learner: FlaskClient,
    as_trainer: FlaskClient,
    waiting: Person,
    place: str,
    outbox: Callable[[], list[OutboxMessage]],
    answer: str,
    members: int,
    kind: str,
) -> None:
    post(as_trainer, f"{place}/waiting/{answer}", {"person": [str(waiting.id), "x"]})

    with app.app_context():
        assert db.session.query(CohortMember).count() == members
    assert [mail.kind for mail in outbox()] == [kind]
    assert "You asked to join" not in words(as_learner.get("/en/home"))


def test_everybody_on_the_page_is_let_in_after_a_question(
    app: Flask,
    as_trainer: FlaskClient,
    waiting: Person,
    person: Callable[..., Person],
    place: str,
) -> None:
    other = person()
    with app.app_context(), transaction():
        join_by_link(db.session.query(JoinLink).one().token, other, NOW)
    page = parsed(as_trainer.get(f"{place}/waiting"))
    (link,) = page.find_all("a", string="Let them all in")
    question = parsed(as_trainer.get(str(link["href"])))
    (form,) = question.select("main form")
    chosen = [str(item["value"]) for item in form.select("[name=person]")]
    assert question.select("h1")[0].get_text() == "Let 2 people in"

    post(as_trainer, str(form["action"]), {"person": chosen})

    with app.app_context():
        assert db.session.query(CohortMember).count() == 2
