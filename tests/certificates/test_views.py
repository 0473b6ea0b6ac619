"""A certificate on the web: for its owner and their trainer, and for whoever has its code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.models import Certificate
from soar_lms.clock import utc_now
from soar_lms.cohorts import services as cohorts
from soar_lms.database import db, transaction
from tests.certificates.test_context import row
from tests.conftest import SignIn
from tests.factories import NOW, make_certificate
from tests.support.page import get_page
from tests.support.quick import parsed, value_of, words

JSON = {"Accept": "application/json"}
Issue = Callable[..., str]


@pytest.fixture
def issue(app: Flask) -> Issue:
    """Return a function that writes a certificate and gives its code."""

    def write(**changes: Any) -> str:
        code = make_code()
        with app.app_context(), transaction():
            db.session.add(row(**{"code": code, "score": 95, **changes}))
        return code

    return write


# --- who may open it ----------------------------------------------------------------------------


@pytest.fixture
def code(app: Flask, learner: Person, module: Module) -> str:
    """Return the code of the learner's own certificate."""
    with app.app_context(), transaction():
        return make_certificate(learner, module).code


def places(code: str) -> list[str]:
    return [f"/en/certificates/{code}", f"/certificates/{code}.pdf"]


def statuses(client: FlaskClient, code: str) -> list[int]:
    return [client.get(place).status_code for place in places(code)]


def test_its_owner_opens_it(as_learner: FlaskClient, code: str, learner: Person) -> None:
    page = get_page(as_learner, f"/en/certificates/{code}")
    document = as_learner.get(f"/certificates/{code}.pdf")

    assert page.select_one("dd bdi").get_text() == learner.name  # type: ignore[union-attr]  # there
    assert document.data.startswith(b"%PDF-")
    assert document.content_type == "application/pdf"
    assert document.headers["Cache-Control"] == "no-store"
    assert document.headers["Content-Disposition"] == (
        f'inline; filename="certificate-2026-11-22-{code[-6:]}.pdf"'
    )


def test_its_owner_saves_the_badge(as_learner: FlaskClient, code: str) -> None:
    (link,) = parsed(as_learner.get(f"/es/certificates/{code}")).select("a[download]")

    assert link.get_text() == "Guardar la insignia digital"
    assert link["href"] == f"/badges/{format_code(code)}"


def test_the_address_takes_the_code_as_it_is_written(as_learner: FlaskClient, code: str) -> None:
    assert statuses(as_learner, format_code(code).lower()) == [200, 200]


def test_a_stranger_does_not_find_it(
    sign_in: SignIn, person: Callable[..., Person], code: str
) -> None:
    assert statuses(sign_in(person()), code) == [404, 404]
    assert statuses(sign_in(person(role=Role.TRAINER)), code) == [404, 404]


def test_a_visitor_is_sent_to_sign_in(client: FlaskClient, code: str) -> None:
    responses = [client.get(place) for place in places(code)]

    assert [response.status_code for response in responses] == [302, 302]
    assert all("/sign-in?next=" in str(response.location) for response in responses)


def test_an_administrator_opens_it(
    sign_in: SignIn, person: Callable[..., Person], code: str
) -> None:
    assert statuses(sign_in(person(role=Role.ADMINISTRATOR)), code) == [200, 200]


@pytest.mark.parametrize(
    ("module_ids", "joined", "status"),
    [
        pytest.param(["soar-to-health-and-wellness"], True, 200, id="trains-its-owner-in-it"),
        pytest.param(["soar-to-health-and-wellness"], False, 404, id="owner-is-in-another-group"),
        pytest.param(["garden"], True, 404, id="trains-its-owner-in-something-else"),
    ],
)
def test_a_trainer_opens_what_their_own_group_takes(
    app: Flask,
    as_trainer: FlaskClient,
    trainer: Person,
    learner: Person,
    code: str,
    module_ids: list[str],
    joined: bool,
    status: int,
) -> None:
    with app.app_context(), transaction():
        cohort = cohorts.create_cohort(
            trainer, name="Night shift", organisation=None, module_ids=module_ids, now=NOW
        )
        if joined:
            cohorts.join_cohort(cohort, learner, NOW)

    assert statuses(as_trainer, code) == [status, status]


