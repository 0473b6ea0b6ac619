"""The last steps: the evaluation, and the name exactly as it shall be printed."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments.models import EvaluationComment, EvaluationResponse
from soar_lms.catalogue.model import Module
from soar_lms.certificates.documents import PDFError, make_pictures
from soar_lms.certificates.models import Certificate
from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning.models import Enrolment
from tests.assessments.variants import with_spec
from tests.conftest import empty_tables
from tests.factories import make_person
from tests.learning.places import EVALUATED, PASSED, READY, address, bring, serve
from tests.support.quick import parsed, post, summary, value_of, words
from tests.support.sites import make_pack_site

DESIGNS = Path(__file__).parents[1] / "support" / "designs"
ANSWERS = {
    "confidence-recognize-before": "2",
    "confidence-recognize-now": "4",
    "confidence-respond-before": "1",
    "confidence-respond-now": "5",
    "useful": "5",
    "relevant": "4",
}


@pytest.fixture
def passed(app: Flask, learner: Person, module: Module) -> Enrolment:
    return bring(app, learner, module, PASSED)


@pytest.fixture
def evaluated(app: Flask, learner: Person, module: Module) -> Enrolment:
    return bring(app, learner, module, EVALUATED)


def certificates(app: Flask) -> list[Certificate]:
    with app.app_context():
        return list(db.session.scalars(select(Certificate)))


def evaluations(app: Flask) -> list[EvaluationResponse]:
    with app.app_context():
        return list(db.session.scalars(select(EvaluationResponse)))


# --- the evaluation -----------------------------------------------------------------------------


@pytest.mark.usefixtures("passed")
def test_an_evaluation_is_kept_without_the_person(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    response = post(
        as_learner,
        address(module, "evaluation", language="es"),
        {**ANSWERS, "comment": "Muy útil."},
    )

    assert response.location == address(module, "certificate", language="es")
    (row,) = evaluations(app)
    assert row.answers == {
        "confidence-recognize": {"before": 2, "now": 4},
        "confidence-respond": {"before": 1, "now": 5},
        "useful": 5,
        "relevant": 4,
    }
    with app.app_context():
        comments = list(db.session.scalars(select(EvaluationComment.words)))
    assert comments == ["Muy útil."]
    assert (row.language, row.month.day) == ("es", 1)
    stored = repr({column: getattr(row, column) for column in row.__table__.columns.keys()})  # noqa: SIM118  # a collection, not a dict
    assert learner.email not in stored
    assert learner.name not in stored


@pytest.mark.usefixtures("passed")
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        pytest.param({"useful": ""}, 1, id="left-out"),
        pytest.param({"useful": "6"}, 1, id="beyond-the-scale"),
        pytest.param({"useful": "five"}, 1, id="no-number"),
        pytest.param({"confidence-respond-now": ""}, 1, id="half-a-pair"),
        pytest.param({"comment": "x" * 2001}, 1, id="a-long-comment"),
        pytest.param({"comment": "a\x00b"}, 1, id="a-hidden-character"),
    ],
)
def test_an_evaluation_with_a_fault_is_shown_again_with_everything_in_it(
    app: Flask,
    as_learner: FlaskClient,
    module: Module,
    changes: dict[str, str],
    errors: int,
) -> None:
    given = {**ANSWERS, "comment": "My words.", **changes}

    response = post(as_learner, address(module, "evaluation"), given)

    assert (response.status_code, len(summary(response))) == (422, errors)
    assert value_of(response, "comment").replace("\ufffd", "\x00").strip() == given["comment"]
    chosen = {str(box["name"]): str(box["value"]) for box in parsed(response).select("[checked]")}
    assert chosen == {name: value for name, value in ANSWERS.items() if given[name] == value}
    assert evaluations(app) == []


@pytest.mark.usefixtures("passed")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "Question 1 (Now): Choose one of the answers.",
                "Question 3: Choose one of the answers.",
                "Question 5: Write at most 2000 characters.",
            ],
        ),
        (
            "es",
            [
                "Pregunta 1 (Ahora): Elija una de las respuestas.",
                "Pregunta 3: Elija una de las respuestas.",
                "Pregunta 5: Escriba 2000 caracteres como máximo.",
            ],
        ),
    ],
)
def test_the_summary_of_an_evaluation_names_questions_by_number_and_leads_to_them(
    as_learner: FlaskClient, module: Module, language: str, said: list[str]
) -> None:
    given = {**ANSWERS, "confidence-recognize-now": "", "useful": "", "comment": "x" * 2001}

    response = post(as_learner, address(module, "evaluation", language=language), given)

    page = parsed(response)
    assert summary(response) == said
    assert page.select("#item-useful-0, #item-confidence-recognize-now-0, #item-comment")
    assert words(response).count(module.texts[language].evaluation.items["useful"]) == 1
    assert f"3. {module.texts[language].evaluation.items['useful']}" in words(response)


@pytest.mark.usefixtures("passed")
def test_an_evaluation_without_a_token_is_shown_again_with_everything_in_it(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    as_learner.get(address(module, "evaluation"))

    response = as_learner.post(
        address(module, "evaluation"), data={**ANSWERS, "comment": "My words."}
    )

    assert response.status_code == 422
    assert value_of(response, "comment").strip() == "My words."
    assert evaluations(app) == []


@pytest.mark.usefixtures("passed")
def test_markup_in_a_comment_stays_words(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    hostile = "</textarea><script>alert(1)</script>"

    response = post(as_learner, address(module, "evaluation"), {"comment": hostile})

    assert parsed(response).select("main script") == []
    assert value_of(response, "comment").strip() == hostile


@pytest.mark.usefixtures("passed")
def test_an_item_that_may_be_left_out_may_be_left_out(
    app: Flask, as_learner: FlaskClient, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = module.spec.evaluation
    assert spec is not None
    items = {name: item.model_copy(update={"required": False}) for name, item in spec.items.items()}
    free = spec.model_copy(update={"items": items})
    serve(app, monkeypatch, with_spec(module, evaluation=free))

    response = post(as_learner, address(module, "evaluation"), {"useful": "3"})

    assert response.status_code == 302
    assert [row.answers for row in evaluations(app)] == [{"useful": 3}]


def test_an_evaluation_before_its_turn_leads_to_what_is_next(
    app: Flask, learner: Person, as_learner: FlaskClient, module: Module
) -> None:
    bring(app, learner, module, READY)

    for response in (
        as_learner.get(address(module, "evaluation")),
        post(as_learner, address(module, "evaluation"), ANSWERS),
        as_learner.get(address(module, "certificate")),
        post(as_learner, address(module, "certificate"), {"name": "Ana"}),
    ):
        assert response.location == address(module, "tests", "post")
    assert (evaluations(app), certificates(app)) == ([], [])


@pytest.mark.usefixtures("evaluated")
def test_an_evaluation_is_given_once(app: Flask, as_learner: FlaskClient, module: Module) -> None:
    response = post(as_learner, address(module, "evaluation"), ANSWERS)

    assert response.location == address(module, "certificate")
    assert len(evaluations(app)) == 1


# --- the name -----------------------------------------------------------------------------------


def confirm(client: FlaskClient, module: Module, name: str, **more: Any) -> Any:
    """Get the certificate, as the page that shows its picture does."""
    return post(client, address(module, "certificate"), {"name": name, "step": "issue", **more})


def see(client: FlaskClient, module: Module, name: str, **more: Any) -> Any:
    """Ask how the certificate will look."""
    return post(client, address(module, "certificate"), {"name": name, **more})


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize(
    "name",
    [
        "Ana",
        "María José Núñez de la Cruz y Fernández-Villaverde",
        "Nguyễn Thị Ánh Tuyết",
        "Ḥasan al-ʿAlawī",
        "Олександра Коваленко",
        "Αλέξανδρος Παπαδόπουλος",
        "محمد بن عبد الله",
        "प्रिया शर्मा",
        "กัญญา วงศ์สวัสดิ์",
        "李小龍",
        "김민준",
        "Ana 🌻",
        "ana torres vega",
        "O’Neill, D’Arcy-Jones Jr.",
        "X" * 120,
    ],
)
def test_a_name_is_kept_exactly_as_it_was_typed(
    app: Flask, as_learner: FlaskClient, module: Module, name: str
) -> None:
    response = confirm(as_learner, module, name)

    (certificate,) = certificates(app)
    assert certificate.name == name
    assert response.location == f"/en/certificates/{certificate.code}"
    assert words(as_learner.get(response.location), "dd bdi") == name


@pytest.mark.usefixtures("evaluated")
def test_a_name_typed_with_separate_accents_is_composed(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    confirm(as_learner, module, "  Jose\u0301 Nu\u0301n\u0303ez ")

    assert [certificate.name for certificate in certificates(app)] == ["José Núñez"]


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("", "Enter the name as it should be printed.", id="nothing"),
        pytest.param("   \t \u00a0", "Enter the name as it should be printed.", id="spaces"),
        pytest.param("X" * 121, "Enter at most 120 characters.", id="121-characters"),
        pytest.param(
            "Ana\x07Torres",
            "This has hidden characters in it. Please type it again instead of pasting it.",
            id="control-character",
        ),
        pytest.param(
            "Ana\x00",
            "This has hidden characters in it. Please type it again instead of pasting it.",
            id="nul",
        ),
        pytest.param(
            "Ana \u202eserroT",
            "This has hidden characters in it. Please type it again instead of pasting it.",
            id="reversed-text",
        ),
        pytest.param(
            "Ana 𗀀𗀁",
            "Our fonts cannot print this yet: 𗀀 𗀁. Please write the name in other letters, "
            "or ask the people who run this site.",
            id="no-glyphs",
        ),
        pytest.param(
            "Ana\u2066\u2060",
            "This has hidden characters in it. Please type it again instead of pasting it.",
            id="isolate",
        ),
        pytest.param(
            "Ana\U000e0001",
            "Our fonts cannot print this yet: U+E0001. Please write the name in other letters, "
            "or ask the people who run this site.",
            id="unseen",
        ),
    ],
)
def test_a_name_that_cannot_be_printed_is_explained_and_kept_on_the_page(
    app: Flask, as_learner: FlaskClient, module: Module, name: str, message: str
) -> None:
    response = confirm(as_learner, module, name, profession="nurse", territory="PR")

    assert response.status_code == 422
    assert summary(response) == [message]
    assert value_of(response, "name").replace("\ufffd", "\x00") == name.strip()
    assert [item["value"] for item in parsed(response).select("option[selected]")] == [
        "nurse",
        "PR",
    ]
    assert certificates(app) == []


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("\u200b\u200b", id="zero-width-spaces"),
        pytest.param("\u200d\u200c", id="joiners"),
        pytest.param("\u00ad", id="soft-hyphen"),
        pytest.param("\u2060\ufeff", id="word-joiners"),
        pytest.param("\u3164", id="hangul-filler"),
        pytest.param("\ufe0f", id="variation-selector"),
    ],
)
def test_a_name_that_nobody_could_see_is_refused(
    app: Flask, as_learner: FlaskClient, module: Module, name: str
) -> None:
    response = confirm(as_learner, module, name)

    assert response.status_code == 422
    assert certificates(app) == []


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "\u2028"])
def test_a_name_is_one_line(
    app: Flask, as_learner: FlaskClient, module: Module, space: str
) -> None:
    """A line break in a name would be printed, and stand in mails and file names."""
    response = confirm(as_learner, module, f"Ana{space}Torres")

    if response.status_code != 422:
        assert [certificate.name for certificate in certificates(app)] == ["Ana Torres"]


HOSTILE = '<img src="file:///etc/passwd" onerror="alert(1)">'


@pytest.mark.usefixtures("evaluated")
def test_markup_in_a_name_is_inert_wherever_it_is_shown(
    app: Flask, as_learner: FlaskClient, client: FlaskClient, module: Module
) -> None:
    place = str(confirm(as_learner, module, HOSTILE).location)
    (certificate,) = certificates(app)

    for page in (
        as_learner.get(place),
        client.get(f"/en/verify/{certificate.code}"),
        as_learner.get("/en/home"),
    ):
        assert page.status_code == 200
        assert parsed(page).select("main img, [onerror]") == []
        assert "<img src=" not in page.text.partition("<main")[2]
    document = as_learner.get(f"/certificates/{certificate.code}.pdf")
    assert document.data.startswith(b"%PDF-")
    assert b"root:" not in document.data


@pytest.mark.usefixtures("evaluated")
def test_the_name_of_the_account_is_offered_and_the_date_is_shown_where_the_learner_is(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "soar_lms.learning.views.completion.utc_now",
        lambda: datetime(2026, 11, 23, 4, 30, tzinfo=UTC),
    )

    page = as_learner.get(address(module, "certificate"))

    assert value_of(page, "name") == learner.name
    assert "November 22, 2026 (Eastern Time)" in words(page, "form .facts")
    confirm(as_learner, module, "Ana")
    assert [certificate.completed_on for certificate in certificates(app)] == [date(2026, 11, 22)]


@pytest.mark.usefixtures("evaluated")
def test_confirming_twice_leads_to_the_same_certificate(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    places = {confirm(as_learner, module, name).location for name in ("Ana", "Bea")}
    places.add(as_learner.get(address(module, "certificate")).location)

    (certificate,) = certificates(app)
    assert certificate.name == "Ana"
    assert places == {f"/en/certificates/{certificate.code}"}


@pytest.mark.usefixtures("evaluated")
def test_where_the_certificate_was_revoked_the_last_step_leads_to_it(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    place = confirm(as_learner, module, "Ana").location
    with app.app_context(), transaction():
        (certificate,) = db.session.scalars(select(Certificate))
        certificate.revoked_at, certificate.revoked_reason = utc_now(), "issued too early"

    assert as_learner.get(address(module, "certificate")).location == place
    assert confirm(as_learner, module, "Bea").location == place
    assert len(certificates(app)) == 1


@pytest.mark.usefixtures("evaluated")
def test_the_certificate_follows_the_language_of_the_page(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    post(
        as_learner, address(module, "certificate", language="es"), {"name": "Ana", "step": "issue"}
    )

    (certificate,) = certificates(app)
    assert (certificate.language, certificate.setting_name) == ("es", "Atención médica")
    assert certificate.module_title == module.texts["es"].title


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"profession": "nurse", "territory": "PR"}, ("nurse", "PR")),
        ({"profession": "", "territory": ""}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_profession_and_place_may_be_left_open(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    given: dict[str, str],
    kept: tuple[str | None, str | None],
) -> None:
    confirm(as_learner, module, "Ana", **given)

    with app.app_context():
        person = db.session.get_one(Person, learner.id)
    assert (person.profession, person.territory) == kept


@pytest.mark.usefixtures("evaluated")
def test_a_profession_that_is_not_in_the_menu_is_refused(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    assert confirm(as_learner, module, "Ana", profession="king").status_code == 422
    assert certificates(app) == []


# --- how it will look ---------------------------------------------------------------------------


@pytest.mark.usefixtures("evaluated")
def test_the_certificate_is_shown_before_it_is_issued(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    response = see(as_learner, module, "María José Núñez", profession="nurse")

    assert response.status_code == 200
    (picture,) = parsed(response).select("main img")
    kind, _, data = str(picture["src"]).partition(";base64,")
    assert kind == "data:image/png"
    assert Image.open(BytesIO(b64decode(data))).size == (1100, 850)
    assert "María José Núñez has completed the training module" in str(picture["alt"])
    assert certificates(app) == []


@pytest.mark.usefixtures("evaluated")
def test_the_picture_is_the_document_that_will_be_issued(
    as_learner: FlaskClient, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Certificate] = []

    def note(certificate: Certificate) -> list[bytes]:
        drawn.append(certificate)
        return make_pictures(certificate)

    monkeypatch.setattr("soar_lms.learning.views.completion.make_pictures", note)
    see(as_learner, module, "Ana")
    confirm(as_learner, module, "Ana")

    (draft,) = drawn
    later = {"id", "code", "enrolment_id", "person_id", "completed_at", "issued_at"}
    later |= {"status_index", "replaced_quietly", "corrected_by_holder"}  # of the database
    with as_learner.application.app_context():
        (issued,) = db.session.scalars(select(Certificate))
        columns = {column.key for column in Certificate.__table__.columns} - later
        assert {key: getattr(draft, key) for key in columns} == {
            key: getattr(issued, key) for key in columns
        }


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize("step", ["change", "issue"])
def test_what_was_typed_goes_with_every_button(
    as_learner: FlaskClient, module: Module, step: str
) -> None:
    shown = parsed(see(as_learner, module, " O'Neill, 李 ", profession="nurse", territory="PR"))
    sent = {str(box["name"]): str(box["value"]) for box in shown.select("main form [type=hidden]")}

    response = as_learner.post(address(module, "certificate"), data={**sent, "step": step})

    assert {key: sent[key] for key in ("name", "profession", "territory")} == {
        "name": "O'Neill, 李",
        "profession": "nurse",
        "territory": "PR",
    }
    assert response.status_code == {"change": 200, "issue": 302}[step]
    if step == "change":
        assert value_of(response, "name") == "O'Neill, 李"


@pytest.mark.usefixtures("evaluated")
def test_markup_in_a_name_is_words_beside_the_picture_too(
    as_learner: FlaskClient, module: Module
) -> None:
    response = see(as_learner, module, HOSTILE)

    assert words(response, "dd bdi") == HOSTILE
    assert len(parsed(response).select("main img")) == 1
    assert parsed(response).select("[onerror]") == []


@pytest.mark.usefixtures("evaluated")
def test_without_a_picture_the_certificate_can_be_had_all_the_same(
    app: Flask, as_learner: FlaskClient, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_certificate: Certificate) -> list[bytes]:
        raise PDFError("WeasyPrint cannot load Pango.")

    monkeypatch.setattr("soar_lms.learning.views.completion.make_pictures", fail)

    response = see(as_learner, module, "Ana")

    assert response.status_code == 200
    assert "We cannot show the picture at the moment." in words(response)
    assert value_of(response, "name") == "Ana"


@pytest.mark.usefixtures("evaluated")
def test_the_site_chooses_paper_and_design_and_a_module_may_choose_another(
    app: Flask, as_learner: FlaskClient, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(app.config["SOAR"], designs=DESIGNS, paper="a4")
    monkeypatch.setitem(app.config, "SOAR", config)
    spec = module.spec.certificate.model_copy(update={"design": "riverside"})
    serve(app, monkeypatch, with_spec(module, certificate=spec))

    confirm(as_learner, module, "Ana")

    (certificate,) = certificates(app)
    assert (certificate.design, certificate.template_version) == ("riverside", 1)
    assert certificate.paper == "a4"


@pytest.mark.usefixtures("evaluated")
def test_a_step_that_nobody_offers_shows_the_picture_again(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    assert see(as_learner, module, "Ana", step="now").status_code == 200
    assert certificates(app) == []


# --- credit -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack_site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_pack_site(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def pack(pack_site: Flask) -> Iterator[Flask]:
    """Return a site whose module offers credit in Arabic; afterwards its tables are empty."""
    yield pack_site
    with pack_site.app_context():
        empty_tables()


@pytest.fixture
def gardener(pack: Flask) -> FlaskClient:
    """Return the client of somebody before the last step of a module that offers credit."""
    with pack.app_context():
        garden = catalogue().modules["garden"]
        with transaction():
            person = make_person(language="ar")
    bring(pack, person, garden, EVALUATED, setting="orchard")
    client = pack.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = person.fs_uniquifier
    return client


def claim(client: FlaskClient, language: str = "ar", **data: str) -> Any:
    return post(
        client, f"/{language}/learn/garden/certificate", {"name": "Ana", "step": "issue", **data}
    )


@pytest.mark.parametrize("amount", ["1.5", "1,5", " 1.50 "])
def test_credit_is_claimed_in_the_language_it_is_offered_in(
    pack: Flask, gardener: FlaskClient, amount: str
) -> None:
    response = claim(gardener, offer="hours", amount=amount)

    (certificate,) = certificates(pack)
    assert response.location == f"/ar/certificates/{certificate.code}"
    assert str(certificate.credit_amount) == "1.50"
    assert (certificate.credit_unit, certificate.credit_provider_number) == ("ساعات", "G-7")


def test_credit_is_not_offered_in_a_language_without_it(pack: Flask, gardener: FlaskClient) -> None:
    page = gardener.get("/en/learn/garden/certificate")
    assert parsed(page).select("[name=offer], [name=amount]") == []

    refused = claim(gardener, "en", offer="hours", amount="1.5")
    assert (refused.status_code, summary(refused)) == (
        422,
        ["This module gives no credit in English."],
    )
    claim(gardener, "en")

    assert [item.credit_amount for item in certificates(pack)] == [None]


@pytest.mark.parametrize(
    ("offer", "amount"),
    [
        ("hours", "2.5"),
        ("hours", "0.3"),
        ("hours", "0"),
        ("hours", "-1"),
        ("hours", "NaN"),
        ("hours", "Infinity"),
        ("hours", "1e9"),
        ("hours", "many"),
        ("days", "1"),
        ("hours", ""),
        ("", "1.5"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused_before_anything_is_issued(
    pack: Flask, gardener: FlaskClient, offer: str, amount: str
) -> None:
    """An amount without its credit, or a credit without its amount, is not dropped in silence."""
    response = claim(gardener, offer=offer, amount=amount)

    assert response.status_code == 422
    assert certificates(pack) == []


def test_a_claim_that_does_not_fit_keeps_what_was_typed(gardener: FlaskClient) -> None:
    response = claim(gardener, offer="hours", amount="0.3")

    assert response.status_code == 422
    assert (value_of(response, "name"), value_of(response, "amount")) == ("Ana", "0.3")


def test_the_credit_claimed_is_shown_and_kept_before_it_is_issued(
    pack: Flask, gardener: FlaskClient
) -> None:
    response = claim(gardener, offer="hours", amount="1,5", step="")

    sent = {
        str(box["name"]): str(box["value"])
        for box in parsed(response).select("main form [type=hidden]")
    }
    assert (sent["offer"], sent["amount"]) == ("hours", "1.5")
    assert certificates(pack) == []
    gardener.post("/ar/learn/garden/certificate", data={**sent, "step": "issue"})
    assert [str(item.credit_amount) for item in certificates(pack)] == ["1.50"]


def test_no_credit_may_be_claimed_at_all(pack: Flask, gardener: FlaskClient) -> None:
    claim(gardener, offer="", amount="")

    assert [item.credit_amount for item in certificates(pack)] == [None]
