"""Sending a list on the page, looking at what will happen, having it imported."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.clock import utc_now
from soar_lms.cohorts.models import Cohort, CohortState, RosterDraft
from soar_lms.cohorts.roster_table import MOST_PEOPLE
from soar_lms.cohorts.views.roster import LARGEST
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.paging import ROWS_ON_A_PAGE
from soar_lms.tables import BYTE_ORDER_MARK
from soar_lms.tasks.models import Task
from soar_lms.tasks.worker import work
from soar_lms.uploads import MOST_DRAINED
from tests.cohorts.workbooks import make_workbook
from tests.support.page import check_page, get_page, text_of
from tests.support.queries import queries_of
from tests.support.quick import parsed, post, summary, token, value_of, words
from tests.tasks.asking import Clock

LIST = "Nombre;Correo;Idioma;Sala\nAna Vega;ANA@example.org;es;7\nBen;ben@example.org;;8\n"
Outbox = Callable[[], list[OutboxMessage]]
QUERIES_OF_A_LIST = 6


@pytest.fixture
def place(cohort: Cohort) -> str:
    return f"/en/cohorts/{cohort.id}/roster"


def send(
    client: FlaskClient,
    place: str,
    data: bytes | str = b"",
    *,
    people: str = "",
    name: str = "list.csv",
    language: str = "en",
) -> TestResponse:
    """Send a list as a browser does; the test client would put a large one on the disk."""
    content = data.encode() if isinstance(data, str) else data
    fields = {"csrf_token": token(client), "people": people, "language": language}
    parts = [
        f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode()
        for field, value in fields.items()
    ]
    head = f'Content-Disposition: form-data; name="file"; filename="{name if content else ""}"'
    body = b"\r\n--x\r\n".join([b"", *parts, head.encode() + b"\r\n\r\n" + content])
    return client.post(
        place,
        data=body.lstrip() + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


def open_draft(client: FlaskClient, place: str, data: bytes | str, **options: Any) -> TestResponse:
    """Send a list whose columns are understood, and go on to what will happen."""
    answer = send(client, place, data, **options)
    assert answer.status_code == 302, summary(answer)
    return client.get(answer.location)


def rows_on(page: TestResponse) -> list[str]:
    return [row.get_text(" ", strip=True) for row in parsed(page).select("tbody tr")]


def tally_of(page: TestResponse) -> list[str]:
    return [item.get_text("", strip=True) for item in parsed(page).select(".tally li")]


def drafts(app: Flask) -> list[RosterDraft]:
    with app.app_context():
        return list(db.session.scalars(select(RosterDraft)))


# --- sending ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_asks_for_a_list_and_offers_a_sample(
    as_trainer: FlaskClient, cohort: Cohort, language: str
) -> None:
    page = get_page(as_trainer, f"/{language}/cohorts/{cohort.id}/roster")

    (link,) = page.select("main a[href$='.csv']")
    sample = as_trainer.get(str(link["href"]))
    assert sample.text.startswith(BYTE_ORDER_MARK)
    assert (
        open_draft(
            as_trainer, f"/{language}/cohorts/{cohort.id}/roster", sample.get_data()
        ).status_code
        == 200
    )


def test_a_list_shows_what_will_happen_and_nothing_happens_yet(
    as_trainer: FlaskClient, place: str, outbox: Outbox
) -> None:
    page = open_draft(as_trainer, place, LIST)

    check_page(page)
    assert rows_on(page) == [
        "2 Ana Vega ana@example.org Will be invited Español",
        "3 Ben ben@example.org Will be invited",
    ]
    assert tally_of(page) == ["Will be invited:2"]
    assert "These columns were not read: Sala." in words(page)
    assert outbox() == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param(
            make_workbook([["Name", "E-mail"], ["Ana", "ana@example.org"]]),
            "list.csv",
            id="a-csv-that-is-a-workbook",
        ),
        pytest.param(
            b"Name,E-mail\nAna,ana@example.org", "list.xlsx", id="a-workbook-that-is-a-csv"
        ),
        pytest.param(
            "Name\tE-mail\nAna\tana@example.org".encode("utf-16"), "list.txt", id="text-of-excel"
        ),
    ],
)
def test_a_file_is_read_by_what_is_in_it(
    as_trainer: FlaskClient, place: str, data: bytes, name: str
) -> None:
    page = open_draft(as_trainer, place, data, name=name)

    assert rows_on(page) == ["2 Ana ana@example.org Will be invited"]


def test_a_list_can_be_pasted(as_trainer: FlaskClient, place: str) -> None:
    page = open_draft(as_trainer, place, b"", people="\tana@example.org\r\nBen\tben@example.org")

    assert rows_on(page) == [
        "1 ana@example.org Will be invited",
        "2 Ben ben@example.org Will be invited",
    ]


@pytest.mark.parametrize(
    ("data", "people", "fault"),
    [
        pytest.param(b"", " ", "Choose a file, or paste the list.", id="nothing"),
        pytest.param(LIST, LIST, "You chose a file and pasted a list.", id="both"),
        pytest.param(b"\n\n", "", "There is nothing in this list.", id="empty"),
        pytest.param(b"Name,E-mail\n", "", "There is nothing in this list.", id="header-only"),
        pytest.param(b"", "x" + "\x01" * 9, "This is not a list that we can read.", id="noise"),
        pytest.param(b"%PDF-1.7", "", "This is not a list that we can read.", id="pdf"),
        pytest.param(
            "\n".join(f"p{n}@example.org" for n in range(MOST_PEOPLE + 1)),
            "",
            f"This list has more than {MOST_PEOPLE} people.",
            id="too-long",
        ),
        pytest.param("Patient name\nSomebody", "", "There is nothing in this list.", id="patients"),
    ],
)
def test_what_cannot_be_read_is_said_and_what_was_pasted_stays(
    as_trainer: FlaskClient, app: Flask, place: str, data: bytes | str, people: str, fault: str
) -> None:
    answer = send(as_trainer, place, data, people=people)

    assert answer.status_code == 422
    assert summary(answer)[0].startswith(fault)
    assert value_of(answer, "people").strip() == people.strip()
    assert drafts(app) == []


class Endless:
    """What a browser sends that never ends; it counts what is taken of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "all of it would be read into memory"
        Endless.taken += size
        return b"x" * size


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This is larger than 5 MB"), ("es", "Esto ocupa más de 5 MB")]
)
@pytest.mark.parametrize("size", [LARGEST, 200_000_000])
def test_a_list_that_is_too_large_is_refused_before_it_is_read(
    as_trainer: FlaskClient, cohort: Cohort, language: str, said: str, size: int
) -> None:
    Endless.taken = 0
    answer = as_trainer.post(
        f"/{language}/cohorts/{cohort.id}/roster",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input": Endless(), "CONTENT_LENGTH": str(size + 1)},
    )

    assert answer.status_code == 413
    assert summary(answer)[0].startswith(said)
    assert 0 < Endless.taken <= MOST_DRAINED
    check_page(answer)


