"""Reading without an account: open, kept by proxies, and silent about answers."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.assessments.grading import Shape
from soar_lms.assessments.items import key_of
from soar_lms.catalogue.model import Module
from soar_lms.database import transaction
from tests.factories import make_person
from tests.learning.places import ENROLLED, SETTING, address, bring, plain, rationales_in
from tests.support.pack import change, copy_pack
from tests.support.page import get_page, text_of
from tests.support.quick import parsed, post, words
from tests.support.sites import make_pack_site, make_site

MODULE = "soar-to-health-and-wellness"
PLACE = f"/en/learn/{MODULE}"
OPEN_PAGES = [
    "/en/",
    "/es/",
    PLACE,
    f"{PLACE}/health-care",
    f"{PLACE}/health-care/observe",
    f"{PLACE}/health-care/observe?version=brief",
    f"{PLACE}/sources",
    "/en/resources",
    "/en/safety",
    "/en/privacy",
]
READING = [f"{PLACE}/health-care", f"{PLACE}/health-care/observe"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The 7 parts of this lesson"), ("es", "Las 7 partes de esta lección")],
)
def test_a_long_lesson_lists_its_parts_below_its_warning(
    client: FlaskClient, language: str, said: str
) -> None:
    page = get_page(client, f"/{language}/learn/{MODULE}/health-care/stop-what-it-is")

    (parts,) = page.select("article > details")
    assert text_of(page, "article > details > summary") == said
    for link in parts.select("a"):
        (heading,) = page.select(f".lesson-body h2{link['href']}")
        assert heading.get_text() == link.get_text()
    assert parts.find_next(class_="lesson-body")
    assert parts.find_previous(class_="box-warning") or not page.select(".box-warning")


def test_a_short_lesson_lists_no_parts(client: FlaskClient) -> None:
    page = get_page(client, f"{PLACE}/health-care/ask-in-practice")

    assert not page.select("article > details")


# --- cookies and caches -------------------------------------------------------------------------


@pytest.mark.parametrize("page", OPEN_PAGES)
def test_a_visitor_reads_without_a_cookie_and_a_proxy_may_keep_the_page(
    client: FlaskClient, page: str
) -> None:
    response = client.get(page)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"].startswith("public, max-age=")
    assert "Cookie" in response.headers["Vary"]


@pytest.mark.parametrize("page", OPEN_PAGES)
def test_a_page_with_a_message_for_one_reader_is_kept_by_nobody(
    client: FlaskClient, page: str
) -> None:
    with client.session_transaction() as session:
        session["_flashes"] = [("success", "You are signed out.")]

    response = client.get(page)

    assert "You are signed out." in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("page", OPEN_PAGES)
def test_the_page_of_somebody_signed_in_is_kept_by_nobody(
    as_learner: FlaskClient, page: str
) -> None:
    assert as_learner.get(page).headers["Cache-Control"] == "no-store"


def test_a_page_with_a_message_for_somebody_is_kept_by_nobody(client: FlaskClient) -> None:
    client.get("/en/sign-in")  # gives the browser a session, for the token

    assert client.get(PLACE).headers["Cache-Control"] == "no-store"


# --- closed reading -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return a site on which only those who signed in may read (SOAR_OPEN_READING=false)."""
    return make_site(tmp_path_factory.mktemp("closed"), open_reading=False)


@pytest.mark.parametrize("page", READING)
def test_closed_reading_leads_a_visitor_to_sign_in_and_back(closed: Flask, page: str) -> None:
    response = closed.test_client().get(page)

    assert response.status_code == 302
    assert response.location.replace("%2F", "/") == f"/en/sign-in?next={page}"


@pytest.mark.parametrize("page", ["/en/", PLACE, "/en/resources", f"{PLACE}/sources"])
def test_closed_reading_still_shows_what_there_is(closed: Flask, page: str) -> None:
    assert closed.test_client().get(page).status_code == 200


def test_closed_reading_is_open_to_those_who_signed_in(closed: Flask) -> None:
    with closed.app_context(), transaction():
        person = make_person()
    client = closed.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = person.fs_uniquifier

    for page in READING:
        response = client.get(page)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


