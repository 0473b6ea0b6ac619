"""Several addresses for one person: whoever changes jobs keeps the account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.test import TestResponse

from soar_lms.accounts import emails
from soar_lms.accounts.models import Person, PersonEmail
from soar_lms.accounts.services import find_person
from soar_lms.audit.models import AuditEntry
from soar_lms.database import db, transaction
from soar_lms.errors import DomainError
from soar_lms.messages.models import OutboxMessage
from tests.accounts.conftest import is_signed_in, link_in, log_in, sign_up
from tests.conftest import SignIn
from tests.factories import NOW, PASSWORD
from tests.support.page import get_page, text_of
from tests.support.quick import post, summary, words
from tests.support.together import at_once

PAGE = "/en/profile/emails"
HOME = "ana@home.example.org"
SENT = "We sent an e-mail to {}. Open the link in it to confirm the address."
Outbox = Callable[[], list[OutboxMessage]]
MakePerson = Callable[..., Person]


@pytest.fixture
def ana(person: MakePerson) -> Person:
    return person(email="ana@clinic.example.org", name="Ana", password=PASSWORD)


@pytest.fixture
def as_ana(sign_in: SignIn, ana: Person) -> FlaskClient:
    return sign_in(ana)


def add(client: FlaskClient, email: str = HOME, password: str = PASSWORD) -> TestResponse:
    return post(client, PAGE, {"email": email, "password": password})


def verify(client: FlaskClient, outbox: Outbox) -> TestResponse:
    return post(client, link_in(outbox()[-1].body, "verify"))


def add_verified(app: Flask, person: Person, email: str = HOME) -> int:
    """Give somebody a verified address; return its number."""
    with app.app_context(), transaction():
        row = PersonEmail(person_id=person.id, email=email, added_at=NOW, verified_at=NOW)
        db.session.add(row)
        db.session.flush()
        return row.id


def stored(app: Flask, person: Person) -> list[tuple[str, bool, bool]]:
    """Return somebody's addresses: (address, verified, primary)."""
    with app.app_context():
        return [
            (row.email, row.verified_at is not None, row.is_primary)
            for row in emails.list_emails(person.id)
        ]


# --- adding and confirming --------------------------------------------------------------------


def test_an_address_signs_in_once_its_mailbox_confirmed_it(
    app: Flask, as_ana: FlaskClient, ana: Person, client: FlaskClient, outbox: Outbox
) -> None:
    assert add(as_ana, "Ana@Home.example.org").location == PAGE
    assert outbox()[-1].recipient == HOME
    assert log_in(client, HOME).status_code == 422

    assert verify(as_ana, outbox).location == PAGE

    assert stored(app, ana) == [(ana.email, True, True), (HOME, True, False)]
    assert log_in(client, HOME).location == "/en/home"


