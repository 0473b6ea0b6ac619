"""The administrators' pages: likely duplicates, a merge with its preview, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.administration.merging import list_merges
from soar_lms.administration.models import PersonMerge
from soar_lms.audit.models import AuditEntry
from soar_lms.database import db, transaction
from soar_lms.learning.models import Enrolment, LessonCompletion
from tests.administration import records
from tests.conftest import SignIn
from tests.factories import NOW, make_person
from tests.support.page import get_page, text_of
from tests.support.queries import queries_of
from tests.support.quick import parsed, post, summary, words

ROOM = "/en/administration"
PAGE = f"{ROOM}/people/merge"
MakePerson = Callable[..., Person]
Twins = tuple[Person, Person]


@pytest.fixture
def as_admin(sign_in: SignIn, person: MakePerson) -> FlaskClient:
    return sign_in(person(role=Role.ADMINISTRATOR, name="Noor Haddad"))


@pytest.fixture
def twins(app: Flask, person: MakePerson) -> Twins:
    """Return somebody with two accounts."""
    keep = person(email="ana@home.example.org", name="Ana Torres")
    other = person(email="ana@clinic.example.org", name="Torres, Ana")
    with app.app_context(), transaction():
        for each in (keep, other):
            records.finish(each, "completed-twice")
        records.finish(other, "completed-once")
        records.enrol(keep, "completed-once")
        for each in (keep, other):
            records.enrol(each, "begun")
        records.enrol(other, "moved")
    return keep, other


def preview(keep: Person, other: Person) -> str:
    return f"{PAGE}/{keep.id}/{other.id}"


def typed(page: BeautifulSoup) -> list[str]:
    """Return what stands in the form that asks for two accounts."""
    return [str(field.get("value", "")) for field in page.select("main input.input")]


def merge(client: FlaskClient, twins: Twins) -> str:
    """Make them one; return the address of the way back."""
    response = post(client, preview(*twins), {"confirmed": "y"})
    assert response.status_code == 302
    return str(response.location)


def test_the_index_leads_to_every_page(as_admin: FlaskClient) -> None:
    page = get_page(as_admin, ROOM)

    for link in page.select("main .setting-list a"):
        get_page(as_admin, str(link["href"]))
    assert len(page.select("main .setting-list a")) == 7


def test_likely_duplicates_are_shown_with_why_and_lead_to_the_preview(
    as_admin: FlaskClient, twins: Twins
) -> None:
    page = get_page(as_admin, f"{ROOM}/people/duplicates")

    assert text_of(page, "li.box .meta") == (
        "They share: the same name, and the same e-mail before the @."
    )
    (link,) = page.select("li.box a")
    assert text_of(get_page(as_admin, str(link["href"])), "h2#none, main h2") == "What happens"


def test_where_nobody_has_two_accounts_the_pages_say_so(as_admin: FlaskClient) -> None:
    assert "Nobody seems to have two accounts." in words(as_admin.get(f"{ROOM}/people/duplicates"))
    assert "No accounts were made one so far." in words(as_admin.get(f"{ROOM}/people/merges"))


def test_a_preview_says_what_happens_and_changes_nothing(
    app: Flask, as_admin: FlaskClient, twins: Twins
) -> None:
    before = records.dump(app)

    page = get_page(as_admin, preview(*twins))

    assert [item.get_text() for item in page.select("dd")] == [
        "What both accounts did in it is put together.",
        "Completed on November 22, 2026. What the other account did in it is added.",
        "Completed on November 22, 2026. "
        "It was completed twice: the other time is kept as history.",
        "Goes on.",
    ]
    assert "modules completed: 3, certificates: 3, tests taken: 6" in page.get_text()
    assert records.dump(app) == before


@pytest.mark.parametrize(
    ("language", "words_of_it"),
    [
        ("en", "modules completed: 0, certificates: 0, tests taken: 0."),
        ("es", "módulos completados: 0, certificados: 0, pruebas: 0."),
    ],
)
def test_accounts_that_have_begun_nothing_are_previewed_and_made_one(
    as_admin: FlaskClient, person: MakePerson, language: str, words_of_it: str
) -> None:
    pair = person(), person()

    page = get_page(as_admin, preview(*pair).replace("/en/", f"/{language}/"))

    assert words_of_it in text_of(page, "main")
    assert merge(as_admin, pair).startswith(f"{PAGE}s/")


def test_a_look_at_two_records_is_on_the_trail(
    app: Flask, as_admin: FlaskClient, twins: Twins
) -> None:
    get_page(as_admin, preview(*twins))

    with app.app_context():
        trail = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.person_id) for entry in trail] == [
        ("record-viewed", each.id) for each in twins
    ]


def test_accounts_are_made_one_and_parted_again(
    app: Flask, as_admin: FlaskClient, twins: Twins
) -> None:
    before = records.dump(app)

    way_back = merge(as_admin, twins)
    assert "The two accounts are one now. Nothing was lost." in words(as_admin.get(way_back))
    assert records.dump(app) != before
    response = post(as_admin, way_back)

    assert response.location == f"{ROOM}/people/merges"
    assert "The two accounts are as they were before." in words(as_admin.get(response.location))
    assert records.dump(app) == before


def test_the_administrator_is_named_on_the_trail(
    app: Flask, as_admin: FlaskClient, twins: Twins
) -> None:
    post(as_admin, merge(as_admin, twins))

    with app.app_context():
        admin = db.session.scalars(select(Person.id).where(Person.role == "administrator")).one()
        trail = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.actor_id) for entry in trail] == [
        (action, admin) for action in ("people-merged",) * 2 + ("people-unmerged",) * 2
    ]


def test_nobody_merges_without_saying_that_they_looked(
    app: Flask, as_admin: FlaskClient, twins: Twins
) -> None:
    before = records.dump(app)

    response = post(as_admin, preview(*twins))

    assert response.status_code == 422
    assert summary(response) == ["Check that both accounts belong to one person."]
    assert "What happens" in words(response)
    assert records.dump(app) == before


def test_a_merge_that_was_sent_twice_happens_once(
    app: Flask, as_admin: FlaskClient, twins: Twins
) -> None:
    merge(as_admin, twins)

    response = post(as_admin, preview(*twins), {"confirmed": "y"})

    assert response.status_code == 409
    with app.app_context():
        assert len(list_merges()) == 1


def test_two_accounts_are_found_without_an_e_mail_address_in_the_address(
    as_admin: FlaskClient, twins: Twins
) -> None:
    keep, other = twins

    found = post(as_admin, PAGE, {"keep": keep.email.upper(), "other": f" {other.id} "})

    assert found.location == preview(*twins)


@pytest.mark.parametrize(
    ("keep", "other", "said"),
    [
        (
            "",
            "",
            [
                "The account that stays: Enter an e-mail address or a number.",
                "The account that goes: Enter an e-mail address or a number.",
            ],
        ),
        ("ana@home.example.org", "nobody@example.org", ["There is no such account."]),
        ("99999999999999999999", "1", ["There is no such account."]),
    ],
    ids=["nothing", "nobody", "no-number"],
)
def test_an_account_that_is_not_there_is_said_and_what_was_typed_is_kept(
    as_admin: FlaskClient, twins: Twins, keep: str, other: str, said: list[str]
) -> None:
    response = post(as_admin, PAGE, {"keep": keep, "other": other})

    assert response.status_code == 422
    assert summary(response) == said
    assert typed(parsed(response)) == [keep, other]


def test_accounts_that_cannot_be_made_one_are_asked_for_anew(
    as_admin: FlaskClient, twins: Twins
) -> None:
    keep, _ = twins

    page = get_page(as_admin, preview(keep, keep), status=422)

    assert text_of(page, ".error-summary li") == "This is one account already."
    assert typed(page) == [keep.email] * 2


def test_an_address_of_an_account_that_is_not_there_asks_for_another(
    as_admin: FlaskClient, twins: Twins
) -> None:
    page = get_page(as_admin, f"{PAGE}/{twins[0].id}/4711", status=422)

    assert text_of(page, ".error-summary li") == "There is no such account."
    assert typed(page) == [twins[0].email, ""]


def test_the_days_are_those_where_the_reader_is(
    app: Flask, sign_in: SignIn, person: MakePerson, twins: Twins
) -> None:
    """The twins' accounts and completions are of the 22nd in UTC, and the merge is of today."""
    client = sign_in(person(role=Role.ADMINISTRATOR, time_zone="Pacific/Kiritimati"))
    with app.app_context(), transaction():
        for each in twins:
            db.session.get_one(Person, each.id).time_zone = "Pacific/Kiritimati"

    page = get_page(client, preview(*twins))
    way_back = merge(client, twins)
    with app.app_context(), transaction():
        db.session.get_one(PersonMerge, 1).merged_at = NOW

    assert {item.get_text() for item in page.select(".panel .meta")} == {"Since November 23, 2026"}
    assert page.select("dd")[1].get_text().startswith("Completed on November 23, 2026.")
    for address in (way_back, f"{PAGE}s"):
        assert "November 23, 2026" in text_of(get_page(client, address), "main .meta")


