"""The pages of a follow-up: by a link, without a name, in every language; and saying no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.assessments.models import EvaluationComment, EvaluationResponse
from soar_lms.catalogue.evaluation import BurdenSpec, EvaluationText
from soar_lms.catalogue.model import Module
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning.models import FollowUp
from tests.assessments.variants import with_spec
from tests.conftest import empty_tables
from tests.factories import make_certificate, make_follow_up_link, make_person
from tests.learning.places import PASSED, address, bring, serve
from tests.rules.world import read_database
from tests.support.page import check_page, errors_of, get_page, post_form, text_of
from tests.support.quick import parsed, post, summary, value_of, words
from tests.support.sites import make_pack_site

TOKEN = "a-link-of-an-e-mail"
LINK = f"/en/follow-up/{TOKEN}"
ENLACE = f"/es/follow-up/{TOKEN}"
ANSWERS = {
    "used": "not-yet",
    "recognize-today": "4",
    "respond-today": "5",
    "protocol": "unknown",
    "barrier": "time",
}


@pytest.fixture
def graduate(app: Flask, learner: Person, module: Module) -> Person:
    with app.app_context(), transaction():
        person = db.session.get_one(Person, learner.id)
        make_certificate(person, module)
        make_follow_up_link(person, module, TOKEN)
    return person


def follow_up(app: Flask) -> FollowUp:
    with app.app_context():
        return db.session.query(FollowUp).one()


def responses(app: Flask) -> list[EvaluationResponse]:
    with app.app_context():
        return db.session.query(EvaluationResponse).filter_by(form_id="follow-up").all()


# --- answering ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("graduate")
def test_it_is_answered_without_signing_in(app: Flask, client: FlaskClient) -> None:
    response = post_form(client, ENLACE, {**ANSWERS, "needs": "Más práctica."})

    assert response.location == ENLACE
    page = get_page(client, ENLACE)
    assert text_of(page, "h1") == "Gracias"
    (row,) = responses(app)
    assert row.language == "es"
    assert row.answers == {
        "used": "not-yet",
        "recognize-today": 4,
        "respond-today": 5,
        "protocol": "unknown",
        "barrier": "time",
    }
    with app.app_context():
        comment = db.session.query(EvaluationComment).filter_by(form_id="follow-up").one()
    assert comment.words == "Más práctica."


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_names_nobody(
    client: FlaskClient, graduate: Person, module: Module, language: str
) -> None:
    for place in ("", "/stop"):
        response = client.get(f"/{language}/follow-up/{TOKEN}{place}")
        check_page(response)

        assert graduate.name not in response.text
        assert graduate.email not in response.text
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.usefixtures("graduate")
def test_the_same_address_speaks_the_other_language(client: FlaskClient, module: Module) -> None:
    page = get_page(client, LINK)

    assert [link["href"] for link in page.select(".languages a")] == [ENLACE]
    assert module.texts["en"].evaluation.items["used"] in text_of(page, "form")
    spanish = get_page(client, ENLACE)
    assert module.texts["es"].evaluation.options["used"]["no-occasion"] in text_of(spanish, "form")


@pytest.mark.usefixtures("graduate")
def test_looking_at_it_changes_nothing(app: Flask, client: FlaskClient) -> None:
    before = read_database(app)

    for place in (LINK, f"{LINK}/stop", ENLACE, f"{ENLACE}/stop"):
        assert client.get(place).status_code == 200

    assert read_database(app) == before


@pytest.mark.usefixtures("graduate")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"used": ""}, "Question 1: Choose one of the answers.", id="left-out"),
        pytest.param({"used": "perhaps"}, "Question 1: Not a valid choice.", id="no-such-option"),
        pytest.param(
            {"needs": "x" * 2001}, "Question 6: Write at most 2000 characters.", id="too-long"
        ),
    ],
)
def test_a_fault_is_explained_and_nothing_typed_is_lost(
    app: Flask, client: FlaskClient, changes: dict[str, str], message: str
) -> None:
    given = {**ANSWERS, "needs": "My words.", **changes}

    response = post_form(client, LINK, given, status=422)

    assert errors_of(response) == [message]
    assert value_of(response, "needs").strip() == given["needs"]
    kept = {str(box["name"]): str(box["value"]) for box in parsed(response).select("[checked]")}
    assert kept == {name: ANSWERS[name] for name in ANSWERS if given[name] == ANSWERS[name]}
    assert responses(app) == []


@pytest.mark.usefixtures("graduate")
def test_an_answer_without_a_token_is_asked_for_again(app: Flask, client: FlaskClient) -> None:
    client.get(LINK)

    response = client.post(LINK, data=ANSWERS)

    assert response.status_code == 422
    assert len(parsed(response).select("[checked]")) == len(ANSWERS)
    assert responses(app) == []


@pytest.mark.usefixtures("graduate")
def test_handing_in_again_is_thanked_for_and_not_kept(app: Flask, client: FlaskClient) -> None:
    for _ in range(2):
        post(client, LINK, ANSWERS)

    assert len(responses(app)) == 1
    assert client.get(f"{LINK}/stop").status_code == 200


@pytest.mark.usefixtures("graduate")
@pytest.mark.parametrize("guess", ["nonsense", TOKEN.upper(), f"{TOKEN}x", "%00", "x" * 500])
@pytest.mark.parametrize("place", ["", "/stop"])
def test_a_link_that_nobody_sent_is_not_found(client: FlaskClient, guess: str, place: str) -> None:
    assert client.get(f"/en/follow-up/{guess}{place}").status_code == 404
    assert post(client, f"/en/follow-up/{guess}{place}", ANSWERS).status_code == 404


@pytest.mark.usefixtures("graduate")
@pytest.mark.parametrize(
    ("link", "title"), [(LINK, "This survey is over"), (ENLACE, "Esta encuesta ya terminó")]
)
def test_when_it_is_over_the_page_says_so_kindly(
    app: Flask, client: FlaskClient, link: str, title: str
) -> None:
    with app.app_context(), transaction():
        db.session.query(FollowUp).one().closes_at = datetime(2026, 1, 1, tzinfo=UTC)

    for response in (client.get(link), post(client, link, ANSWERS)):
        assert response.status_code == 410
        assert words(response, "h1") == title
    assert responses(app) == []


# --- saying no ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("graduate")
def test_a_button_behind_the_link_ends_the_e_mails(app: Flask, client: FlaskClient) -> None:
    response = post_form(client, f"{LINK}/stop")

    assert response.location == f"{LINK}/stop"
    page = get_page(client, f"{LINK}/stop")
    assert "We will not write to you about this again." in text_of(page, "main")
    assert page.select("main form") == []
    assert (follow_up(app).state, follow_up(app).next_at) == ("declined", None)


@pytest.mark.usefixtures("graduate")
def test_without_the_buttons_token_nothing_ends(app: Flask, client: FlaskClient) -> None:
    assert client.post(f"{LINK}/stop").status_code == 422
    assert follow_up(app).state == "open"


@pytest.mark.usefixtures("graduate")
def test_who_said_no_may_still_answer(app: Flask, client: FlaskClient) -> None:
    post(client, f"{LINK}/stop")

    post(client, LINK, ANSWERS)

    assert len(responses(app)) == 1


@pytest.mark.usefixtures("graduate")
@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "en",
            "From February 22, 2027 on, we ask by e-mail how it went at work.",
            "We will not write to ask how it went.",
        ),
        (
            "es",
            "A partir del 22 de febrero de 2027 le preguntaremos por correo",
            "No le escribiremos para preguntarle cómo le ha ido.",
        ),
    ],
)
def test_the_page_of_the_module_announces_it_and_takes_a_no(
    app: Flask, as_learner: FlaskClient, module: Module, language: str, before: str, after: str
) -> None:
    place = address(module, language=language)
    assert before in words(as_learner.get(place))

    response = post_form(as_learner, f"{place}/follow-up", page=place)

    assert response.location == place
    said = words(as_learner.get(place))
    assert after in said
    assert before not in said
    assert follow_up(app).state == "declined"


@pytest.mark.usefixtures("graduate")
def test_a_no_without_a_token_changes_nothing_and_says_so(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    response = as_learner.post(f"{address(module)}/follow-up")

    assert response.location == address(module)
    assert "Please check it and send it again." in words(as_learner.get(address(module)))
    assert follow_up(app).state == "open"


def test_nothing_is_announced_before_completion(
    app: Flask, learner: Person, as_learner: FlaskClient, module: Module
) -> None:
    bring(app, learner, module, PASSED)

    assert "by e-mail how it went" not in words(as_learner.get(address(module)))


# --- the longer form ----------------------------------------------------------------------------


def test_the_longer_form_may_be_taken_instead(
    app: Flask, learner: Person, as_learner: FlaskClient, module: Module
) -> None:
    bring(app, learner, module, PASSED)
    short = address(module, "evaluation")
    link = get_page(as_learner, short).select_one("main a[href*='form=']")
    assert link is not None
    longer = str(link["href"])
    answers = {
        **{f"{name}-{when}": "3" for name in PAIRS for when in ("before", "now")},
        **dict.fromkeys(["useful", "relevant", "clear", "respectful", "own-pace"], "5"),
        "length": "right",
        "barrier": "nothing",
        "do-differently": "Listen.",
    }

    response = post_form(as_learner, longer, answers)

    assert longer == f"{short}?form=long"
    assert response.location == address(module, "certificate")
    with app.app_context():
        (row,) = db.session.query(EvaluationResponse).all()
    assert (row.form_id, row.answers["length"], len(row.answers)) == ("long", "right", 10)
    assert as_learner.get(short).location == address(module, "certificate")


PAIRS = ("confidence-recognize", "confidence-respond", "know-whom-to-call")


@pytest.mark.parametrize("form_id", ["follow-up", "nonsense", ""])
def test_no_other_form_can_be_asked_for_there(
    app: Flask, learner: Person, as_learner: FlaskClient, module: Module, form_id: str
) -> None:
    bring(app, learner, module, PASSED)

    place = f"{address(module, 'evaluation')}?form={form_id}"

    assert as_learner.get(place).status_code == 404
    assert post(as_learner, place, ANSWERS).status_code == 404


def test_an_item_may_have_any_name(
    app: Flask,
    learner: Person,
    as_learner: FlaskClient,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An item called as something of the form, or of the page, is an item like any other."""
    names = ["data", "errors", "items", "main", "validate"]
    serve(app, monkeypatch, with_items(module, names))
    bring(app, learner, module, PASSED)

    refused = post_form(as_learner, address(module, "evaluation"), {"data": "3"}, status=422)
    taken = post_form(as_learner, address(module, "evaluation"), dict.fromkeys(names, "3"))

    assert len(summary(refused)) == 4
    assert taken.location == address(module, "certificate")