# --- what is there and what is not --------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_lesson_opens_in_every_setting_and_says_no_answer(
    client: FlaskClient, module: Module, language: str
) -> None:
    for setting, lesson in product(module.spec.settings, module.spec.lessons):
        versions = ["", "?version=brief"] if lesson.content_warning else [""]
        for version in versions:
            page = address(module, setting, lesson.id, language=language) + version
            response = client.get(page)

            assert response.status_code == 200, page
            assert f'<html lang="{language}" dir="ltr">' in response.text
            assert rationales_in(response, module) == set(), page
            assert 'class="feedback' not in response.text, page
            assert not parsed(response).select("[data-correct], [data-answer], .mark-right")


@pytest.mark.parametrize(
    "page",
    [
        "/en/learn/astronomy",
        "/en/learn/astronomy/health-care",
        "/en/learn/astronomy/health-care/observe",
        "/en/learn/astronomy/sources",
        f"{PLACE}/astronomy",
        f"{PLACE}/astronomy/observe",
        f"{PLACE}/health-care/astronomy",
        f"{PLACE}/health-care/welcome?version=brief",
        f"{PLACE}/media/nothing.mp4",
        f"{PLACE}/media/..%2Fmodule.yaml",
        f"/fr/learn/{MODULE}",
        f"/en-US/learn/{MODULE}",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: FlaskClient, page: str) -> None:
    response = client.get(page)

    assert response.status_code == 404
    assert words(response, "h1") == "We could not find that page"


def test_a_module_in_a_language_it_does_not_have_says_where_it_is(pack_app: Flask) -> None:
    client = pack_app.test_client()

    page = get_page(client, "/ar/learn/second", status=404)

    assert text_of(page, "h1") == "⟦Not in this language yet⟧"
    (link,) = page.select("main p:not(.crumbs) a")
    assert (link["href"], link["hreflang"], link.get_text()) == (
        "/en/learn/second",
        "en",
        "English",
    )
    for part in ("greenhouse", "greenhouse/only", "sources"):
        assert client.get(f"/ar/learn/second/{part}").status_code == 404


def test_media_are_served_in_their_own_language(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/ar/media/pruning.vtt", "...", "تقليم")
    client = make_pack_site(tmp_path, root).test_client()

    captions = {}
    for tag in ("en", "ar"):
        with client.get(f"/{tag}/learn/garden/media/pruning.vtt") as response:
            captions[tag] = response.get_data(as_text=True)

    assert captions["ar"] == captions["en"].replace("...", "تقليم")


# --- the switch of languages --------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        PLACE,
        f"{PLACE}/health-care",
        f"{PLACE}/health-care/observe",
        f"{PLACE}/health-care/observe?version=brief",
        f"{PLACE}/sources",
        "/en/sign-in?next=/en/home",
        "/en/verify?code=nonsense",
    ],
)
def test_the_switch_of_languages_leads_to_the_same_place(client: FlaskClient, page: str) -> None:
    here = parsed(client.get(page))

    (switch,) = here.select("nav.languages a")
    (alternate,) = here.select("link[hreflang=es]")

    there = page.replace("/en/", "/es/", 1).replace("=/es/home", "=/en/home")
    assert str(switch["href"]).replace("%2F", "/") == there
    assert str(alternate["href"]).replace("%2F", "/") == f"http://127.0.0.1:8000{there}"
    assert client.get(str(switch["href"])).status_code in {200, 422}


def test_the_switch_of_languages_keeps_an_answer_of_several_options(
    client: FlaskClient, module: Module
) -> None:
    name, lesson = check_with(module, several=True)
    options = module.spec.questions[name].options[:2]
    query = f"?check={name}&choice={options[0]}&choice={options[1]}"

    (switch,) = parsed(client.get(address(module, SETTING, lesson) + query)).select(
        "nav.languages a"
    )

    there = parsed(client.get(str(switch["href"])))
    assert [str(box["value"]) for box in there.select(f"#check-{name} [checked]")] == list(options)


@pytest.mark.parametrize(
    "query",
    [
        "endpoint=x",
        "_scheme=http",
        "_external=1",
        "_external=1&_scheme=javascript",
        "_method=POST",
        "_anchor=here",
        "language=fr",
        "module_id=astronomy",
        "setting=astronomy",
        "self=1",
        "=",
        "%00=%00",
    ],
)
def test_words_in_the_address_cannot_bend_the_switch_of_languages(
    client: FlaskClient, query: str
) -> None:
    for page in ("/en/", f"{PLACE}/health-care/observe", "/en/verify"):
        response = client.get(f"{page}?{query}", headers={"Host": "evil.example"})

        assert response.status_code == 200
        switch = str(parsed(response).select("nav.languages a")[0]["href"])
        assert switch.partition("?")[0] == page.replace("/en/", "/es/")


