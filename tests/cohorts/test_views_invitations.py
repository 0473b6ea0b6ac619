"""Inviting on the page, and accepting on the page; in both languages."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from soar_lms.access import Role
from soar_lms.accounts import emails
from soar_lms.accounts.models import Person
from soar_lms.clock import utc_now
from soar_lms.cohorts.invitations import KEPT_FOR
from soar_lms.cohorts.models import Cohort, CohortMember, CohortState, RosterLine
from soar_lms.cohorts.roster import MOST_LINES
from soar_lms.cohorts.services import LINK_LASTS
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.paging import ROWS_ON_A_PAGE
from tests.conftest import SignIn
from tests.factories import PASSWORD
from tests.support.mail import token_in
from tests.support.page import check_page, get_page, text_of
from tests.support.quick import parsed, post, summary, value_of, words

ANA = "ana@clinic.example.org"
Outbox = Callable[[], list[OutboxMessage]]


@pytest.fixture
def place(cohort: Cohort) -> str:
    return f"/en/cohorts/{cohort.id}/invitations"


def invite(client: FlaskClient, place: str, people: str, language: str = "en") -> TestResponse:
    return post(client, place, {"people": people, "language": language})


@pytest.fixture
def link(as_trainer: FlaskClient, place: str, outbox: Outbox) -> str:
    """Return the address of Ana's invitation."""
    invite(as_trainer, place, f"Ana Vega, {ANA}")
    return f"/en/invitation/{token_in(outbox()[-1])}"


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(email="ana@home.example.org", name="Ana at home", password=PASSWORD)


@pytest.fixture
def as_ana(sign_in: SignIn, ana: Person) -> FlaskClient:
    return sign_in(ana)


def lines(app: Flask) -> list[RosterLine]:
    with app.app_context():
        return list(db.session.scalars(select(RosterLine).order_by(RosterLine.email)))


def members(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(CohortMember.person_id)))


def flashes(response: TestResponse) -> list[str]:
    return [item.get_text(strip=True) for item in parsed(response).select(".flash")]


# --- the trainer --------------------------------------------------------------------------------


def test_a_trainer_invites_and_sees_who_was_invited(
    as_trainer: FlaskClient, place: str, outbox: Outbox
) -> None:
    response = invite(as_trainer, place, f"Ana Vega <{ANA}>\r\n\r\nben@example.org")

    assert response.location == place
    page = as_trainer.get(place)
    assert flashes(page) == ["2 people are invited."]
    rows = [row.get_text(" ", strip=True) for row in check_page(page).select("tbody th")]
    assert rows == [f"Ana Vega {ANA}", "ben@example.org"]
    assert [mail.recipient for mail in outbox()] == [ANA, "ben@example.org"]


@pytest.mark.parametrize(
    ("language", "subject", "hello", "sentence"),
    [
        ("en", "You are invited to a group", "Hello Ana Vega,", "invites you to the group"),
        ("es", "Invitación a un grupo", "Hola, Ana Vega:", "le invita al grupo"),
    ],
)
def test_the_e_mail_is_in_the_language_that_was_chosen(
    as_trainer: FlaskClient,
    trainer: Person,
    place: str,
    outbox: Outbox,
    language: str,
    subject: str,
    hello: str,
    sentence: str,
) -> None:
    invite(as_trainer, place, f"Ana Vega, {ANA}\nben@example.org", language)

    first, second = outbox()
    assert first.subject == subject
    assert first.body.startswith(hello)
    assert f"{trainer.name} {sentence} “Night shift”" in first.body
    assert f"http://127.0.0.1:8000/{language}/invitation/" in first.body
    assert str(LINK_LASTS.days) in first.body
    assert "Ana" not in second.body.replace(trainer.name, "")