def with_items(module: Module, names: list[str]) -> Module:
    """Return the module with a short form of scales with these names."""
    spec = module.spec.evaluation
    assert spec is not None
    scale = spec.items["useful"]
    form = spec.forms["short"].model_copy(update={"items": tuple(names)})
    changed = spec.model_copy(
        update={
            "items": {**spec.items, **dict.fromkeys(names, scale)},
            "forms": {**spec.forms, "short": form},
        }
    )
    texts = {
        tag: text.model_copy(
            update={
                "evaluation": EvaluationText(
                    items={**text.evaluation.items, **{name: f"{name}?" for name in names}},
                    options=text.evaluation.options,
                )
            }
        )
        for tag, text in module.texts.items()
    }
    return replace(with_spec(module, evaluation=changed), texts=texts)


# --- the burden statement -----------------------------------------------------------------------


@pytest.fixture
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    site = make_pack_site(tmp_path_factory.mktemp("burden"))
    yield site
    with site.app_context():
        empty_tables()


def test_an_approved_form_opens_with_its_number_expiry_and_statement(pack: Flask) -> None:
    with pack.app_context():
        garden = catalogue().modules["garden"]
        with transaction():
            person = make_person()
    bring(pack, person, garden, PASSED, setting="orchard")
    client = pack.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = person.fs_uniquifier

    page = get_page(client, "/en/learn/garden/evaluation")

    main = page.select_one("main")
    assert main is not None
    first = " ".join(main.get_text(" ", strip=True).split())
    assert first.startswith(
        "OMB control number: 0000-0000. Expiration date: October 31, 2028. "
        "Estimated time to answer, on average: 4 min "
        "The Garden Office asks this to improve the module. Answering is voluntary."
    )
    arabic = get_page(client, "/ar/learn/garden/evaluation")
    assert "يسأل مكتب الحدائق" in text_of(arabic, ".burden")
    assert get_page(client, "/en/learn/garden/evaluation?form=long").select(".burden") == []