def test_a_certificate_without_an_owner_belongs_to_staff(
    as_learner: FlaskClient,
    as_trainer: FlaskClient,
    sign_in: SignIn,
    person: Callable[..., Person],
    issue: Issue,
) -> None:
    nobodys = issue(person_id=None)

    assert statuses(as_learner, nobodys) == [404, 404]
    assert statuses(as_trainer, nobodys) == [404, 404]
    assert statuses(sign_in(person(role=Role.ADMINISTRATOR)), nobodys) == [200, 200]


def test_a_document_whose_holder_was_erased_is_gone_and_says_so(
    sign_in: SignIn, person: Callable[..., Person], issue: Issue
) -> None:
    admin, code = sign_in(person(role=Role.ADMINISTRATOR)), issue(name="", erased_at=NOW)

    response = admin.get(f"/certificates/{code}.pdf")

    assert response.status_code == 410
    assert "erased at its holder’s request" in words(response)
    page = get_page(admin, f"/en/certificates/{code}")
    assert not page.select("a[href$='.pdf']")
    assert not page.select("a[href$='/name']")


@pytest.mark.parametrize("typed", ["nonsense", "0" * 27, "%00", ".", "%2e%2e"])
def test_a_code_that_is_none_is_not_found(as_learner: FlaskClient, typed: str) -> None:
    assert as_learner.get(f"/certificates/{typed}.pdf").status_code == 404
    assert as_learner.get(f"/en/certificates/{typed}").status_code == 404


# --- verification -------------------------------------------------------------------------------


LONG_AGO = date(2020, 1, 31)


@pytest.mark.parametrize(
    ("changes", "status", "english", "spanish"),
    [
        pytest.param(
            {},
            "valid",
            "This certificate is valid.",
            "Este certificado es válido.",
            id="valid",
        ),
        pytest.param(
            {"expires_on": LONG_AGO},
            "expired",
            "This certificate was valid and expired on January 31, 2020.",
            "31 de enero de 2020",
            id="expired",
        ),
        pytest.param(
            {"revoked_at": NOW, "revoked_reason": "a secret reason"},
            "revoked",
            "This certificate was revoked on November 22, 2026.",
            "22 de noviembre de 2026",
            id="revoked",
        ),
    ],
)
def test_anybody_with_the_code_learns_what_it_is_worth(
    client: FlaskClient,
    issue: Issue,
    changes: dict[str, Any],
    status: str,
    english: str,
    spanish: str,
) -> None:
    code = issue(**changes)

    assert words(client.get(f"/en/verify/{code}"), ".result") == english
    assert spanish in words(client.get(f"/es/verify/{code}"), ".result")
    answer = client.get(f"/verify/{code}", headers=JSON)
    assert (answer.status_code, answer.json and answer.json["status"]) == (200, status)


@pytest.mark.parametrize(
    ("changes", "kind", "english", "spanish"),
    [
        ({}, "valid", "Valid", "Válido"),
        ({"expires_on": LONG_AGO}, "expired", "Expired", "Vencido"),
        ({"revoked_at": NOW, "revoked_reason": "x"}, "revoked", "Revoked", "Anulado"),
        ({}, "replaced", "Replaced", "Reemplazado"),
    ],
    ids=["valid", "expired", "revoked", "replaced"],
)
def test_a_word_and_a_sign_of_its_own_say_it_first(
    app: Flask,
    client: FlaskClient,
    issue: Issue,
    changes: dict[str, Any],
    kind: str,
    english: str,
    spanish: str,
) -> None:
    with app.app_context():
        (first,) = db.session.query(Certificate.id).filter_by(code=issue()).one()
    if kind == "replaced":
        changes = {"replaced_by_id": first}
    code = issue(**changes)

    page = client.get(f"/en/verify/{code}")

    assert words(page, ".standing-word") == english
    assert words(client.get(f"/es/verify/{code}"), ".standing-word") == spanish
    (sign,) = parsed(page).select(f".standing-{kind} svg[aria-hidden=true]")
    assert sign["focusable"] == "false"


def test_the_signs_differ_by_their_outline(app: Flask, client: FlaskClient, issue: Issue) -> None:
    valid = issue()
    with app.app_context():
        (first,) = db.session.query(Certificate.id).filter_by(code=valid).one()
    codes = [
        valid,
        issue(expires_on=LONG_AGO),
        issue(revoked_at=NOW, revoked_reason="x"),
        issue(replaced_by_id=first),
        "nonsense",
    ]

    pages = [parsed(client.get(f"/en/verify/{code}")) for code in codes]

    outlines = [str(page.select(".standing-sign > *")[0]) for page in pages]
    assert len(set(outlines)) == len(codes)