def test_good_lines_are_invited_and_bad_ones_stay_with_their_faults(
    app: Flask, as_trainer: FlaskClient, place: str
) -> None:
    typed = (
        f"nobody\r\n{ANA}\r\n<b>x</b>, y@example.org, z@example.org\r\n{'n' * 121}, n@example.org"
    )

    response = invite(as_trainer, place, typed)

    assert response.status_code == 422
    check_page(response)
    assert flashes(response) == ["1 person is invited."]
    assert summary(response) == [
        "Line 1: there is no e-mail address like name@example.org at its end.",
        "Line 2: there is more than one e-mail address. Write one person on each line.",
        "Line 3: the name is longer than 120 characters.",
        "The lines in the box are not invited yet. Correct them and send them again.",
    ]
    assert value_of(response, "people").strip().splitlines() == [
        "nobody",
        "<b>x</b>, y@example.org, z@example.org",
        f"{'n' * 121}, n@example.org",
    ]
    assert [line.email for line in lines(app)] == [ANA]


def test_faults_are_said_in_spanish_too(as_trainer: FlaskClient, place: str) -> None:
    response = invite(as_trainer, place.replace("/en/", "/es/"), f"nadie\n{ANA}")

    assert flashes(response) == ["Se invitó a 1 persona."]
    assert summary(response)[0] == (
        "Línea 1: al final no hay una dirección de correo como nombre@example.org."
    )


def test_whoever_was_invited_before_or_stands_twice_is_said(
    as_trainer: FlaskClient, trainer: Person, place: str, outbox: Outbox
) -> None:
    invite(as_trainer, place, ANA)
    as_trainer.get(place)

    invite(as_trainer, place, f"{ANA}\nben@example.org\nBen, BEN@example.org")

    assert flashes(as_trainer.get(place)) == [
        "1 person is invited.",
        "1 person was invited before and got no second e-mail.",
        "1 line had an address that stood above it.",
    ]
    assert len(outbox()) == 2


@pytest.mark.parametrize(
    ("people", "language", "message"),
    [
        ("", "en", "Write at least one e-mail address."),
        (" \n ", "en", "Write at least one e-mail address."),
        (
            "\n".join(f"{number}@example.org" for number in range(MOST_LINES + 1)),
            "en",
            "These are 201 lines. Send at most 200 at a time; nobody has been invited yet.",
        ),
        (ANA, "xx", "Not a valid choice."),
        (
            "Ana\u202e, ana@example.org",
            "en",
            "This has hidden characters in it. Please type it again instead of pasting it.",
        ),
    ],
)
def test_a_form_with_a_fault_invites_nobody_and_loses_nothing(
    app: Flask, as_trainer: FlaskClient, place: str, people: str, language: str, message: str
) -> None:
    response = invite(as_trainer, place, people, language)

    assert response.status_code == 422
    assert summary(response) == [message]
    assert value_of(response, "people").strip() == people.strip()
    assert lines(app) == []


def test_two_hundred_lines_are_not_too_many(
    app: Flask, as_trainer: FlaskClient, place: str
) -> None:
    invite(as_trainer, place, "\r\n".join(f"p{n:03}@example.org" for n in range(MOST_LINES)))

    assert len(lines(app)) == MOST_LINES
    first = get_page(as_trainer, place)
    second = get_page(as_trainer, str(first.select("a[rel=next]")[0]["href"]))
    names = [item.get_text() for item in second.select("tbody .email") if "@" in item.get_text()]
    assert names[0] == f"p{ROWS_ON_A_PAGE:03}@example.org"
    assert text_of(second, ".tally") == "Invited: 200"
    assert second.select("a[rel=next]") == []


def test_an_invitation_is_sent_again_once_for_two_clicks(
    app: Flask, as_trainer: FlaskClient, place: str, link: str, outbox: Outbox
) -> None:
    (line,) = lines(app)

    for _ in range(2):
        assert post(as_trainer, f"{place}/{line.id}/send", {"sent": 1}).location == place

    assert len(outbox()) == 2
    assert as_trainer.get(link).status_code == 404
    assert as_trainer.get(f"/en/invitation/{token_in(outbox()[-1])}").status_code == 200


def test_an_invitation_can_be_removed_and_its_link_is_gone(
    app: Flask, as_trainer: FlaskClient, place: str, link: str
) -> None:
    (line,) = lines(app)

    for _ in range(2):
        assert post(as_trainer, f"{place}/{line.id}/remove").location == place

    assert lines(app) == []
    assert as_trainer.get(link).status_code == 404