def test_what_hinders_an_undo_is_said_instead_of_a_button(
    app: Flask, as_admin: FlaskClient, twins: Twins
) -> None:
    way_back = merge(as_admin, twins)
    with app.app_context(), transaction():
        (moved,) = db.session.scalars(select(Enrolment.id).where(Enrolment.module_id == "moved"))
        db.session.add(
            LessonCompletion(enrolment_id=moved, lesson_id="new", setting="", completed_at=NOW)
        )

    page = get_page(as_admin, way_back)

    assert [item.get_text() for item in page.select(".box li")] == [
        "A module or test that was moved has been gone on with."
    ]
    assert page.select("form[method=post]") == []
    assert post(as_admin, way_back).status_code == 409


def test_there_is_no_way_back_from_a_merge_that_never_was(as_admin: FlaskClient) -> None:
    assert as_admin.get(f"{ROOM}/people/merges/17").status_code == 404


@pytest.mark.parametrize("page", ["", "/people/duplicates", "/people/merge", "/people/merges"])
def test_every_page_is_there_in_spanish(as_admin: FlaskClient, twins: Twins, page: str) -> None:
    found = get_page(as_admin, f"/es/administration{page}")

    assert found.html is not None
    assert found.html["lang"] == "es"


def test_the_way_in_is_shown_to_administrators_only(
    as_admin: FlaskClient, as_trainer: FlaskClient
) -> None:
    shown = [
        bool(get_page(client, "/en/home").select(f".site-nav a[href='{ROOM}']"))
        for client in (as_admin, as_trainer)
    ]

    assert shown == [True, False]


def test_many_likely_duplicates_take_as_many_queries_as_few(
    app: Flask, as_admin: FlaskClient
) -> None:
    counts = []
    for number in range(6):
        with app.app_context(), transaction():
            for place in "ab":
                make_person(name=f"Twin {number}", email=f"twin{number}@{place}.example")
        with queries_of(app) as statements:
            assert as_admin.get(f"{ROOM}/people/duplicates").status_code == 200
        counts.append(len(statements))

    assert set(counts) == {5}