def test_a_list_about_patients_is_not_read_and_said_so(
    as_trainer: FlaskClient, app: Flask, place: str
) -> None:
    page = open_draft(as_trainer, place, "Name,E-mail,Patient\nAna,ana@example.org,Somebody Else")

    assert "seems to be about patients or clients: Patient." in words(page, ".box-warning")
    with app.app_context():
        kept = db.session.execute(select(RosterDraft.rows, RosterDraft.facts)).one()
    assert "Somebody" not in str(kept)


# --- columns ------------------------------------------------------------------------------------


UNCLEAR = "Who;Contact;Spoken\nVega;ana@example.org;Español\nOkonkwo;ben@example.org;"


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Which column is what?"), ("es", "¿Qué hay en cada columna?")],
)
def test_columns_that_are_not_understood_are_asked_for(
    as_trainer: FlaskClient, app: Flask, cohort: Cohort, language: str, title: str
) -> None:
    answer = send(as_trainer, f"/{language}/cohorts/{cohort.id}/roster", UNCLEAR)

    page = check_page(answer)
    assert (answer.status_code, text_of(page, "h1")) == (200, title)
    assert text_of(page, "#email option[selected]") == "B: Contact"
    assert text_of(page, "#spoken option[selected]") == "C: Spoken"
    assert drafts(app) == []


