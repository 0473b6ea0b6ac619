"""The pages of a renewal: when it is offered, what it asks, and what stays to be seen."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate
from soar_lms.database import db, transaction
from soar_lms.learning.models import Enrolment
from soar_lms.learning.standing import get_enrolment
from tests.factories import make_certificate
from tests.learning.places import address, serve
from tests.learning.renewals import (
    finish,
    noon,
    renewable,
    set_clock,
    take_refresher,
)
from tests.support.page import get_page
from tests.support.quick import parsed, post, summary, words

HOME = "/en/home"


@pytest.fixture
def expiring(app: Flask, module: Module, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Return the module as it is served in these tests: its certificate expires."""
    changed = renewable(module)
    serve(app, monkeypatch, changed)
    return changed


@pytest.fixture
def certificate(app: Flask, learner: Person, expiring: Module) -> Certificate:
    with app.app_context(), transaction():
        person = db.session.get_one(Person, learner.id)
        return make_certificate(person, expiring, setting="health-care")


def cycles(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        rows = db.session.query(Enrolment).order_by(Enrolment.cycle)
        return [(row.cycle, row.path) for row in rows]


def buttons(page: BeautifulSoup) -> list[str]:
    return [item.get_text() for item in page.select('main form[action$="/renew"] button')]


WHOLE, SHORT = "Take the whole module again", "Renew with the refresher"


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize(
    ("day", "said", "offered"),
    [
        pytest.param(
            "2028-08-23",
            "Your certificate is valid until November 22, 2028. "
            "You can renew it from August 24, 2028.",
            [],
            id="too-early",
        ),
        pytest.param(
            "2028-08-24",
            "Your certificate is valid until November 22, 2028.",
            [SHORT, WHOLE],
            id="open",
        ),
        pytest.param(
            "2028-11-23",
            "Your certificate was valid until November 22, 2028. "
            "What you completed stays in your record.",
            [SHORT, WHOLE],
            id="expired",
        ),
        pytest.param(
            "2028-12-23",
            "Your certificate was valid until November 22, 2028. "
            "What you completed stays in your record.",
            ["Renew"],
            id="after-grace",
        ),
    ],
)
def test_a_completed_module_says_how_long_its_certificate_is_valid(
    as_learner: FlaskClient,
    expiring: Module,
    monkeypatch: pytest.MonkeyPatch,
    day: str,
    said: str,
    offered: list[str],
) -> None:
    set_clock(monkeypatch, noon(day))

    page, home = get_page(as_learner, address(expiring)), get_page(as_learner, HOME)

    panel = page.select_one(".panel")
    assert panel is not None
    assert said in [" ".join(item.get_text().split()) for item in panel.select("p")]
    assert buttons(page) == buttons(home) == offered
    assert page.select_one(f'a[href="{address(expiring, "certificate")}"]')


@pytest.mark.usefixtures("certificate")
def test_a_refresher_says_beforehand_what_it_has(
    as_learner: FlaskClient, expiring: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, noon("2028-09-01"))
    titles = expiring.texts["es"].lessons

    page = get_page(as_learner, address(expiring, language="es"))

    form = page.select_one("main form")
    assert form is not None
    assert [item.get_text() for item in form.select("li")] == [
        titles["welcome"].title,
        titles["ask-in-practice"].title,
        "Prueba final",
    ]
    assert "unos 20 minutos" in form.get_text()
    assert "hasta el 22 de diciembre de 2028. No otorga créditos" in form.get_text()


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize(
    ("chosen", "path", "first"),
    [
        ({"path": "refresher"}, "refresher", ("health-care", "welcome")),
        ({"path": "full"}, "full", ("tests", "pre")),
        ({}, "full", ("tests", "pre")),
        ({"path": "none"}, "full", ("tests", "pre")),
    ],
)
def test_a_button_begins_the_renewal_and_leads_to_its_first_step(
    app: Flask,
    as_learner: FlaskClient,
    expiring: Module,
    monkeypatch: pytest.MonkeyPatch,
    chosen: dict[str, str],
    path: str,
    first: tuple[str, str],
) -> None:
    set_clock(monkeypatch, noon("2028-09-01"))

    places = {post(as_learner, address(expiring, "renew"), chosen).location for _ in range(2)}

    assert places == {address(expiring, *first)}
    assert cycles(app) == [(1, "full"), (2, path)]


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize(
    ("day", "data", "title", "said"),
    [
        pytest.param(
            "2028-08-23",
            {},
            "It is too early to renew",
            "You can renew it from August 24, 2028.",
            id="too-early",
        ),
        pytest.param(
            "2028-12-23",
            {"path": "refresher"},
            "The refresher can no longer be started",
            "You can renew by taking the whole module again.",
            id="a-page-that-was-open-too-long",
        ),
    ],
)
def test_what_is_not_offered_today_is_refused_in_words(
    app: Flask,
    as_learner: FlaskClient,
    expiring: Module,
    monkeypatch: pytest.MonkeyPatch,
    day: str,
    data: dict[str, str],
    title: str,
    said: str,
) -> None:
    set_clock(monkeypatch, noon(day))

    response = post(as_learner, address(expiring, "renew"), data)

    assert response.status_code == 409
    assert words(response, "h1") == title
    assert said in words(response)
    assert cycles(app) == [(1, "full")]


@pytest.mark.usefixtures("certificate")
def test_a_renewal_without_a_token_asks_again(
    app: Flask, as_learner: FlaskClient, expiring: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, noon("2028-09-01"))
    as_learner.get(HOME)

    response = as_learner.post(address(expiring, "renew"), data={"path": "refresher"})

    assert response.status_code == 422
    assert len(summary(response)) == 1
    assert buttons(parsed(response)) == [SHORT, WHOLE]
    assert cycles(app) == [(1, "full")]


@pytest.mark.usefixtures("certificate")
def test_opening_the_address_of_a_renewal_begins_nothing(
    app: Flask, as_learner: FlaskClient, expiring: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, noon("2028-09-01"))

    assert as_learner.get(address(expiring, "renew")).status_code == 404
    assert cycles(app) == [(1, "full")]


def test_a_stranger_to_the_module_has_nothing_to_renew(
    as_learner: FlaskClient, expiring: Module
) -> None:
    assert post(as_learner, address(expiring, "renew")).status_code == 404


def test_a_renewal_under_way_shows_what_is_left_and_the_certificate_that_counts(
    as_learner: FlaskClient,
    expiring: Module,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_clock(monkeypatch, noon("2028-09-01"))
    post(as_learner, address(expiring, "renew"), {"path": "refresher"})

    page = get_page(as_learner, address(expiring))

    panel = page.select_one(".panel")
    assert panel is not None
    heading, said, kind = panel.select("h2, p")[:3]
    assert heading.get_text() == "Your renewal"
    assert said.get_text(strip=True) == "Your certificate is valid until November 22, 2028."
    assert kind.get_text().startswith("You are taking the refresher.")
    steps = [" ".join(item.get_text().split()) for item in panel.select(".step")]
    assert steps == ["Lessons 0 of 2 done", "Final test later", "Name and certificate later"]
    earlier = page.select_one(f'main a[href="/en/certificates/{certificate.code}"]')
    assert earlier is not None
    assert earlier.get_text() == "Completed on November 22, 2026"


def test_after_a_renewal_both_certificates_stay(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    expiring: Module,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = noon("2028-09-01")
    set_clock(monkeypatch, now)
    post(as_learner, address(expiring, "renew"), {"path": "refresher"})
    with app.app_context(), transaction():
        person = db.session.get_one(Person, learner.id)
        enrolment = get_enrolment(learner.id, expiring.id)
        take_refresher(enrolment, expiring, now)
        new = finish(person, enrolment, expiring, now)

    page, home = get_page(as_learner, address(expiring)), get_page(as_learner, HOME)

    codes = [new.code, certificate.code]
    for place in (page, home):
        links = [str(item["href"]) for item in place.select("main a[href*='/certificates/']")]
        assert links == [f"/en/certificates/{code}" for code in codes]
    cards = [item.get_text(" ", strip=True) for item in home.select(".card p")]
    assert cards == [
        "Completed on September 1, 2028 Valid until September 1, 2030",
        "Completed on November 22, 2026 Valid until November 22, 2028",
    ]


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize("day", ["2027-01-01", "2028-09-01", "2029-06-01"])
def test_lessons_stay_readable_whatever_the_day(
    as_learner: FlaskClient, expiring: Module, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    set_clock(monkeypatch, noon(day))

    for lesson in expiring.spec.lessons:
        place = address(expiring, "health-care", lesson.id)
        assert as_learner.get(place).status_code == 200


@pytest.mark.usefixtures("certificate")
def test_the_last_step_of_a_refresher_offers_no_credit(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    expiring: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = noon("2028-09-01")
    set_clock(monkeypatch, now)
    post(as_learner, address(expiring, "renew"), {"path": "refresher"})
    with app.app_context(), transaction():
        take_refresher(get_enrolment(learner.id, expiring.id), expiring, now)

    page = get_page(as_learner, address(expiring, "certificate"))

    assert "none: a refresher gives no credit" in page.get_text()
    assert page.select("[name=offer]") == []


@pytest.mark.usefixtures("certificate")
def test_a_module_whose_certificate_stays_valid_says_nothing_of_renewing(
    app: Flask, as_learner: FlaskClient, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the rules say nothing, an expired certificate alone asks for a renewal."""
    serve(app, monkeypatch, renewable(module, renewal=None))
    set_clock(monkeypatch, noon("2028-11-22"))

    assert buttons(get_page(as_learner, address(module))) == []