def test_a_replaced_certificate_leads_to_its_successor(
    app: Flask, client: FlaskClient, issue: Issue
) -> None:
    new = issue(name="Ana T. Vega")
    with app.app_context():
        successor = db.session.query(Certificate).filter_by(code=new).one().id
    old = issue(replaced_by_id=successor)

    page = client.get(f"/en/verify/{old}")

    assert "This certificate was replaced by a newer one." in words(page, ".result")
    (link,) = parsed(page).select(".result a")
    assert link["href"] == f"/en/verify/{format_code(new)}"
    newer = client.get(str(link["href"]))
    assert words(newer, "dd bdi") == "Ana T. Vega"
    assert words(newer, "dd a") == format_code(old)
    answer = client.get(f"/verify/{old}", headers=JSON).json or {}
    assert (answer["status"], answer["replaced_by"]) == ("replaced", format_code(new))


def test_what_was_replaced_quietly_does_not_lead_to_the_new_name(
    app: Flask, client: FlaskClient, issue: Issue
) -> None:
    new = issue(name="Luz Vega")
    with app.app_context():
        successor = db.session.query(Certificate).filter_by(code=new).one().id
    old = issue(name="Ana Torres", replaced_by_id=successor, replaced_quietly=True)

    pages = [client.get(f"/en/verify/{code}") for code in (old, new)]

    assert words(pages[0], ".result") == (
        "This certificate was replaced by a newer one. Ask its holder for it."
    )
    assert words(pages[1], ".result") == "This certificate is valid."
    for code, other, name in ((old, new, "Luz Vega"), (new, old, "Ana Torres")):
        for headers in ({}, JSON):
            text = client.get(f"/verify/{code}", headers=headers).text
            assert format_code(other) not in text
            assert name not in text


def test_a_certificate_whose_name_was_erased_still_answers(
    client: FlaskClient, issue: Issue
) -> None:
    code = issue(name="", erased_at=NOW)

    page = client.get(f"/en/verify/{code}")

    assert words(page, ".result") == "This certificate is valid."
    assert words(page, "dd") == "erased at its holder’s request"
    assert (client.get(f"/verify/{code}", headers=JSON).json or {})["name"] is None


@pytest.mark.parametrize("typed", ["nonsense", "0" * 27, "%00", "a" * 3000, "%ff%fe"])
def test_a_code_that_was_never_issued_is_unknown(client: FlaskClient, typed: str) -> None:
    page = client.get(f"/en/verify/{typed}")
    answer = client.get(f"/verify/{typed}", headers=JSON)

    assert (page.status_code, answer.status_code) == (404, 404)
    assert words(page, ".result") == "There is no certificate with this code."
    assert answer.json == {"status": "unknown"}
    assert page.headers["Cache-Control"] == "no-store"


def test_a_code_that_cannot_be_one_is_answered_like_one_that_was_never_issued(
    client: FlaskClient,
) -> None:
    for headers in ({}, JSON):
        typed = ["nonsense", make_code()]
        answers = [client.get(f"/en/verify/{code}", headers=headers) for code in typed]

        # The link to the other language names the page itself.
        texts = {
            answer.text.replace(code, "…") for code, answer in zip(typed, answers, strict=True)
        }
        assert (len(texts), {answer.status_code for answer in answers}) == (1, {404})


def test_the_answer_for_programs_has_these_facts_and_no_others(
    client: FlaskClient, issue: Issue
) -> None:
    code = issue(expires_on=date(2999, 2, 1), name="María Núñez")

    answer = client.get(f"/verify/{code}", headers=JSON)

    assert answer.json == {
        "status": "valid",
        "code": format_code(code),
        "name": "María Núñez",
        "module": "Garden safety",
        "language": "en",
        "completed_on": "2026-11-22",
        "expires_on": "2999-02-01",
        "revoked_on": None,
        "replaced_by": None,
        "replaces": None,
    }


def test_the_page_says_no_more_than_a_verifier_needs(
    app: Flask, client: FlaskClient, learner: Person, code: str
) -> None:
    page = client.get(f"/en/verify/{code}")

    assert [item.get_text() for item in parsed(page).select("dt")] == [
        "Name",
        "Module",
        "Language",
        "Completed on",
        "Code",
    ]
    for secret in (learner.email, "Health care", "100%", "100 %", "America/New_York"):
        assert secret not in words(page)
    assert learner.email not in page.text