def columns_form(answer: TestResponse, **chosen: str) -> dict[str, str]:
    return {"table": value_of(answer, "table"), "language": "en", "has_header": "y", **chosen}


def test_chosen_columns_are_read_and_rows_keep_their_numbers(
    as_trainer: FlaskClient, place: str
) -> None:
    asked = send(as_trainer, place, UNCLEAR.replace("\nOkonkwo", "\n\nOkonkwo"))

    answer = post(
        as_trainer,
        f"{place}/columns",
        columns_form(asked, email="1", name="0", surname="", spoken="2"),
    )

    assert rows_on(as_trainer.get(answer.location)) == [
        "2 Vega ana@example.org Will be invited Español",
        "4 Okonkwo ben@example.org Will be invited",
    ]


@pytest.mark.parametrize(
    ("chosen", "fault"),
    [
        ({"email": ""}, "Choose the column with the addresses."),
        ({"email": "9"}, "Not a valid choice."),
        ({"email": "1", "language": "xx"}, "Not a valid choice."),
    ],
)
def test_columns_that_cannot_be_are_refused_and_the_list_stays(
    as_trainer: FlaskClient, place: str, chosen: dict[str, str], fault: str
) -> None:
    asked = send(as_trainer, place, UNCLEAR)

    answer = post(as_trainer, f"{place}/columns", columns_form(asked, **chosen))

    assert answer.status_code == 422
    assert summary(answer) == [fault]
    assert value_of(answer, "table") == value_of(asked, "table")


def test_a_list_that_did_not_come_back_whole_is_asked_for_again(
    as_trainer: FlaskClient, place: str
) -> None:
    answer = post(as_trainer, f"{place}/columns", {"table": "[[", "email": "0"})

    assert answer.status_code == 422
    assert summary(answer)[0].startswith("This file is damaged")


def test_a_list_too_large_to_ask_about_says_what_to_write_above_its_columns(
    as_trainer: FlaskClient, place: str
) -> None:
    row = ";".join(["x" * 200] * 10)

    answer = send(as_trainer, place, f"Who;Contact\n{row}\n" * 900)

    assert summary(answer)[0].startswith("We do not understand which column is what.")


# --- what will happen ---------------------------------------------------------------------------

MANY = "Name,E-mail,Language\n" + "".join(
    f"P{n},{'same' if n % 2 else n}@example.org,\n" for n in range(2_000)
)


def test_a_thousand_repeats_stay_readable(as_trainer: FlaskClient, place: str) -> None:
    page = open_draft(as_trainer, place, MANY)

    assert tally_of(page) == ["Will be invited:1,001", "Repeated:999"]
    assert len(rows_on(page)) == ROWS_ON_A_PAGE
    assert rows_on(page)[3].endswith("Repeated the same address stands in row 3")
    (button,) = parsed(page).select("form[action$='/import'] button")
    assert button.get_text(strip=True) == "Invite 1,001 people"


def test_rows_are_narrowed_to_one_outcome_and_turned(as_trainer: FlaskClient, place: str) -> None:
    address = send(as_trainer, place, MANY + "X,none,\n").location

    faulty = as_trainer.get(f"{address}?what=fault")
    repeated = as_trainer.get(f"{address}?what=repeat&page=2")

    check_page(faulty)
    assert rows_on(faulty) == ["2002 X none Has an error B2002: this is not an e-mail address"]
    assert len(rows_on(repeated)) == ROWS_ON_A_PAGE
    assert "what=repeat" in str(parsed(repeated).select_one("a[rel=next]"))
    assert len(rows_on(as_trainer.get(f"{address}?what=nonsense"))) == ROWS_ON_A_PAGE


