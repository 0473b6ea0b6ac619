"""The trainer's rooms, the file, and the link by which learners come in."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.models import Cohort, CohortMember, JoinLink
from soar_lms.cohorts.report import ROWS_ON_A_PAGE
from soar_lms.database import db, transaction
from tests.cohorts.conftest import MODULE
from tests.conftest import SignIn
from tests.factories import make_person
from tests.support.databases import close_connections
from tests.support.page import get_page, text_of
from tests.support.quick import parsed, post, summary, value_of, words

Stages = dict[str, Person]
NEW = {"name": "Night shift", "time_zone": "America/New_York", "modules": [MODULE]}


@pytest.fixture
def link(app: Flask, make_cohort: Callable[..., Cohort]) -> str:
    """Return the token of a link that is open now."""
    cohort = make_cohort(now=utc_now(), organisation="Riverside Clinic")
    with app.app_context():
        return db.session.scalars(
            select(JoinLink.token).where(JoinLink.cohort_id == cohort.id)
        ).one()


def cohorts(app: Flask) -> list[Cohort]:
    with app.app_context():
        return list(db.session.scalars(select(Cohort)))


# --- making -------------------------------------------------------------------------------------


def test_a_trainer_makes_a_group_and_gets_its_link(app: Flask, as_trainer: FlaskClient) -> None:
    given = NEW | {"organisation": ""}

    place = str(post(as_trainer, "/en/cohorts/new", given).location)

    (cohort,) = cohorts(app)
    assert (cohort.name, cohort.organisation) == ("Night shift", None)
    page = parsed(as_trainer.get(place))
    (field,) = page.select("input.address")
    with app.app_context():
        token = db.session.scalars(select(JoinLink.token)).one()
    assert field["value"] == f"http://127.0.0.1:8000/en/join/{token}"


def test_the_only_module_is_chosen_already(as_trainer: FlaskClient) -> None:
    (box,) = parsed(as_trainer.get("/en/cohorts/new")).select("[name=modules][checked]")

    assert box["value"] == MODULE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Enter a name for the group."),
        ({"name": "  "}, "Enter a name for the group."),
        ({"name": "x" * 121}, "Enter at most 120 characters."),
        ({"organisation": "x" * 121}, "Enter at most 120 characters."),
        ({"modules": []}, "Choose at least one module."),
        ({f"due-{MODULE}": "soon"}, "Enter a date, such as 2027-05-31."),
        ({f"due-{MODULE}": "2026-01-01"}, "This day is over. Choose today or a later day."),
        (
            {f"due-{MODULE}": "20261-01-01"},
            "Enter a date, such as 2027-05-31.",
        ),
        (
            {f"due-{MODULE}": "2226-01-01"},
            "This day is more than five years away. Check the year.",
        ),
    ],
)
def test_a_group_with_a_fault_is_shown_again(
    app: Flask, as_trainer: FlaskClient, changes: dict[str, Any], message: str
) -> None:
    given = NEW | {"organisation": "Riverside"} | changes

    response = post(as_trainer, "/en/cohorts/new", given)

    assert response.status_code == 422
    assert message in summary(response)
    assert value_of(response, "name") == str(given["name"]).strip()
    assert value_of(response, "organisation") == given["organisation"]
    assert cohorts(app) == []


def test_a_module_that_there_is_not_is_refused(app: Flask, as_trainer: FlaskClient) -> None:
    response = post(as_trainer, "/en/cohorts/new", NEW | {"modules": [MODULE, "astronomy"]})

    assert response.status_code == 422
    assert cohorts(app) == []


def test_markup_in_the_name_of_a_group_is_words(app: Flask, as_trainer: FlaskClient) -> None:
    name = "<script>alert(1)</script>"
    place = str(post(as_trainer, "/en/cohorts/new", NEW | {"name": name}).location)

    for page in (as_trainer.get(place), as_trainer.get("/en/cohorts")):
        assert parsed(page).select("main script") == []
        assert name in words(page)


# --- the report ---------------------------------------------------------------------------------


def table_of(response: TestResponse) -> list[list[str]]:
    return [
        [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.select("th, td")]
        for row in parsed(response).select("table.report tr")
    ]


def file_of(response: TestResponse) -> list[list[str]]:
    text = response.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_page_shows_everybody_those_left_first(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}")

    names = [item.get_text() for item in page.select("tbody bdi")]
    assert names == ["élise new", "Zoe New", "Carla Begun", "Bea Passed", "Aaron Done"]
    tally = [int(item.get_text()) for item in page.select(".tally b")]
    assert tally == [2, 1, 1, 1]


def test_a_long_list_has_pages_and_a_file_with_everybody(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort
) -> None:
    with app.app_context(), transaction():
        for number in range(ROWS_ON_A_PAGE + 20):
            services.join_cohort(cohort, make_person(name=f"Person {number:03}"), utc_now())
    address = f"/en/cohorts/{cohort.id}"

    first = get_page(as_trainer, address)
    second = get_page(as_trainer, str(first.select("a[rel=next]")[0]["href"]))
    again = get_page(as_trainer, str(second.select("a[rel=prev]")[0]["href"]))

    names = [
        [name.get_text() for name in page.select("tbody bdi")] for page in (first, second, again)
    ]
    assert [len(found) for found in names] == [ROWS_ON_A_PAGE, 20, ROWS_ON_A_PAGE]
    assert names[0] + names[1] == [f"Person {number:03}" for number in range(ROWS_ON_A_PAGE + 20)]
    assert names[2] == names[0]
    assert [len(page.select("a[rel=prev]")) for page in (first, again)] == [0, 0]
    assert text_of(second, ".tally") == text_of(first, ".tally")
    file = as_trainer.get(f"{address}/members.csv").text
    assert file.count("Person ") == ROWS_ON_A_PAGE + 20


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=completed", ["Aaron Done"]),
        ("spoken=es", ["Carla Begun"]),
        ("q=ELISE", ["élise new"]),
        ("setting=public-health", ["Carla Begun"]),
        ("sort=name&state=not-started", ["élise new", "Zoe New"]),
        ("sort=completed&q=b", ["Carla Begun", "Bea Passed"]),
        ("state=nonsense&setting=%00&after=x.y.z&sort=9", None),
    ],
)
def test_filters_in_the_address_hold_for_the_page_and_for_the_file(
    as_trainer: FlaskClient,
    cohort: Cohort,
    stages: Stages,
    query: str,
    names: list[str] | None,
) -> None:
    place = f"/en/cohorts/{cohort.id}"
    everybody = ["élise new", "Zoe New", "Carla Begun", "Bea Passed", "Aaron Done"]

    page = get_page(as_trainer, f"{place}?{query}")
    file = file_of(as_trainer.get(f"{place}/members.csv?{query}"))

    assert [item.get_text() for item in page.select("tbody bdi")] == (names or everybody)
    assert [row[0] for row in file[1:]] == (names or everybody)


def test_filters_stay_in_the_form_and_in_the_links(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}?state=passed&q=bea&sort=name")

    chosen = [str(item["value"]) for item in page.select(".filters option[selected]")]
    assert chosen == ["passed", "name"]
    assert page.select_one("#q")["value"] == "bea"  # type: ignore[index]  # the page has it
    links = [str(item["href"]) for item in page.select("main a") if "members." in str(item["href"])]
    assert [link.partition("?")[2] for link in links] == ["state=passed&q=bea&sort=name"] * 3


def test_nobody_who_matches_is_said_and_there_is_a_way_back(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}?q=nobody-of-this-name")

    assert "Nobody matches." in text_of(page, "main .box")
    assert page.select(f"main .tally a[href='/en/cohorts/{cohort.id}#report']")


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        pytest.param("q=ana&state=completed&sort=name", ["?state=completed", "?q=ana"], id="two"),
        pytest.param("spoken=es&setting=health-care", ["?spoken=es", "?setting="], id="people"),
        pytest.param("sort=name", [], id="an order leaves nobody out"),
    ],
)
def test_each_filter_that_is_set_can_be_taken_away(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages, asked: str, left: list[str]
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}?{asked}")

    links = [str(link["href"]) for link in page.select("[aria-label='Filters that are set'] a")]
    assert all(part in link for part, link in zip(left, links, strict=False))
    assert len(links) == (len(left) + 1 if left else 0)
    assert ("open" in page.select("form details")[0].attrs) is (asked != "")


def test_the_filters_are_folded_until_one_is_set(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    address = f"/en/cohorts/{cohort.id}"
    (plain,) = get_page(as_trainer, address).select("form details")
    (searched,) = get_page(as_trainer, f"{address}?q=ana").select("form details")
    (filtered,) = get_page(as_trainer, f"{address}?state=completed").select("form details")

    assert ["open" in item.attrs for item in (plain, searched, filtered)] == [False, False, True]


def test_a_search_says_how_many_it_found(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}?q=person")

    lines = len(page.select("table.report tbody tr"))
    assert text_of(page, "[data-found]").startswith(f"{lines} people.")


def test_several_modules_have_a_table_of_numbers_that_lead_to_people(
    app: Flask, pack_app: Flask
) -> None:
    with pack_app.app_context():
        with transaction():
            trainer = make_person(role=Role.TRAINER)
            cohort = services.create_cohort(
                trainer,
                name="Two",
                organisation=None,
                module_ids=["garden", "second"],
                now=utc_now(),
            )
            services.join_cohort(cohort, make_person(), utc_now())
        close_connections()
    client = pack_app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = trainer.fs_uniquifier, True

    page = parsed(client.get(f"/en/cohorts/{cohort.id}"))

    totals = [
        [cell.get_text(strip=True) for cell in row.select("td")]
        for row in page.select(".totals tr")
    ]
    assert totals[1:] == [["1", "0", "0", "0", "1"]] * 2 + [["2", "0", "0", "0", "2"]]
    link = str(page.select(".totals td a")[0]["href"])
    assert len(table_of(client.get(link))) == 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_file_has_the_rows_of_the_page(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages, language: str
) -> None:
    place = f"/{language}/cohorts/{cohort.id}"

    page, file = table_of(as_trainer.get(place)), file_of(as_trainer.get(f"{place}/members.csv"))

    assert len(page) == len(file) == 6
    for shown, written in zip(page[1:], file[1:], strict=True):
        name, email, _module, state, left, setting, spoken, *_days = written
        assert shown[0] == f"{name} {email}"
        assert shown[1:4] == [state, left, f"{setting} {spoken}".strip()]


def test_the_file_is_made_for_spreadsheets(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    today = local_date(utc_now(), "America/New_York")

    response = as_trainer.get(f"/en/cohorts/{cohort.id}/members.csv")

    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="night-shift-{today}-en.csv"'
    )
    assert response.headers["Cache-Control"] == "no-store"
    done = file_of(response)[-1]
    assert done[0] == "Aaron Done"
    assert done[7] == "2026-11-22"
    assert len(done[8]) == 33


@pytest.mark.parametrize(
    ("language", "header"),
    [
        ("en", ["Name", "E-mail", "Module"]),
        ("es", ["Nombre", "Correo electrónico", "Módulo"]),
    ],
)
def test_the_header_of_the_file_is_in_the_language_of_the_page(
    as_trainer: FlaskClient, cohort: Cohort, language: str, header: list[str]
) -> None:
    (found,) = file_of(as_trainer.get(f"/{language}/cohorts/{cohort.id}/members.csv"))

    assert found[:3] == header
    assert len(found) == 13


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A1", "@SUM(A1:A9)", "-2+3", 'Ana "A", Vega'])
def test_a_name_cannot_make_a_formula(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, name: str
) -> None:
    with app.app_context(), transaction():
        services.join_cohort(cohort, make_person(name=name), utc_now())

    (_, row) = file_of(as_trainer.get(f"/en/cohorts/{cohort.id}/members.csv"))

    assert row[0] == (name if name[0] == "A" else f"'{name}")


def test_a_group_with_a_name_in_another_script_has_a_file_too(
    as_trainer: FlaskClient, make_cohort: Callable[..., Cohort]
) -> None:
    cohort = make_cohort(name='夜班"; filename="x.exe\r\nX-Bad: 1')

    response = as_trainer.get(f"/en/cohorts/{cohort.id}/members.csv")

    assert response.status_code == 200
    assert "X-Bad" not in response.headers
    assert response.headers["Content-Disposition"].count('"') == 2


# --- who sees what ------------------------------------------------------------------------------


def test_another_trainer_does_not_find_the_group(
    app: Flask,
    sign_in: SignIn,
    person: Callable[..., Person],
    cohort: Cohort,
    stages: Stages,
) -> None:
    stranger = sign_in(person(role=Role.TRAINER))
    place = f"/en/cohorts/{cohort.id}"

    assert stranger.get(place).status_code == 404
    for ending in ("csv", "xlsx", "pdf"):
        assert stranger.get(f"{place}/members.{ending}").status_code == 404
    assert post(stranger, f"{place}/link").status_code == 404
    assert "Night shift" not in stranger.get("/en/cohorts").text
    with app.app_context():
        assert db.session.query(JoinLink).filter(JoinLink.ended_at.is_not(None)).count() == 0


def test_an_administrator_sees_every_group(
    sign_in: SignIn, person: Callable[..., Person], cohort: Cohort, stages: Stages
) -> None:
    client = sign_in(person(role=Role.ADMINISTRATOR))

    assert "Night shift" in words(client.get("/en/cohorts"))
    assert len(table_of(client.get(f"/en/cohorts/{cohort.id}"))) == 6
    assert client.get(f"/en/cohorts/{cohort.id}/members.csv").status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", "2147483648", "9" * 30, "-1", "x"])
def test_a_group_that_there_is_not_is_not_found(as_trainer: FlaskClient, number: str) -> None:
    for part in ("", "/members.csv"):
        assert as_trainer.get(f"/en/cohorts/{number}{part}").status_code == 404


def test_a_learner_does_not_find_the_trainers_rooms(
    as_learner: FlaskClient, cohort: Cohort
) -> None:
    for place in ("", "/new", f"/{cohort.id}", f"/{cohort.id}/members.csv"):
        assert as_learner.get(f"/en/cohorts{place}").status_code == 404


# --- the link -----------------------------------------------------------------------------------


def members(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(CohortMember.person_id)))


def test_a_link_says_what_the_trainer_will_see_before_anybody_joins(
    as_learner: FlaskClient, link: str
) -> None:
    page = get_page(as_learner, f"/en/join/{link}")

    text = page.main.get_text(" ", strip=True) if page.main else ""
    assert "Night shift" in text
    assert "Riverside Clinic" in text
    assert "Not shown: your answers and your evaluation." in text


def test_opening_a_link_joins_nobody(app: Flask, as_learner: FlaskClient, link: str) -> None:
    as_learner.get(f"/en/join/{link}")

    assert members(app) == []


def test_a_link_can_be_used_twice(
    app: Flask, as_learner: FlaskClient, learner: Person, link: str
) -> None:
    places = [post(as_learner, f"/en/join/{link}").location for _ in range(2)]

    assert places == ["/en/home", "/en/home"]
    assert members(app) == [learner.id]
    page = as_learner.get(f"/en/join/{link}")
    assert "You are in this group already." in words(page)
    assert parsed(page).select("main form") == []


def test_a_visitor_comes_back_to_the_link_after_signing_in(client: FlaskClient, link: str) -> None:
    page = parsed(client.get(f"/en/join/{link}"))

    there = [str(item["href"]).replace("%2F", "/") for item in page.select("main a.button")]
    assert there == [f"/en/sign-up?next=/en/join/{link}", f"/en/sign-in?next=/en/join/{link}"]
    assert page.select("main form") == []


def test_joining_without_a_token_asks_again(app: Flask, as_learner: FlaskClient, link: str) -> None:
    response = as_learner.post(f"/en/join/{link}")

    assert response.status_code == 422
    assert members(app) == []


@pytest.mark.parametrize(
    ("why", "language", "title"),
    [
        ("expired", "en", "This link has expired"),
        ("expired", "es", "Este enlace ya no está activo"),
        ("ended", "en", "This link no longer works"),
        ("ended", "es", "Este enlace ya no funciona"),
    ],
)
def test_a_link_that_is_over_says_so_kindly(
    app: Flask, client: FlaskClient, link: str, why: str, language: str, title: str
) -> None:
    with app.app_context(), transaction():
        row = db.session.scalars(select(JoinLink)).one()
        if why == "ended":
            row.ended_at = utc_now()
        else:
            row.created_at = utc_now() - timedelta(days=61)
            row.expires_at = utc_now() - timedelta(days=1)

    page = get_page(client, f"/{language}/join/{link}", status=410)

    assert page.select_one("h1").get_text() == title  # type: ignore[union-attr]  # every page has one


def test_a_link_that_is_over_joins_nobody(
    app: Flask, as_learner: FlaskClient, as_trainer: FlaskClient, link: str
) -> None:
    (cohort,) = cohorts(app)
    post(as_trainer, f"/en/cohorts/{cohort.id}/link")

    assert post(as_learner, f"/en/join/{link}").status_code == 410
    assert members(app) == []


@pytest.mark.parametrize("token", ["nonsense", "%00", "%ff", "x" * 3000])
def test_a_link_that_never_was_is_not_found(
    client: FlaskClient, as_learner: FlaskClient, token: str
) -> None:
    assert client.get(f"/en/join/{token}").status_code == 404
    assert post(as_learner, f"/en/join/{token}").status_code == 404


def test_a_new_link_is_shown_and_the_old_one_is_not(
    app: Flask, as_trainer: FlaskClient, link: str
) -> None:
    (cohort,) = cohorts(app)

    place = post(as_trainer, f"/en/cohorts/{cohort.id}/link").location

    (field,) = parsed(as_trainer.get(str(place))).select("input.address")
    assert link not in str(field["value"])