def test_why_a_certificate_was_revoked_is_not_told(client: FlaskClient, issue: Issue) -> None:
    code = issue(revoked_at=NOW, revoked_reason="a secret reason")

    for headers in ({}, JSON):
        assert "a secret reason" not in client.get(f"/verify/{code}", headers=headers).text


def test_verification_needs_no_cookie_and_may_be_kept_a_minute(
    client: FlaskClient, issue: Issue
) -> None:
    code = issue()

    for place in (f"/verify/{code}", f"/es/verify/{code}"):
        response = client.get(place)
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert {"Accept", "Cookie"} <= set(response.headers["Vary"].replace(" ", "").split(","))


@pytest.mark.parametrize(("accept", "language"), [("es-MX,en;q=.5", "es"), ("fr", "en")])
def test_the_printed_address_answers_in_the_browsers_language(
    client: FlaskClient, issue: Issue, accept: str, language: str
) -> None:
    response = client.get(f"/verify/{issue()}", headers={"Accept-Language": accept})

    (root,) = parsed(response).select("html")
    assert root["lang"] == response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]


def test_a_certificate_in_another_language_says_so_and_is_marked(
    client: FlaskClient, issue: Issue
) -> None:
    page = parsed(client.get(f"/en/verify/{issue(language='es', module_title='Seguridad')}"))

    (title,) = page.select("dd[lang=es]")
    assert title.get_text() == "Seguridad"
    assert "Español" in [item.get_text() for item in page.select("dd")]


def test_the_last_day_lasts_until_midnight_where_the_learner_is(
    client: FlaskClient, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is printed as the last day on which it is valid, where the learner is."""
    code = issue(time_zone="Pacific/Honolulu", expires_on=date(2027, 11, 22))
    midnight = datetime(2027, 11, 23, 10, 0, tzinfo=UTC)  # in Honolulu

    found = []
    for moment in (midnight - timedelta(minutes=1), midnight):
        monkeypatch.setattr("soar_lms.certificates.views.verify.utc_now", lambda now=moment: now)
        found.append((client.get(f"/verify/{code}", headers=JSON).json or {})["status"])

    assert found == ["valid", "expired"]


# --- typing a code ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_typed_code_leads_to_its_page(client: FlaskClient, issue: Issue, language: str) -> None:
    code = issue()

    typed = f" {format_code(code).lower().replace('0', 'o')} "
    response = client.get(f"/{language}/verify", query_string={"code": typed})

    assert response.location == f"/{language}/verify/{format_code(code)}"


@pytest.mark.parametrize(
    "typed", ["7F3K", "0" * 26, "U" * 27, '"><script>alert(1)</script>', "７" * 27]
)
def test_a_code_with_a_fault_is_explained_and_kept(client: FlaskClient, typed: str) -> None:
    response = client.get("/en/verify", query_string={"code": typed})

    assert response.status_code == 422
    assert words(response, ".error-summary li").startswith("This is not a certificate code.")
    assert "This is not a certificate code." in words(response, "#code-error")
    assert value_of(response, "code") == typed
    assert parsed(response).select("main script") == []


def test_the_empty_form_is_no_mistake(client: FlaskClient) -> None:
    for query in ("", "?code=", "?code=%20%20"):
        response = client.get(f"/en/verify{query}")
        assert (response.status_code, "Set-Cookie" in response.headers) == (200, False)
        assert parsed(response).select(".error-summary") == []


@pytest.mark.parametrize(
    ("revoked_at", "heading"),
    [(None, "Show that it is real"), (NOW, "What others see")],
    ids=["valid", "revoked"],
)
def test_only_what_counts_is_offered_to_be_shown(
    as_learner: FlaskClient,
    learner: Person,
    issue: Issue,
    revoked_at: datetime | None,
    heading: str,
) -> None:
    reason = "a reason" if revoked_at else None
    code = issue(person_id=learner.id, revoked_at=revoked_at, revoked_reason=reason)

    page = as_learner.get(f"/en/certificates/{code}")

    assert [title.get_text() for title in parsed(page).select("main h2")][-1] == heading


def test_a_page_of_a_certificate_that_is_over_says_so_to_its_owner(
    app: Flask, as_learner: FlaskClient, learner: Person, issue: Issue
) -> None:
    yesterday = utc_now().date() - timedelta(days=2)
    code = issue(person_id=learner.id, expires_on=yesterday)

    assert "This certificate expired on" in words(as_learner.get(f"/en/certificates/{code}"))
