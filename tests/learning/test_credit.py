"""The credit of each language, said before anybody starts: by the day, where the reader is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.model import Module
from soar_lms.database import db, transaction
from soar_lms.learning.credit import depends_on_language, list_eligibility
from tests.assessments.variants import with_spec
from tests.conftest import SignIn
from tests.factories import make_certificate
from tests.learning.places import ENROLLED, EVALUATED, address, bring, serve
from tests.learning.renewals import noon, renewable, set_clock
from tests.support.page import get_page
from tests.support.quick import post

NONE = "certificate of completion, no continuing education credit"


def offer(**changes: Any) -> CreditOffer:
    values = {
        "id": "hours",
        "language": "en",
        "accreditor": "Board",
        "statement": "The Board grants one hour.",
        "unit": "contact hours",
        "amount": "1.0",
        "step": "0.25",
        "valid": {"from": "2026-12-01", "until": "2026-12-31"},
    }
    return CreditOffer.model_validate(values | changes)


@pytest.fixture
def credited(app: Flask, module: Module, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Return the module as it is served: credit in English, in December 2026."""
    changed = with_spec(module, credit=(offer(),))
    serve(app, monkeypatch, changed)
    return changed


def facts(page: BeautifulSoup) -> list[str]:
    """Return what the page says of each language, beside the panel."""
    for item in page.select(".column-side br"):
        item.replace_with(" ")
    found = [" ".join(item.get_text().split()) for item in page.select(".column-side dd")]
    return [item for item in found if item.startswith(("English:", "Español:"))]


# --- the days -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "offered", "coming", "over"),
    [
        pytest.param("2026-11-30", 0, 1, 0, id="before"),
        pytest.param("2026-12-01", 1, 0, 0, id="the-first-day"),
        pytest.param("2026-12-31", 1, 0, 0, id="the-last-day"),
        pytest.param("2027-01-01", 0, 0, 1, id="after"),
    ],
)
def test_an_offer_is_coming_then_there_then_over(
    module: Module, day: str, offered: int, coming: int, over: int
) -> None:
    changed = with_spec(module, credit=(offer(),))

    english, spanish = list_eligibility(changed, date.fromisoformat(day))

    assert [len(part) for part in (english.offered, english.coming, english.over)] == [
        offered,
        coming,
        over,
    ]
    assert (spanish.offered, spanish.coming, spanish.over) == ((), (), ())


def test_credit_ends_with_the_module_and_begins_with_it(module: Module) -> None:
    dates = module.spec.dates
    long = offer(valid={"from": "2020-01-01", "until": "2040-01-01"})

    (english, _) = list_eligibility(with_spec(module, credit=(long,)), dates.reviewed)

    assert [(item.first, item.last) for item in english.offered] == [
        (dates.released, dates.expires)
    ]


def test_an_offer_from_before_the_module_is_never_said(module: Module) -> None:
    old = offer(valid={"from": "2020-01-01", "until": "2020-12-31"})

    (english, _) = list_eligibility(with_spec(module, credit=(old,)), date(2026, 12, 1))

    assert (english.offered, english.coming, english.over) == ((), (), ())


@pytest.mark.parametrize(
    ("offers", "differs"),
    [
        pytest.param([], False, id="none-in-any"),
        pytest.param([offer()], True, id="in-one"),
        pytest.param(
            [offer(), offer(id="horas", language="es", unit="horas de contacto")],
            False,
            id="the-same-in-both",
        ),
        pytest.param(
            [offer(), offer(id="horas", language="es", amount="0.5")], True, id="less-in-one"
        ),
        pytest.param(
            [offer(valid={"from": "2027-12-01", "until": "2027-12-31"})], False, id="not-yet"
        ),
    ],
)
def test_the_language_matters_when_credit_differs_today(
    module: Module, offers: list[CreditOffer], differs: bool
) -> None:
    found = list_eligibility(with_spec(module, credit=tuple(offers)), date(2026, 12, 1))

    assert depends_on_language(found) is differs