def test_a_list_of_nobody_new_has_no_button(as_trainer: FlaskClient, place: str) -> None:
    page = open_draft(as_trainer, place, "E-mail\nnone")

    assert "There is nobody to invite in this list." in words(page)
    assert not parsed(page).select("form[action$='/import']")


def test_importing_leads_to_the_task_and_ends_with_a_file(
    app: Flask, as_trainer: FlaskClient, place: str, outbox: Outbox
) -> None:
    address = send(as_trainer, place, LIST).location

    answer = post(as_trainer, f"{address}/import")
    with app.app_context():
        clock = Clock(utc_now())
        for _ in range(4):
            work(clock(), clock)

    page = check_page(as_trainer.get(answer.location))
    assert text_of(page, "h1") == "Import of a list for Night shift"
    assert "2 people are invited." in text_of(page, "main")
    assert [(mail.recipient, mail.language) for mail in outbox()] == [
        ("ana@example.org", "es"),
        ("ben@example.org", "en"),
    ]
    assert text_of(get_page(as_trainer, place), ".cards li").startswith("Import of a list")


def test_a_list_that_waits_is_offered_and_can_be_deleted(
    app: Flask, as_trainer: FlaskClient, place: str
) -> None:
    address = send(as_trainer, place, LIST).location
    assert "A list with 2 rows waits for you." in words(as_trainer.get(place))

    post(as_trainer, f"{address}/discard")

    assert drafts(app) == []
    gone = as_trainer.get(address)
    assert (gone.status_code, words(gone, "h1")) == (410, "This list is not here any more")


@pytest.mark.parametrize("what", ["import", "discard"])
def test_a_button_that_is_too_old_does_nothing(
    app: Flask, as_trainer: FlaskClient, place: str, what: str
) -> None:
    address = send(as_trainer, place, LIST).location

    answer = as_trainer.post(f"{address}/{what}", data={"csrf_token": "old"})

    assert answer.status_code == 422
    assert "open for a long time" in answer.text
    with app.app_context():
        assert db.session.scalars(select(Task)).all() == []
    assert len(drafts(app)) == 1


@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.ARCHIVED])
def test_a_group_that_is_not_open_takes_no_list(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, place: str, state: CohortState
) -> None:
    address = send(as_trainer, place, LIST).location
    with app.app_context(), transaction():
        db.session.get_one(Cohort, cohort.id).state = state

    assert "This group is closed" in words(as_trainer.get(place))
    assert send(as_trainer, place, LIST).status_code == 409
    assert post(as_trainer, f"{address}/import").status_code == 409


def test_nothing_of_a_list_is_written_to_the_log(
    as_trainer: FlaskClient, place: str, capfd: pytest.CaptureFixture[str]
) -> None:
    open_draft(as_trainer, place, LIST)
    send(as_trainer, place, b"PK\x03\x04 ana@example.org")

    assert not re.search("ana|ben", "".join(capfd.readouterr()), re.IGNORECASE)


def test_the_pages_lead_to_each_other(
    as_trainer: FlaskClient, cohort: Cohort, trainer: Person, place: str
) -> None:
    for path in ("", "/invitations"):
        page = get_page(as_trainer, f"/en/cohorts/{cohort.id}{path}")
        assert page.select(f"main a[href='{place}']"), path


def test_what_will_happen_takes_as_many_queries_however_long_the_list(
    app: Flask, as_trainer: FlaskClient, place: str
) -> None:
    counts = []
    for size in (3, 300, 3_000):
        rows = "".join(f"P{n},p{n}@example.org\n" for n in range(size))
        address = send(as_trainer, place, f"Name,E-mail\n{rows}").location
        with queries_of(app) as statements:
            as_trainer.get(address)
        counts.append(len(statements))

    assert counts == [QUERIES_OF_A_LIST] * 3
