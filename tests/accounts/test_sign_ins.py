"""Where somebody is signed in: seen, ended one by one, ended by a new password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts import sign_ins
from soar_lms.accounts.devices import Device
from soar_lms.accounts.jobs import forget_old_sign_ins
from soar_lms.accounts.models import Person, SignIn
from soar_lms.administration.erasing import erase_person
from soar_lms.administration.merging import merge_people
from soar_lms.audit.services import Actor
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from tests.accounts.conftest import is_signed_in, log_in
from tests.conftest import SignIn as MakeClient
from tests.factories import PASSWORD
from tests.support.page import get_page
from tests.support.queries import queries_of
from tests.support.quick import parsed, post, words

PAGE = "/en/profile/sessions"
PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0"
WARD = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0"
NEW = "four quite different words"


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(email="ana@example.org", password=PASSWORD)


def browser(app: Flask, person: Person, user_agent: str, **more: str) -> FlaskClient:
    """Return a browser in which somebody signed in through the page."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    log_in(client, person.email, **more)
    assert is_signed_in(client)
    return client


@pytest.fixture
def phone(app: Flask, ana: Person) -> FlaskClient:
    return browser(app, ana, PHONE)


@pytest.fixture
def ward(app: Flask, ana: Person) -> FlaskClient:
    return browser(app, ana, WARD)


def rows(app: Flask, person: Person) -> list[SignIn]:
    with app.app_context():
        return sign_ins.list_sign_ins(person.id, utc_now())


def test_each_device_is_listed_in_plain_words_and_this_one_apart(
    phone: FlaskClient, ward: FlaskClient
) -> None:
    get_page(phone, PAGE)

    page = phone.get(PAGE)

    assert words(page, ".box").startswith("Firefox on Android")
    assert words(page, ".boxes").startswith("Edge on Windows Signed in since")


def test_devices_of_one_kind_are_told_apart_by_when_they_signed_in(
    app: Flask, ana: Person, phone: FlaskClient, ward: FlaskClient
) -> None:
    with app.app_context(), transaction():
        for row in db.session.query(SignIn).filter_by(person_id=ana.id):
            row.browser, row.system = "Firefox", "Android"
            row.began_at -= timedelta(hours=row.id)
        db.session.add(
            SignIn(
                person_id=ana.id,
                key="third",
                browser="Firefox",
                system="Android",
                began_at=utc_now() - timedelta(days=1),
                used_at=utc_now(),
            )
        )

    buttons = [button.get_text() for button in parsed(phone.get(PAGE)).select(".boxes button")]

    assert all("Firefox on Android, since" in words for words in buttons)
    assert len(set(buttons)) == 2


def test_the_list_is_in_the_language_of_the_page(phone: FlaskClient, ward: FlaskClient) -> None:
    page = phone.get("/es/profile/sessions")

    assert words(page, ".box").startswith("Firefox en Android")


def test_nothing_that_leads_to_a_place_is_kept(app: Flask, ana: Person, phone: FlaskClient) -> None:
    (row,) = rows(app, ana)

    kept = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    assert kept.keys() == {"id", "person_id", "key", "browser", "system", "began_at", "used_at"}
    assert (row.browser, row.system) == ("Firefox", "Android")


@pytest.mark.parametrize("remember", ["", "y"])
def test_a_device_that_is_ended_is_signed_out(
    app: Flask, ana: Person, phone: FlaskClient, remember: str
) -> None:
    stolen = browser(app, ana, WARD, remember=remember)
    (form,) = parsed(phone.get(PAGE)).select(".boxes form")

    response = post(phone, str(form["action"]))

    assert response.location == PAGE
    assert not is_signed_in(stolen)
    assert is_signed_in(phone)


def test_all_others_are_ended_at_once(
    app: Flask, ana: Person, ward: FlaskClient, sign_in: MakeClient
) -> None:
    phone = browser(app, ana, PHONE, remember="y")
    of_before = sign_in(ana)

    post(phone, f"{PAGE}/end-others")

    assert is_signed_in(phone)
    assert not is_signed_in(ward)
    assert not is_signed_in(of_before)
    assert [row.system for row in rows(app, ana)] == ["Android"]


def test_a_remembered_device_stays_remembered_when_others_are_ended(
    app: Flask, ana: Person
) -> None:
    phone = browser(app, ana, PHONE, remember="y")
    post(phone, f"{PAGE}/end-others")

    phone.delete_cookie("soar")

    assert is_signed_in(phone)


def test_a_cookie_of_the_release_before_still_works_and_can_end_the_others(
    app: Flask, ana: Person, ward: FlaskClient, sign_in: MakeClient
) -> None:
    of_before = sign_in(ana)
    assert words(of_before.get(PAGE), ".boxes").startswith("Edge on Windows")

    post(of_before, f"{PAGE}/end-others")

    assert is_signed_in(of_before)
    assert not is_signed_in(ward)
    assert len(rows(app, ana)) == 1