@pytest.mark.parametrize("action", ["send", "remove"])
def test_a_button_without_its_token_changes_nothing(
    app: Flask, as_trainer: FlaskClient, place: str, link: str, action: str
) -> None:
    (line,) = lines(app)

    response = as_trainer.post(f"{place}/{line.id}/{action}", data={"sent": 1})

    assert response.status_code == 422
    assert len(lines(app)) == 1


@pytest.mark.parametrize("number", ["999999", "2147483648", "9" * 30])
def test_a_line_that_there_is_not_is_not_sent(
    as_trainer: FlaskClient, place: str, number: str
) -> None:
    assert post(as_trainer, f"{place}/{number}/send", {"sent": 1}).status_code == 404


def test_an_accepted_line_has_no_buttons_and_says_who_it_was(
    as_trainer: FlaskClient, as_ana: FlaskClient, place: str, link: str
) -> None:
    post(as_ana, link)

    page = get_page(as_trainer, place)
    assert text_of(page, "tbody .state") == "Accepted"
    assert text_of(page, "tbody .who bdi") == "Ana at home"
    assert page.select("tbody form") == []


def test_markup_in_a_name_is_words(as_trainer: FlaskClient, place: str, outbox: Outbox) -> None:
    invite(as_trainer, place, f"<script>alert(1)</script>, {ANA}")

    page = as_trainer.get(place)
    assert parsed(page).select("main script") == []
    assert summary(page) == []


def test_another_trainer_reaches_nothing(
    app: Flask, sign_in: SignIn, person: Callable[..., Person], place: str, link: str
) -> None:
    stranger = sign_in(person(role=Role.TRAINER))
    (line,) = lines(app)

    assert stranger.get(place).status_code == 404
    assert invite(stranger, place, "x@example.org").status_code == 404
    assert post(stranger, f"{place}/{line.id}/send", {"sent": 1}).status_code == 404
    assert post(stranger, f"{place}/{line.id}/remove").status_code == 404
    assert len(lines(app)) == 1


# --- the report ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "state"), [("en", "Invited"), ("es", "Invitación enviada")])
def test_the_report_and_the_file_have_whoever_has_not_accepted(
    as_trainer: FlaskClient, cohort: Cohort, link: str, language: str, state: str
) -> None:
    address = f"/{language}/cohorts/{cohort.id}"

    page = get_page(as_trainer, address)
    file = as_trainer.get(f"{address}/members.csv").data.decode("utf-8-sig")

    assert text_of(page, "tbody th") == f"Ana Vega {ANA}"
    assert page.select("tbody a") == []
    assert text_of(page, "tbody .state-invited") == state
    (_, row) = csv.reader(StringIO(file, newline=""))
    assert (row[:2], row[3:]) == (["Ana Vega", ANA], [state, *[""] * 9])


@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.ARCHIVED])
def test_a_group_that_takes_nobody_shows_whom_it_invited_and_no_form(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, link: str, state: CohortState
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Cohort, cohort.id).state = state

    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}/invitations")

    assert page.select("textarea") == []
    assert "This group is closed" in text_of(page, "main .box")
    assert ANA in text_of(page, "tbody th")


# --- whoever was invited ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title", "seen"),
    [
        ("en", "Join the group “Night shift”", "Not shown: your answers and your evaluation."),
        ("es", "Unirse al grupo “Night shift”", "No se muestran:"),
    ],
)
def test_an_invitation_says_what_will_be_seen_before_anybody_joins(
    app: Flask, client: FlaskClient, link: str, language: str, title: str, seen: str
) -> None:
    page = get_page(client, link.replace("/en/", f"/{language}/"))

    assert text_of(page, "h1") == title
    assert seen in text_of(page, "main")
    assert page.select("main form") == []
    assert lines(app)[0].accepted_at is None