@pytest.mark.usefixtures("graduate")
def test_a_follow_up_can_be_an_approved_form(
    app: Flask, client: FlaskClient, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = module.spec.evaluation
    assert spec is not None
    omb = BurdenSpec.model_validate(
        {"control_number": "0000-0000", "expires": "2028-10-31", "minutes": 3}
    )
    form = spec.forms["follow-up"].model_copy(update={"omb": omb})
    changed = spec.model_copy(update={"forms": {**spec.forms, "follow-up": form}})
    texts = {
        tag: text.model_copy(
            update={
                "evaluation": text.evaluation.model_copy(
                    update={"statements": {"follow-up": f"Statement {tag}."}}
                )
            }
        )
        for tag, text in module.texts.items()
    }
    serve(app, monkeypatch, replace(with_spec(module, evaluation=changed), texts=texts))

    said = text_of(get_page(client, ENLACE), ".burden")

    assert re.match(r"Número de control de la OMB: 0000-0000\.", said)
    assert said.endswith("Statement es.")


def test_a_form_that_nobody_approved_shows_no_number(
    app: Flask, learner: Person, as_learner: FlaskClient, module: Module
) -> None:
    bring(app, learner, module, PASSED)

    assert "OMB" not in as_learner.get(address(module, "evaluation")).text