def test_opening_the_link_changes_nothing(
    app: Flask, as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    add(as_ana)

    page = get_page(as_ana, link_in(outbox()[-1].body, "verify"))

    assert text_of(page, "main .lead") == f"Add {HOME} to your account?"
    assert stored(app, ana)[1] == (HOME, False, False)


def test_confirming_twice_is_the_same_as_once(
    app: Flask, as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    add(as_ana)
    link = link_in(outbox()[-1].body, "verify")

    answers = [post(as_ana, link).location for _ in range(2)]

    assert answers == [PAGE, PAGE]
    assert [mail.kind for mail in outbox()] == ["address-added", "addresses-changed"]


def test_the_address_that_gets_the_mail_hears_of_a_new_one(
    as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    add(as_ana)
    verify(as_ana, outbox)

    notice = outbox()[-1]
    assert (notice.kind, notice.recipient) == ("addresses-changed", ana.email)
    assert HOME not in notice.body


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("", PASSWORD, "Enter your e-mail address."),
        ("nonsense", PASSWORD, "Enter an e-mail address like name@example.org."),
        ("a" * 300 + "@example.org", PASSWORD, "Enter an e-mail address like name@example.org."),
        (HOME, "", "Enter your password."),
        (HOME, "wrong password", "That password is not right. Type it again."),
    ],
    ids=["empty", "nonsense", "endless", "no-password", "wrong-password"],
)
def test_a_form_with_a_fault_is_shown_again_and_adds_nothing(
    app: Flask, as_ana: FlaskClient, ana: Person, email: str, password: str, said: str
) -> None:
    response = add(as_ana, email, password)

    assert (response.status_code, summary(response)) == (422, [said])
    assert stored(app, ana) == [(ana.email, True, True)]


def test_an_address_of_somebody_else_is_answered_as_any_other(
    app: Flask, as_ana: FlaskClient, person: MakePerson, outbox: Outbox
) -> None:
    person(email="owner@example.org", name="Owner", language="es")

    add(as_ana, "owner@example.org")
    taken = words(as_ana.get(PAGE))
    add(as_ana, "nobody@example.org")
    free = words(as_ana.get(PAGE))

    assert SENT.format("owner@example.org") in taken
    assert SENT.format("nobody@example.org") in free
    assert taken.count("Not confirmed yet.") == 1
    assert free.count("Not confirmed yet.") == 2


def test_the_owner_of_a_wanted_address_is_told_and_gets_no_link(
    as_ana: FlaskClient, person: MakePerson, outbox: Outbox
) -> None:
    person(email="owner@example.org", name="Owner", language="es")

    add(as_ana, "owner@example.org")

    (mail,) = outbox()
    assert (mail.kind, mail.recipient, mail.language) == (
        "address-wanted",
        "owner@example.org",
        "es",
    )
    assert "http" not in mail.body
    assert "Ana" not in mail.body


def test_the_page_answers_alike_for_an_address_that_only_another_account_claims(
    app: Flask, as_ana: FlaskClient, ana: Person, person: MakePerson, outbox: Outbox
) -> None:
    other = person()
    with app.app_context(), transaction():
        emails.add_email(db.session.get_one(Person, other.id), HOME, NOW)

    add(as_ana)
    verify(as_ana, outbox)

    assert stored(app, ana)[1] == (HOME, True, False)


def test_whoever_confirms_an_address_second_is_told_that_it_is_taken(
    app: Flask, as_ana: FlaskClient, ana: Person, person: MakePerson, outbox: Outbox
) -> None:
    add(as_ana)
    add_verified(app, person())

    response = verify(as_ana, outbox)

    assert response.status_code == 409
    assert words(response, "h1") == "This address belongs to another account"
    assert stored(app, ana)[1] == (HOME, False, False)


def test_two_who_confirm_one_address_at_once_do_not_both_get_it(
    app: Flask, person: MakePerson
) -> None:
    people = iter([person(), person()])
    with app.app_context(), transaction():
        links = {}
        for someone in [db.session.get_one(Person, each.id) for each in people]:
            emails.add_email(someone, HOME, NOW)
            links[someone.id] = emails.make_token(someone.id, HOME)
    turns = iter(links)

    def confirm(person_id: int) -> str:
        someone = db.session.get_one(Person, person_id)
        try:
            emails.verify_email(someone, links[person_id], NOW)
        except emails.EmailOfAnotherAccountError:
            return "taken"
        return "confirmed"

    results = at_once(app, lambda: next(turns), confirm, threads=2)

    assert sorted(results) == ["confirmed", "taken"]


def test_an_address_that_is_added_twice_at_once_stands_once(app: Flask, ana: Person) -> None:
    def add_home(someone: Person) -> None:
        emails.add_email(someone, HOME, NOW)

    at_once(app, lambda: db.session.get_one(Person, ana.id), add_home)

    assert [email for email, _, _ in stored(app, ana)].count(HOME) == 1


def test_of_two_addresses_chosen_at_once_one_is_primary(app: Flask, ana: Person) -> None:
    with app.app_context(), transaction():
        someone = db.session.get_one(Person, ana.id)
        for address in ("one@example.org", "two@example.org"):
            emails.add_email(someone, address, NOW)
            emails.verify_email(someone, emails.make_token(someone.id, address), NOW)
        added = [row.id for row in emails.list_emails(ana.id) if not row.is_primary]
    turns = iter(added)

    def choose(email_id: int) -> None:
        emails.choose_primary(db.session.get_one(Person, ana.id), email_id, NOW)

    at_once(app, lambda: next(turns), choose, threads=2)

    with app.app_context():
        (primary,) = [row.email for row in emails.list_emails(ana.id) if row.is_primary]
        assert db.session.get_one(Person, ana.id).email == primary


def test_an_address_that_is_chosen_and_removed_at_once_is_the_one_or_the_other(
    app: Flask, ana: Person
) -> None:
    email_id = add_verified(app, ana)
    ways = iter([emails.choose_primary, emails.remove_email])

    def change(row: PersonEmail) -> str:
        way, someone = next(ways), db.session.get_one(Person, ana.id)
        try:
            way(someone, row.id, NOW)
        except DomainError as error:
            return type(error).__name__
        return ""

    results = at_once(app, partial(db.session.get_one, PersonEmail, email_id), change, threads=2)

    with app.app_context():
        primary = db.session.get_one(Person, ana.id).email
    assert (sorted(results), stored(app, ana)[0]) in [
        (["", "PrimaryEmailError"], (HOME, True, True)),
        (["", "NotFoundError"], (ana.email, True, True)),
    ]
    assert stored(app, ana)[0][0] == primary


def test_an_address_that_is_confirmed_and_removed_at_once_is_gone(app: Flask, ana: Person) -> None:
    with app.app_context(), transaction():
        emails.add_email(db.session.get_one(Person, ana.id), HOME, NOW)
        (email_id,) = [row.id for row in emails.list_emails(ana.id) if row.email == HOME]
    turns = iter(["confirm", "remove"])

    def change(row: PersonEmail) -> str:
        someone = db.session.get_one(Person, ana.id)
        if next(turns) == "remove":
            emails.remove_email(someone, row.id, NOW)
            return ""
        try:
            emails.verify_email(someone, emails.make_token(ana.id, HOME), NOW)
        except emails.EmailLinkOverError as error:
            return str(error.status)
        return ""

    results = at_once(app, partial(db.session.get_one, PersonEmail, email_id), change, threads=2)

    assert sorted(results) in (["", ""], ["", "410"])
    assert stored(app, ana) == [(ana.email, True, True)]


def test_an_account_that_nobody_confirmed_does_not_keep_an_address(
    app: Flask, client: FlaskClient, as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    sign_up(client, email=HOME, name="Squatter")

    add(as_ana)
    verify(as_ana, outbox)

    with app.app_context():
        owner = find_person(HOME)
        everybody = db.session.scalars(select(Person.id)).all()
    assert owner is not None
    assert (owner.id, everybody) == (ana.id, [ana.id])


def test_an_account_has_a_handful_of_addresses_at_most(
    app: Flask, as_ana: FlaskClient, ana: Person
) -> None:
    for number in range(emails.MOST_EMAILS - 1):
        add(as_ana, f"ana{number}@example.org")

    response = add(as_ana, "onemore@example.org")

    assert response.status_code == 409
    assert len(stored(app, ana)) == emails.MOST_EMAILS


def test_asking_again_sends_the_link_again(
    app: Flask, as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    for _ in range(2):
        add(as_ana)

    assert [mail.kind for mail in outbox()] == ["address-added"] * 2
    assert len(stored(app, ana)) == 2


def test_an_address_that_is_confirmed_already_is_asked_nothing(
    app: Flask, as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    add(as_ana, ana.email)

    assert outbox() == []
    assert stored(app, ana) == [(ana.email, True, True)]


def test_addresses_go_with_their_account(app: Flask, ana: Person) -> None:
    add_verified(app, ana)

    with app.app_context(), transaction():
        db.session.delete(db.session.get_one(Person, ana.id))

    with app.app_context():
        assert db.session.scalars(select(PersonEmail)).all() == []


# --- links ------------------------------------------------------------------------------------


def test_a_link_is_for_whoever_asked(
    app: Flask, as_ana: FlaskClient, sign_in: SignIn, person: MakePerson, outbox: Outbox
) -> None:
    add(as_ana)
    link = link_in(outbox()[-1].body, "verify")
    other = sign_in(person())

    assert other.get(link).status_code == 410
    assert app.test_client().get(link).status_code == 302


@pytest.mark.parametrize("token", ["x", "WzEsIngiXQ.x.y", "é"])
def test_an_invented_link_leads_nowhere(as_ana: FlaskClient, token: str) -> None:
    assert as_ana.get(f"{PAGE}/verify/{token}").status_code == 410


def test_a_link_ends_with_its_address(as_ana: FlaskClient, app: Flask, outbox: Outbox) -> None:
    add(as_ana)
    with app.app_context():
        row = db.session.scalars(select(PersonEmail).where(PersonEmail.email == HOME)).one()
    post(as_ana, f"{PAGE}/{row.id}/remove")

    assert as_ana.get(link_in(outbox()[-1].body, "verify")).status_code == 410


def test_a_link_is_over_after_three_days(
    context: Flask, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = emails.make_token(ana.id, ana.email)
    assert emails.get_email_of_link(ana.id, token).email == ana.email

    monkeypatch.setattr(emails, "LINK_LASTS", timedelta(seconds=-1))

    with pytest.raises(emails.EmailLinkOverError):
        emails.get_email_of_link(ana.id, token)


def test_a_token_of_another_purpose_is_no_link(context: Flask, ana: Person) -> None:
    signer = URLSafeTimedSerializer(context.config["SOAR"].secret_key, salt="another purpose")

    with pytest.raises(emails.EmailLinkOverError):
        emails.get_email_of_link(ana.id, str(signer.dumps([ana.id, "x"])))


# --- signing in, passwords --------------------------------------------------------------------


def test_a_new_password_comes_to_the_address_that_was_typed_in(
    app: Flask, client: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    add_verified(app, ana)

    post(client, "/en/new-password", {"email": HOME})

    (mail,) = outbox()
    assert (mail.kind, mail.recipient) == ("reset-instructions", HOME)


def test_a_new_password_is_not_sent_to_an_address_that_is_only_claimed(
    app: Flask, client: FlaskClient, as_ana: FlaskClient, outbox: Outbox
) -> None:
    add(as_ana)

    post(client, "/en/new-password", {"email": HOME})

    assert [mail.kind for mail in outbox()] == ["address-added"]


def test_nobody_signs_up_with_an_address_that_is_somebody_elses(
    app: Flask, client: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    add_verified(app, ana)

    sign_up(client, email=HOME)

    (mail,) = outbox()
    assert (mail.kind, mail.recipient) == ("welcome-existing", HOME)
    with app.app_context():
        assert db.session.scalars(select(Person.id)).all() == [ana.id]


def test_whoever_signs_up_confirms_the_first_address_with_the_account(
    app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    sign_up(client, email=HOME)
    with app.app_context():
        person = find_person(HOME)
    assert person is not None
    assert stored(app, person) == [(HOME, False, True)]

    post(client, link_in(outbox()[-1].body, "confirm"))

    assert stored(app, person) == [(HOME, True, True)]


def test_a_sign_up_is_not_confirmed_once_its_address_is_another_persons(
    app: Flask, client: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    sign_up(client, email=HOME)
    link = link_in(outbox()[-1].body, "confirm")
    add_verified(app, ana)

    response = post(client, link)

    assert response.status_code == 409
    assert log_in(client, HOME).location == "/en/home"
    assert is_signed_in(client)


# --- removing and choosing --------------------------------------------------------------------


def test_mail_goes_to_the_address_that_was_chosen_and_the_old_one_is_told(
    app: Flask, as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    number = add_verified(app, ana)

    response = post(as_ana, f"{PAGE}/{number}/primary")

    assert response.location == PAGE
    assert stored(app, ana) == [(HOME, True, True), (ana.email, True, False)]
    assert outbox()[-1].recipient == ana.email
    with app.app_context():
        assert db.session.get_one(Person, ana.id).email == HOME


def test_an_address_that_is_removed_signs_in_no_more_and_is_told_so(
    app: Flask, as_ana: FlaskClient, ana: Person, client: FlaskClient, outbox: Outbox
) -> None:
    number = add_verified(app, ana)

    answers = [post(as_ana, f"{PAGE}/{number}/remove").location for _ in range(2)]

    assert answers == [PAGE, PAGE]
    assert [mail.recipient for mail in outbox()] == [HOME]
    assert log_in(client, HOME).status_code == 422


def test_the_address_that_gets_the_mail_stays(app: Flask, as_ana: FlaskClient, ana: Person) -> None:
    with app.app_context():
        number = emails.list_emails(ana.id)[0].id

    assert post(as_ana, f"{PAGE}/{number}/remove").status_code == 409
    assert stored(app, ana) == [(ana.email, True, True)]


@pytest.mark.parametrize(("action", "status"), [("remove", 302), ("primary", 404)])
def test_nobody_touches_an_address_of_somebody_else(
    app: Flask, as_ana: FlaskClient, person: MakePerson, action: str, status: int
) -> None:
    other = person()
    number = add_verified(app, other)

    response = post(as_ana, f"{PAGE}/{number}/{action}")

    assert response.status_code == status
    assert (HOME, True, False) in stored(app, other)


def test_mail_is_not_sent_to_an_address_that_nobody_confirmed(
    app: Flask, as_ana: FlaskClient, ana: Person
) -> None:
    add(as_ana)
    with app.app_context():
        number = emails.list_emails(ana.id)[1].id

    assert post(as_ana, f"{PAGE}/{number}/primary").status_code == 404


def test_a_button_that_is_too_old_changes_nothing(
    app: Flask, as_ana: FlaskClient, ana: Person
) -> None:
    number = add_verified(app, ana)

    response = post(as_ana, f"{PAGE}/{number}/remove", {"csrf_token": "old"})

    assert response.status_code == 422
    assert "This page was open for a long time." in words(response)
    assert len(stored(app, ana)) == 2


def test_every_change_is_on_the_trail_without_an_address(
    app: Flask, as_ana: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    add(as_ana)
    verify(as_ana, outbox)
    with app.app_context():
        first, second = (row.id for row in emails.list_emails(ana.id))
    post(as_ana, f"{PAGE}/{second}/primary")
    post(as_ana, f"{PAGE}/{first}/remove")

    with app.app_context():
        trail = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.person_id, entry.facts) for entry in trail] == [
        (action, ana.id, {}) for action in ("email-added", "email-chosen", "email-removed")
    ]


# --- pages and words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Your e-mail addresses"), ("es", "Sus correos electrónicos")],
)
def test_the_page_lists_the_addresses(
    app: Flask, as_ana: FlaskClient, ana: Person, language: str, title: str
) -> None:
    add_verified(app, ana)

    page = get_page(as_ana, f"/{language}/profile/emails")

    assert text_of(page, "h1") == title
    assert [item.get_text(strip=True) for item in page.select("li.box bdi")] == [ana.email, HOME]


def test_the_primary_address_of_everybody_is_among_their_addresses(
    app: Flask, client: FlaskClient, ana: Person
) -> None:
    sign_up(client)
    add_verified(app, ana)

    with app.app_context():
        people = {row.id: row.email for row in db.session.scalars(select(Person))}
        rows = db.session.scalars(select(PersonEmail).where(PersonEmail.is_primary))
        primary = {row.person_id: row.email for row in rows}

    assert primary == people