def test_a_visitor_comes_back_to_the_invitation_after_signing_in(
    client: FlaskClient, link: str
) -> None:
    page = parsed(client.get(link))

    there = [str(item["href"]).replace("%2F", "/") for item in page.select("main a.button")]
    assert there == [f"/en/sign-up?next={link}", f"/en/sign-in?next={link}"]


def test_an_invitation_binds_the_account_that_accepts_and_adds_no_address(
    app: Flask, as_ana: FlaskClient, ana: Person, link: str
) -> None:
    page = get_page(as_ana, link)
    assert "You are signed in as Ana at home (ana@home.example.org)." in text_of(page, "main")
    assert page.select("[name=adds_address][checked]") == []

    places = [post(as_ana, link).location for _ in range(2)]

    assert places == ["/en/home", "/en/home"]
    assert lines(app)[0].person_id == ana.id
    assert members(app) == [ana.id]
    with app.app_context():
        assert [row.email for row in emails.list_emails(ana.id)] == [ana.email]
    again = get_page(as_ana, link)
    assert "You are in this group already." in text_of(again, "main")


def test_the_address_is_added_with_the_password(
    app: Flask, as_ana: FlaskClient, ana: Person, link: str
) -> None:
    post(as_ana, link, {"adds_address": "y", "password": PASSWORD})

    with app.app_context():
        owner = emails.find_owner(ANA)
    assert owner is not None
    assert owner.id == ana.id


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "To add the address, enter your password."),
        ("something else", "That password is not right. Type it again."),
        ("x" * 1001, "Enter at most 1000 characters."),
    ],
)
def test_without_the_password_the_address_is_not_added_and_nobody_joins(
    app: Flask, as_ana: FlaskClient, link: str, password: str, message: str
) -> None:
    response = post(as_ana, link, {"adds_address": "y", "password": password})

    assert response.status_code == 422
    check_page(response)
    assert message in summary(response)
    assert len(parsed(response).select("[name=adds_address][checked]")) == 1
    assert members(app) == []
    with app.app_context():
        assert emails.find_owner(ANA) is None


def test_whoever_has_the_address_is_not_asked_about_it(
    sign_in: SignIn, person: Callable[..., Person], as_ana: FlaskClient, link: str
) -> None:
    owner = sign_in(person(email=ANA))

    for client in (owner, as_ana):  # nor is anybody else, since it is the owner's
        assert get_page(client, link).select("[name=adds_address], [name=password]") == []


def test_the_second_account_is_told_kindly(
    app: Flask, as_ana: FlaskClient, as_learner: FlaskClient, client: FlaskClient, link: str
) -> None:
    post(as_ana, link)

    for other in (as_learner, client):
        page = get_page(other, link, status=410)
        assert text_of(page, "h1") == "This invitation was accepted already"
    assert post(as_learner, link).status_code == 410
    assert len(members(app)) == 1


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "This invitation has expired"), ("es", "Esta invitación venció")],
)
def test_an_invitation_that_is_over_says_so_kindly(
    app: Flask, client: FlaskClient, as_ana: FlaskClient, link: str, language: str, title: str
) -> None:
    with app.app_context(), transaction():
        line = db.session.scalars(select(RosterLine)).one()
        line.invited_at = utc_now() - timedelta(days=61)
        line.expires_at = utc_now() - timedelta(days=1)

    page = get_page(client, link.replace("/en/", f"/{language}/"), status=410)

    assert text_of(page, "h1") == title
    assert post(as_ana, link).status_code == 410
    assert members(app) == []


def test_an_invitation_that_there_is_not_is_not_found(
    client: FlaskClient, as_ana: FlaskClient, link: str
) -> None:
    assert client.get("/en/invitation/nonsense").status_code == 404
    assert post(as_ana, "/en/invitation/nonsense").status_code == 404


def test_accepting_without_a_token_asks_again(app: Flask, as_ana: FlaskClient, link: str) -> None:
    assert as_ana.post(link).status_code == 422
    assert members(app) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_privacy_page_says_for_how_long(client: FlaskClient, language: str) -> None:
    assert f" {KEPT_FOR.days} " in words(client.get(f"/{language}/privacy"))