def links_in(part: Tag, here: str) -> list[str]:
    """Return where the links of a part of the page `here` lead."""
    return [urljoin(here, str(link["href"])) for link in part.select("a")]


# --- warnings and short versions ----------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_lesson_that_is_hard_to_read_says_so_first_and_has_a_short_version(
    client: FlaskClient, module: Module, language: str
) -> None:
    here = address(module, SETTING, "observe", language=language)
    warning = module.texts[language].lessons["observe"].warning
    assert warning is not None

    whole = client.get(here)

    box, body = parsed(whole).select(".box-warning, .lesson-body")
    assert plain(warning) in plain(str(box))
    assert "lesson-body" in str(body)
    assert links_in(box, here) == [f"{here}?version=brief"]


def test_the_short_version_is_shorter_and_leads_back(client: FlaskClient, module: Module) -> None:
    here = address(module, SETTING, "observe")
    whole, brief = client.get(here), client.get(f"{here}?version=brief")

    assert len(words(brief, ".lesson-body")) < len(words(whole, ".lesson-body"))
    (box,) = parsed(brief).select(".box-warning")
    assert links_in(box, f"{here}?version=brief") == [here]
    assert "It counts the same." in words(brief, ".box-warning")


def test_the_short_version_counts_the_same(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, ENROLLED)
    here = address(module, SETTING, "observe")
    (form,) = parsed(as_learner.get(f"{here}?version=brief")).select(".lesson-end form")

    post(as_learner, urljoin(here, str(form["action"])))

    place = address(module, SETTING)
    (done,) = parsed(as_learner.get(place)).select(".lesson-done")
    assert links_in(done, place) == [here]


# --- checks of a visitor ------------------------------------------------------------------------


def check_with(module: Module, *, several: bool) -> tuple[str, str]:
    """Return a knowledge check that asks for options, and the lesson it stands in."""
    wanted = Shape.SEVERAL if several else Shape.ONE
    for (lesson, setting, language, brief), page in module.pages.items():
        if language != "en" or brief or setting not in {None, SETTING}:
            continue
        for name in page.check_ids():
            if key_of(module.spec.questions[name]).shape is wanted:
                return name, lesson
    raise AssertionError("no check of this kind")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("right", [True, False])
def test_a_visitor_answers_a_check_through_the_address(
    client: FlaskClient, module: Module, language: str, right: bool
) -> None:
    name, lesson = check_with(module, several=False)
    question = module.spec.questions[name]
    chosen = next(option for option in question.options if (option in question.correct) == right)
    here = address(module, SETTING, lesson, language=language)

    response = client.get(f"{here}?check={name}&choice={chosen}")

    (result,) = parsed(response).select(".feedback")
    assert result["class"] == ["feedback", "feedback-right" if right else "feedback-wrong"]
    assert rationales_in(response, module) == {name}
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "query",
    [
        "check={name}",
        "check={name}&choice=",
        "check={name}&choice=zzz",
        "check={name}&choice=a&choice=b",
        "check={name}&choice=a&choice=a",
        "check=astronomy&choice=a",
        "choice=a",
    ],
)
def test_no_answer_gets_no_feedback(client: FlaskClient, module: Module, query: str) -> None:
    name, lesson = check_with(module, several=False)

    response = client.get(f"{address(module, SETTING, lesson)}?{query.format(name=name)}")

    assert response.status_code == 200
    assert rationales_in(response, module) == set()


def test_a_question_of_the_test_cannot_be_tried_out_in_the_address(
    client: FlaskClient, module: Module
) -> None:
    _, lesson = check_with(module, several=False)
    for name, question in module.spec.questions.items():
        if question.bank != "check":
            query = "&".join(f"choice={option}" for option in question.correct)
            page = f"{address(module, SETTING, lesson)}?check={name}&{query}"
            assert rationales_in(client.get(page), module) == set()


def test_the_pack_has_no_file_that_can_be_reached_by_its_path(client: FlaskClient) -> None:
    for path in Path("modules").rglob("*.yaml"):
        assert client.get(f"/{path}").status_code == 404
        assert client.get(f"/static/{path}").status_code == 404
