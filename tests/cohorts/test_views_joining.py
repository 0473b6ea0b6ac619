"""The page of the link, the QR code, the poster, and the code that people type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.certificates.painting import paint_pages
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.codes import format_join_code, make_join_code
from soar_lms.cohorts.models import Cohort, CohortMember, CohortState, JoinLink
from soar_lms.cohorts.poster import MOST_MODULES, Paper, make_poster
from soar_lms.config import Mode
from soar_lms.content import get_module
from soar_lms.database import db, transaction
from tests.cohorts.conftest import MODULE
from tests.factories import make_person
from tests.support.pack import PACK
from tests.support.page import get_page, text_of
from tests.support.quick import parsed, post, summary, value_of, words
from tests.support.sites import make_site


@pytest.fixture
def cohort(make_cohort: Callable[..., Cohort]) -> Cohort:
    return make_cohort(now=utc_now(), organisation="Riverside Clinic")


@pytest.fixture
def link(app: Flask, cohort: Cohort) -> JoinLink:
    with app.app_context():
        return db.session.query(JoinLink).one()


@pytest.fixture
def place(cohort: Cohort) -> str:
    return f"/en/cohorts/{cohort.id}"


def change(app: Flask, link: JoinLink, **changes: object) -> None:
    with app.app_context(), transaction():
        row = db.session.get_one(JoinLink, link.id)
        for name, value in changes.items():
            setattr(row, name, value)


# --- the trainer --------------------------------------------------------------------------------


def test_the_rules_of_a_link_are_saved(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, link: JoinLink, place: str
) -> None:
    day = local_date(utc_now(), cohort.time_zone) + timedelta(days=9)
    given = {"link": str(link.id), "last_on": day.isoformat(), "most_uses": "20"}

    response = post(as_trainer, f"{place}/joining", given | {"needs_approval": "y"})

    assert response.location == f"{place}/joining"
    page = get_page(as_trainer, f"{place}/joining")
    assert text_of(page, ".join-code") == format_join_code(str(link.code))
    assert "0 of 20 places are used." in text_of(page, "main")
    assert page.select("[name=needs_approval][checked]")
    assert str(page.select("[name=last_on]")[0]["value"]) == day.isoformat()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last_on": "2020-01-01"}, "last_on"),
        ({"last_on": "2999-01-01"}, "last_on"),
        ({"last_on": "tomorrow"}, "last_on"),
        ({"last_on": ""}, "last_on"),
        ({"most_uses": "0"}, "most_uses"),
        ({"most_uses": "many"}, "most_uses"),
        ({"most_uses": "3"}, "most_uses"),
    ],
)
def test_rules_with_a_fault_are_shown_again(
    app: Flask,
    as_trainer: FlaskClient,
    link: JoinLink,
    place: str,
    changes: dict[str, str],
    field: str,
) -> None:
    change(app, link, uses=4)
    day = local_date(utc_now(), "UTC") + timedelta(days=9)
    given = {"link": str(link.id), "last_on": day.isoformat(), "most_uses": "9"} | changes

    response = post(as_trainer, f"{place}/joining", given)

    assert response.status_code == 422
    assert len(summary(response)) == 1
    assert value_of(response, field) == changes[field]


@pytest.mark.parametrize("number", ["9223372036854775808", "-1", "x", ""])
def test_rules_of_what_can_be_no_link_are_asked_for_again(
    as_trainer: FlaskClient, link: JoinLink, place: str, number: str
) -> None:
    day = local_date(utc_now(), "UTC") + timedelta(days=9)

    response = post(as_trainer, f"{place}/joining", {"link": number, "last_on": day.isoformat()})

    assert response.status_code == 422
    assert summary(response)[-1] == "Please open this page again."
    assert value_of(response, "link") == str(link.id)


@pytest.mark.parametrize("ending", ["link", "link/end"])
def test_rules_of_a_link_that_ended_meanwhile_are_not_lost(
    as_trainer: FlaskClient, link: JoinLink, place: str, ending: str
) -> None:
    day = local_date(utc_now(), "UTC") + timedelta(days=9)
    given = {"link": str(link.id), "last_on": day.isoformat(), "most_uses": "9"}
    post(as_trainer, f"{place}/{ending}")

    response = post(as_trainer, f"{place}/joining", given)

    assert response.status_code == 409
    assert summary(response) == ["Somebody else changed this group meanwhile."]
    if ending == "link":
        assert (value_of(response, "last_on"), value_of(response, "most_uses")) == (
            day.isoformat(),
            "9",
        )
        assert value_of(response, "link") != str(link.id)


def test_a_link_is_switched_off_and_made_anew(
    app: Flask, as_trainer: FlaskClient, client: FlaskClient, link: JoinLink, place: str
) -> None:
    post(as_trainer, f"{place}/link/end")

    page = get_page(as_trainer, f"{place}/joining")
    assert page.select("#join-address") == []
    assert client.get(f"/en/join/{link.token}").status_code == 410
    assert as_trainer.get(f"{place}/join.svg").status_code == 404
    post(as_trainer, f"{place}/link")
    assert get_page(as_trainer, f"{place}/joining").select("#join-address")


def test_the_qr_code_is_a_picture_and_nothing_else(
    as_trainer: FlaskClient, link: JoinLink, place: str
) -> None:
    response = as_trainer.get(f"{place}/join.svg")

    assert response.mimetype == "image/svg+xml"
    tags = {item.tag.rpartition("}")[2] for item in ET.fromstring(response.data).iter()}
    assert tags == {"svg", "path"}
    assert b"style=" not in response.data


# --- the poster ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "paper", "size", "said"),
    [
        ("en", "letter", (612, 792), "Scan to join this training"),
        ("es", "a4", (595, 842), "Escanee para unirse a esta capacitación"),
    ],
)
def test_a_poster_is_one_tagged_page_in_its_language(
    as_trainer: FlaskClient,
    cohort: Cohort,
    link: JoinLink,
    language: str,
    paper: str,
    size: tuple[int, int],
    said: str,
) -> None:
    response = as_trainer.get(f"/{language}/cohorts/{cohort.id}/poster.pdf?paper={paper}")

    reader = PdfReader(BytesIO(response.data))
    (page,) = reader.pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == size
    text = " ".join(page.extract_text().split())
    for words_of_it in (said, "Night shift", "Riverside Clinic", format_join_code(str(link.code))):
        assert words_of_it in text
    assert "1-888-373-7888 · TTY: 711" in text
    assert (reader.trailer["/Root"]["/Lang"], reader.trailer["/Root"]["/MarkInfo"]["/Marked"]) == (  # type: ignore[index]  # a dictionary
        language,
        True,
    )
    assert f"-poster-{paper}-" in response.headers["Content-Disposition"]


def test_the_picture_of_a_poster_leads_to_the_group(
    as_trainer: FlaskClient, client: FlaskClient, link: JoinLink, place: str
) -> None:
    body = as_trainer.get(f"{place}/poster.pdf").data

    (picture,) = paint_pages(body, 600)
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)).convert("L"))
    assert found.text == f"http://127.0.0.1:8000/en/join/{format_join_code(str(link.code))}"
    assert "Night shift" in words(client.get(found.text))


@pytest.mark.parametrize(
    "name",
    ["x" * 120, "<script>alert(1)</script>", "قسم الطوارئ 夜班", "Équipe «nuit» & co " * 6],
    ids=["long", "markup", "scripts", "wide"],
)
def test_a_poster_takes_any_name_on_one_page(
    as_trainer: FlaskClient, make_cohort: Callable[..., Cohort], name: str
) -> None:
    name = name.strip()[:120]
    cohort = make_cohort(name=name, organisation=name, now=utc_now())

    body = as_trainer.get(f"/en/cohorts/{cohort.id}/poster.pdf").data

    (page,) = PdfReader(BytesIO(body)).pages
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]  # a dictionary
    assert all("/DescendantFonts" in font.get_object() for font in fonts)


def test_many_modules_fit_on_one_page(app: Flask, as_trainer: FlaskClient, cohort: Cohort) -> None:
    with app.test_request_context("/en/"):
        link = services.find_open_link(cohort, utc_now())
        assert link is not None
        body = make_poster(
            cohort,
            link,
            modules=[get_module(MODULE)] * (MOST_MODULES + 2),
            due_days={MODULE: local_date(utc_now(), "UTC")},
            address="http://127.0.0.1:8000/en/join/ABCDE-FGHJK",
            paper=Paper.LETTER,
        )

    (page,) = PdfReader(BytesIO(body)).pages
    assert "and 2 more modules" in page.extract_text()


# --- the code -----------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [str.lower, lambda code: f" {code.replace('-', ' ')} "])
def test_a_code_leads_to_the_group_however_it_is_typed(
    client: FlaskClient, link: JoinLink, write: Callable[[str], str]
) -> None:
    code = format_join_code(str(link.code))

    response = client.get("/en/join", query_string={"code": write(code)})

    assert response.location == f"/en/join/{code}"
    assert "Night shift" in words(client.get(response.location))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_wrong_code_gets_the_same_answer(
    client: FlaskClient, link: JoinLink, language: str
) -> None:
    right = str(link.code)
    wrong = [
        right[:-1],
        right[::-1] + "0",
        right[:-1] + ("2" if right[-1] != "2" else "3"),
        "x",
        "%00",
    ]
    typed = [*wrong, "É", "x" * 500]

    answers = {
        words(client.get(f"/{language}/join", query_string={"code": code})) for code in typed
    }

    assert len(answers) == 1
    assert client.get(f"/{language}/join", query_string={"code": typed[0]}).status_code == 422


def test_the_page_for_a_code_asks_for_one(client: FlaskClient) -> None:
    assert get_page(client, "/es/join").select("main input[name=code]")


def test_joining_by_a_code_is_joining(
    app: Flask, as_learner: FlaskClient, learner: Person, link: JoinLink
) -> None:
    post(as_learner, f"/en/join/{format_join_code(str(link.code))}")

    with app.app_context():
        assert [row.person_id for row in db.session.query(CohortMember)] == [learner.id]


@pytest.mark.parametrize(
    ("why", "status", "titles"),
    [
        (
            {"most_uses": 1, "uses": 1},
            409,
            ("This link has no places left", "Este enlace ya no tiene lugares"),
        ),
        (
            CohortState.CLOSED,
            409,
            ("Nobody can join this group now", "Ahora nadie puede unirse a este grupo"),
        ),
        (
            CohortState.ARCHIVED,
            409,
            ("Nobody can join this group now", "Ahora nadie puede unirse a este grupo"),
        ),
    ],
    ids=["full", "closed", "archived"],
)
def test_a_way_that_is_shut_says_so_kindly(
    app: Flask,
    client: FlaskClient,
    cohort: Cohort,
    link: JoinLink,
    why: dict[str, int] | CohortState,
    status: int,
    titles: tuple[str, str],
) -> None:
    if isinstance(why, dict):
        change(app, link, **why)
    else:
        with app.app_context(), transaction():
            db.session.get_one(Cohort, cohort.id).state = why

    pages = [get_page(client, f"/{tag}/join/{link.token}", status=status) for tag in ("en", "es")]

    assert tuple(text_of(page, "h1") for page in pages) == titles


def test_who_asks_for_approval_is_told_what_happens(
    app: Flask, as_learner: FlaskClient, link: JoinLink
) -> None:
    change(app, link, needs_approval=True)

    before = words(as_learner.get(f"/en/join/{link.token}"))
    response = post(as_learner, f"/en/join/{link.token}")
    after = words(as_learner.get(f"/en/join/{link.token}"))

    assert "A trainer of the group lets each person in." in before
    assert response.location == "/en/home"
    assert "You have asked to join." in after
    assert parsed(as_learner.get(f"/en/join/{link.token}")).select("main form") == []


# --- guessing -----------------------------------------------------------------------------------


@pytest.fixture
def limited(tmp_path: Path) -> Flask:
    """Return a site that counts: tests' own sites do not."""
    return make_site(tmp_path, mode=Mode.DEMO, modules=PACK)


def test_thousands_of_codes_are_not_tried_from_one_address(limited: Flask) -> None:
    client = limited.test_client()

    statuses = [
        client.get("/en/join", query_string={"code": make_join_code()}).status_code
        for _ in range(3_000)
    ]

    assert statuses.count(422) <= 240  # two minutes may pass meanwhile
    assert set(statuses) == {422, 429}


def test_an_account_is_not_helped_by_many_addresses(limited: Flask) -> None:
    with limited.app_context(), transaction():
        person = make_person(role=Role.LEARNER)
    client = limited.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = person.fs_uniquifier, True

    statuses = [
        client.get(
            "/en/join",
            query_string={"code": make_join_code()},
            environ_base={"REMOTE_ADDR": f"192.0.2.{number}"},
        ).status_code
        for number in range(250)
    ]

    assert 30 <= statuses.count(422) <= 60
    assert statuses[-1] == 429