def test_a_new_password_ends_the_others(
    app: Flask, ana: Person, phone: FlaskClient, ward: FlaskClient
) -> None:
    post(phone, "/en/profile/password", {"password": PASSWORD, "new_password": NEW})

    assert is_signed_in(phone)
    assert not is_signed_in(ward)
    assert [row.system for row in rows(app, ana)] == ["Android"]


def test_signing_out_forgets_the_device(app: Flask, ana: Person, phone: FlaskClient) -> None:
    cookie = phone.get_cookie("soar")
    assert cookie is not None

    post(phone, "/en/sign-out")

    assert rows(app, ana) == []
    phone.set_cookie("soar", cookie.value)
    assert not is_signed_in(phone)


def test_nobody_ends_the_devices_of_others(
    app: Flask, ana: Person, phone: FlaskClient, as_trainer: FlaskClient
) -> None:
    (row,) = rows(app, ana)

    post(as_trainer, f"{PAGE}/{row.id}/end")
    post(as_trainer, f"{PAGE}/end-others")

    assert is_signed_in(phone)


@pytest.mark.parametrize("address", ["{row}/end", "end-others"])
def test_ending_needs_the_token(
    app: Flask, ana: Person, phone: FlaskClient, ward: FlaskClient, address: str
) -> None:
    row = next(row for row in rows(app, ana) if row.system == "Windows")

    response = phone.post(f"{PAGE}/{address.format(row=row.id)}")

    assert response.status_code == 422
    assert is_signed_in(ward)


def test_after_thirty_days_everybody_signs_in_anew(
    app: Flask, ana: Person, phone: FlaskClient
) -> None:
    move_back(app, sign_ins.LASTS)

    assert not is_signed_in(phone)


def move_back(app: Flask, by: timedelta) -> None:
    with app.app_context(), transaction():
        for row in db.session.query(SignIn):
            row.began_at -= by
            row.used_at -= by


def test_the_worker_forgets_what_is_over(app: Flask, ana: Person, phone: FlaskClient) -> None:
    with app.app_context():
        assert forget_old_sign_ins(utc_now()) == 0
    move_back(app, sign_ins.LASTS)

    with app.app_context():
        assert forget_old_sign_ins(utc_now()) == 1
        assert db.session.query(SignIn).count() == 0


def test_the_day_of_use_is_noted_with_what_is_done_and_never_by_reading(
    app: Flask, ana: Person, phone: FlaskClient
) -> None:
    move_back(app, timedelta(days=2))
    before = rows(app, ana)[0].used_at

    phone.get("/en/profile")
    assert rows(app, ana)[0].used_at == before

    post(phone, PAGE + "/end-others")
    assert rows(app, ana)[0].used_at > before


def test_the_day_of_use_is_noted_once_a_day(app: Flask, phone: FlaskClient) -> None:
    move_back(app, timedelta(days=2))
    post(phone, f"{PAGE}/0/end")

    with queries_of(app) as statements:
        post(phone, f"{PAGE}/0/end")

    assert not [sql for sql in statements if sql.startswith("UPDATE sign_ins")]


def test_a_page_asks_once_who_is_signed_in_and_where(app: Flask, phone: FlaskClient) -> None:
    with queries_of(app) as statements:
        phone.get("/en/profile")

    assert len(statements) == 1


def test_of_very_many_devices_the_oldest_are_ended(app: Flask, ana: Person) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Person, ana.id)
        for number in range(sign_ins.MOST_SIGN_INS + 3):
            moment = utc_now() - timedelta(minutes=100 - number)
            sign_ins.begin_sign_in(person, Device("Firefox", f"No. {number}"), moment)

    assert len(rows(app, ana)) == sign_ins.MOST_SIGN_INS
    assert rows(app, ana)[-1].system == "No. 3"


def test_a_merge_ends_the_devices_of_the_account_that_is_closed(
    app: Flask, ana: Person, phone: FlaskClient, person: Callable[..., Person]
) -> None:
    keep = person(role=Role.LEARNER)

    with app.app_context(), transaction():
        merge_people(keep.id, ana.id, actor=Actor(operator="root"), now=utc_now())

    assert rows(app, ana) == []
    assert not is_signed_in(phone)


def test_an_erasure_takes_the_devices_along(app: Flask, ana: Person, phone: FlaskClient) -> None:
    with app.app_context(), transaction():
        erase_person(ana.id, actor=Actor(operator="root"), now=utc_now())

    assert rows(app, ana) == []
    assert not is_signed_in(phone)