# --- the pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "english"),
    [
        ("2026-11-29", f"English: {NONE} From December 1, 2026: up to 1.0 contact hours, Board."),
        ("2026-12-10", "English: up to 1.0 contact hours, Board, until December 31, 2026"),
        ("2027-01-02", f"English: {NONE} The last credit ended on December 31, 2026."),
    ],
)
def test_a_visitor_reads_which_language_gives_credit_today(
    client: FlaskClient,
    credited: Module,
    monkeypatch: pytest.MonkeyPatch,
    day: str,
    english: str,
) -> None:
    set_clock(monkeypatch, noon(day))

    page = get_page(client, address(credited))

    assert facts(page) == [english, f"Español: {NONE}"]
    assert bool(page.select(".box-caution")) == (day == "2026-12-10")


@pytest.mark.parametrize(
    ("moment", "zone", "is_offered"),
    [
        pytest.param("2026-12-01T04:59:59", "America/New_York", False, id="still-november"),
        pytest.param("2026-12-01T05:00:00", "America/New_York", True, id="december"),
        pytest.param("2026-11-30T14:00:00", "Pacific/Guam", True, id="december-in-guam"),
        pytest.param("2026-11-30T13:29:59", "Australia/Adelaide", False, id="adelaide-before"),
        pytest.param("2026-11-30T13:30:00", "Australia/Adelaide", True, id="adelaide-after"),
        pytest.param("2027-01-01T09:59:59", "Pacific/Honolulu", True, id="still-december"),
        pytest.param("2027-01-01T10:00:00", "Pacific/Honolulu", False, id="january"),
        pytest.param("2026-12-31T11:00:00", "Pacific/Auckland", False, id="january-in-auckland"),
    ],
)
def test_today_is_where_the_learner_is(
    credited: Module,
    person: Callable[..., Person],
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    zone: str,
    is_offered: bool,
) -> None:
    set_clock(monkeypatch, datetime.fromisoformat(moment).replace(tzinfo=UTC))

    page = get_page(sign_in(person(time_zone=zone)), address(credited))

    assert facts(page)[0].startswith("English: up to 1.0 contact hours") is is_offered


def test_today_of_a_visitor_is_where_the_site_is(
    app: Flask, client: FlaskClient, credited: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, datetime(2026, 11, 30, 14, 0, tzinfo=UTC))
    in_guam = replace(app.config["SOAR"], time_zone="Pacific/Guam")
    monkeypatch.setitem(app.config, "SOAR", in_guam)

    assert facts(get_page(client, address(credited)))[0].startswith("English: up to 1.0")


@pytest.mark.parametrize("place", [ENROLLED, EVALUATED], ids=["on-the-way", "the-last-step"])
def test_before_the_last_step_the_page_warns_that_credit_follows_the_language(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    credited: Module,
    monkeypatch: pytest.MonkeyPatch,
    place: int,
) -> None:
    bring(app, learner, credited, place)
    set_clock(monkeypatch, noon("2026-12-10"))
    rest = ["certificate"] if place == EVALUATED else []

    page = get_page(as_learner, address(credited, *rest, language="es"))

    box = page.select_one(".box-caution")
    assert box is not None
    assert [" ".join(item.get_text().split()) for item in box.select("dt, dd")] == [
        "English",
        "hasta 1.0 contact hours, Board, hasta el 31 de diciembre de 2026",
        "Español (el idioma de esta página)",
        "certificado de finalización, sin créditos de educación continua",
    ]


def test_nothing_is_warned_of_where_no_language_gives_credit(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, EVALUATED)

    for rest in ([], ["certificate"]):
        assert get_page(as_learner, address(module, *rest)).select(".box-caution") == []


@pytest.mark.parametrize(("path", "boxes"), [("refresher", 0), ("full", 1)])
def test_a_renewal_is_warned_only_of_credit_that_it_can_give(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    credited: Module,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    boxes: int,
) -> None:
    expiring = renewable(credited, months=1)
    serve(app, monkeypatch, expiring)
    with app.app_context(), transaction():
        make_certificate(db.session.get_one(Person, learner.id), expiring)
    set_clock(monkeypatch, noon("2026-12-20"))
    post(as_learner, address(expiring, "renew"), {"path": path})

    page = get_page(as_learner, address(expiring))

    assert len(page.select(".box-caution")) == boxes
