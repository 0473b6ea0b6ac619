"""What a group learned: who is compared, the page, its parts, and the file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.assessments import services as assessments
from soar_lms.assessments.gain import Unpaired
from soar_lms.catalogue.model import Module
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.gains import Part, measure_learning
from soar_lms.cohorts.models import Cohort
from soar_lms.config import Config, Mode
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.learning import services as learning
from soar_lms.migrations import upgrade
from tests.assessments.variants import with_spec
from tests.conftest import SECRET, SignIn
from tests.factories import NOW, finish_lessons, make_enrolment, make_person, take_test
from tests.support.pack import change, copy_pack, make_translations
from tests.support.page import get_page, text_of

Join = Callable[..., None]
CLINIC, SCHOOL = "health-care", "social-services"


@pytest.fixture
def join(app: Flask, cohort: Cohort, module: Module) -> Join:
    """Return a function that lets people join who took the tests; None: did not take it."""

    def people(
        count: int,
        *,
        before: int | None = 2,
        after: int | None = 8,
        setting: str = CLINIC,
        language: str = "en",
    ) -> None:
        with app.app_context(), transaction():
            for _ in range(count):
                person = make_person(language=language)
                services.join_cohort(cohort, person, NOW)
                enrolment = make_enrolment(person, module, setting=setting, language=language)
                if before is not None:
                    take_test(enrolment, module, assessments.PRE, right=before)
                if after is not None:
                    finish_lessons(enrolment, module)
                    take_test(enrolment, module, assessments.POST, right=after)

    return people


def newcomer(app: Flask, cohort: Cohort) -> None:
    """Let somebody join who has not begun."""
    with app.app_context(), transaction():
        services.join_cohort(cohort, make_person(), NOW)


def rows_of(page: Tag, selector: str) -> list[list[str]]:
    return [
        [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.select("th, td")]
        for row in page.select(f"{selector} tbody tr")
    ]


def place(cohort: Cohort, language: str = "en") -> str:
    return f"/{language}/cohorts/{cohort.id}/learning"


# --- who is compared ----------------------------------------------------------------------------


def test_who_is_not_compared_is_counted_by_reason(
    context: Flask, cohort: Cohort, module: Module, join: Join
) -> None:
    join(2)
    join(3, after=None)
    join(4, before=None, after=None)
    newcomer(context, cohort)

    found = measure_learning(cohort, module, Part())

    assert found.paired == 2
    assert found.unpaired == {Unpaired.NO_POST: 3, Unpaired.NO_PRE: 0, Unpaired.NEITHER: 5}


def test_who_has_not_begun_is_counted_with_the_whole_group_only(
    context: Flask, cohort: Cohort, module: Module, join: Join
) -> None:
    join(1, before=None, after=None)
    newcomer(context, cohort)

    counts = [
        measure_learning(cohort, module, part).unpaired[Unpaired.NEITHER]
        for part in (Part(), Part(setting=CLINIC), Part(language="es"))
    ]

    assert counts == [2, 1, 0]


def test_a_final_test_without_questions_before_is_a_reason_of_its_own(
    context: Flask, cohort: Cohort, module: Module
) -> None:
    """It happens where a module is given its pre-test later."""
    instruments = module.spec.instruments.model_copy(update={"pre": None})
    without = with_spec(module, instruments=instruments)
    with transaction():
        person = make_person()
        services.join_cohort(cohort, person, NOW)
        enrolment = make_enrolment(person, without)
        finish_lessons(enrolment, without)
        take_test(enrolment, without, assessments.POST)

    assert measure_learning(cohort, module, Part()).unpaired[Unpaired.NO_PRE] == 1
    assert measure_learning(cohort, without, Part()).unpaired == {Unpaired.UNMEASURED: 1}


def test_members_of_other_groups_and_other_modules_do_not_count(
    context: Flask, cohort: Cohort, module: Module, join: Join, make_cohort: Callable[..., Cohort]
) -> None:
    join(5)
    other = make_cohort(name="Day shift")

    assert measure_learning(other, module, Part()).paired == 0
    assert measure_learning(cohort, replace(module, spec=with_id(module)), Part()).paired == 0


def with_id(module: Module) -> Any:
    return module.spec.model_copy(update={"id": "another"})


# --- the page -----------------------------------------------------------------------------------


def test_the_page_shows_the_figures_of_the_group(
    as_trainer: FlaskClient, cohort: Cohort, join: Join
) -> None:
    """Before 25, 25, 25, 50, 50 percent; after 80, 80, 80, 70, 90: gains 55, 55, 55, 20, 40."""
    join(3)
    join(1, before=4, after=7)
    join(1, before=4, after=9)

    page = get_page(as_trainer, place(cohort))

    assert rows_of(page, ".figures") == [
        ["People with both tests", "5"],
        ["Mean before (percent)", "35.0"],
        ["Mean after, first try (percent)", "80.0"],
        ["Mean after, best try (percent)", "80.0"],
        ["Median before (percent)", "25.0"],
        ["Median after, first try (percent)", "80.0"],
        ["Mean gain (percentage points)", "45.0"],
        ["Standard deviation of the gains (percentage points)", "15.4"],
        ["Normalized gain (1 is all that could be gained)", "0.69"],
        ["Effect size for paired results", "2.92"],
    ]
    assert text_of(page, ".tally") == "With both tests: 5"


def test_the_tables_say_what_was_right_before_and_after(
    as_trainer: FlaskClient, cohort: Cohort, join: Join, module: Module
) -> None:
    join(12, before=0, after=10)

    page = get_page(as_trainer, place(cohort))

    objectives, questions = (rows_of(table, "") for table in page.select("table.report"))
    texts = module.texts["en"]
    assert objectives == [
        [texts.objectives[name], "0.0", "100.0"] for name in module.spec.objectives
    ]
    assert [row[0] for row in questions] == [
        f"{texts.questions[before].stem} {texts.questions[after].stem}"
        for before, after in module.pairs().items()
    ]
    for _, asked, *shift in questions:
        few = int(asked) < 5
        assert shift == (["too few people to show"] if few else [asked, "0", "0", "0"])


def test_equal_gains_and_a_full_result_before_leave_figures_undefined(
    as_trainer: FlaskClient, cohort: Cohort, join: Join
) -> None:
    join(5, before=8, after=9)

    figures = dict(rows_of(get_page(as_trainer, place(cohort)), ".figures"))

    assert figures["Mean gain (percentage points)"] == "-10.0"
    assert figures["Normalized gain (1 is all that could be gained)"] == "not defined"
    assert figures["Effect size for paired results"] == "not defined"


def test_the_page_speaks_spanish(as_trainer: FlaskClient, cohort: Cohort, join: Join) -> None:
    join(5)

    page = get_page(as_trainer, place(cohort, "es"))

    assert text_of(page, "h1") == "Lo que aprendió el grupo"
    assert rows_of(page, ".figures")[6] == ["Avance medio (puntos porcentuales)", "55.0"]


def test_the_group_leads_to_what_it_learned_and_back(
    as_trainer: FlaskClient, cohort: Cohort, join: Join
) -> None:
    join(1)

    there = get_page(as_trainer, f"/en/cohorts/{cohort.id}").select_one("a[href$='/learning']")
    back = get_page(as_trainer, place(cohort)).select(".crumbs a")[-1]

    assert there is not None
    assert there.get_text() == "What was learned"
    assert back["href"] == f"/en/cohorts/{cohort.id}"


def test_a_group_of_nobody_and_one_whose_module_is_gone(
    as_trainer: FlaskClient, cohort: Cohort, make_cohort: Callable[..., Cohort]
) -> None:
    gone = make_cohort(module_ids=["gone"])

    assert "at least 5 people" in text_of(get_page(as_trainer, place(cohort)), "main .box")
    assert as_trainer.get(place(gone)).status_code == 404


# --- parts of a group ---------------------------------------------------------------------------


@pytest.fixture
def mixed(join: Join) -> None:
    """Let fifteen people join: ten in clinics, of them five in Spanish, and five elsewhere."""
    join(5, before=2)
    join(5, before=4, language="es")
    join(5, before=6, setting=SCHOOL)


@pytest.mark.parametrize(
    ("asked", "people", "mean"),
    [
        ("", "15", "50.0"),
        ("?setting=&spoken=", "15", "50.0"),
        (f"?setting={CLINIC}", "10", "37.5"),
        (f"?setting={SCHOOL}", "5", "75.0"),
        ("?spoken=en", "10", "50.0"),
        ("?spoken=es", "5", "50.0"),
        (f"?setting={CLINIC}&spoken=en", "5", "25.0"),
        ("?setting=astronomy&spoken=xx&module=gone", "15", "50.0"),
    ],
)
def test_the_address_says_which_part_is_shown(
    as_trainer: FlaskClient, cohort: Cohort, mixed: None, asked: str, people: str, mean: str
) -> None:
    page = get_page(as_trainer, place(cohort) + asked)

    figures = dict(rows_of(page, ".figures"))
    assert figures["People with both tests"] == people
    assert figures["Mean before (percent)"] == mean


def test_the_form_keeps_what_was_chosen(
    as_trainer: FlaskClient, cohort: Cohort, mixed: None
) -> None:
    page = get_page(as_trainer, f"{place(cohort)}?setting={CLINIC}&spoken=es")

    chosen = [item.get_text() for item in page.select(".filters [selected]")]
    assert chosen == ["Health care", "Español"]
    (form,) = page.select("form.filters")
    assert form["method"] == "get"


@pytest.mark.parametrize("count", [1, 4])
def test_below_five_there_are_no_figures_but_the_counts(
    as_trainer: FlaskClient, cohort: Cohort, join: Join, count: int
) -> None:
    join(count)
    join(9, after=None)

    page = get_page(as_trainer, place(cohort))

    assert page.select("main table") == []
    assert page.select("main a[href*='.csv']") == []
    assert text_of(page, "main .box") == (
        "Figures appear when at least 5 people have both tests. "
        "With fewer, a person could be recognized."
    )
    assert text_of(page, ".tally") == (
        f"With both tests: {count} Questions to begin done, no final test yet: 9"
    )


def test_nobody_is_found_by_subtracting_a_part_from_the_whole(
    as_trainer: FlaskClient, cohort: Cohort, join: Join
) -> None:
    """Eleven in clinics and one elsewhere: who saw both the twelve and the eleven has the one."""
    join(11)
    join(1, setting=SCHOOL)

    whole = get_page(as_trainer, place(cohort))
    clinic = get_page(as_trainer, f"{place(cohort)}?setting={CLINIC}")

    assert rows_of(whole, ".figures")[0] == ["People with both tests", "12"]
    assert clinic.select("main table") == []
    assert text_of(clinic, "main .box").startswith("These figures are not shown: together with")


# --- the file -----------------------------------------------------------------------------------


def file_of(client: FlaskClient, address: str) -> list[list[str]]:
    response = client.get(address)
    assert response.status_code == 200
    text = response.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_file_has_the_figures_of_the_page(
    as_trainer: FlaskClient, cohort: Cohort, join: Join, module: Module
) -> None:
    join(6, before=6, after=7)
    join(1, after=None)
    page = get_page(as_trainer, f"{place(cohort)}?setting={CLINIC}&spoken=en")
    (link,) = page.select("main a[href*='learning.csv']")

    header, *rows = file_of(as_trainer, str(link["href"]))

    assert header == [
        "Module", "Professional setting", "Language", "Part", "About", "Figure", "Value"
    ]  # fmt: skip
    assert {tuple(row[:3]) for row in rows} == {(module.title_in("en"), "Health care", "English")}
    written = {(row[3], row[5]): row[6] for row in rows if not row[4]}
    assert written["The group", "People with both tests"] == "6"
    assert written["The group", "Mean gain (percentage points)"] == "-5.0"  # a number, not text
    assert written["The group", "Effect size for paired results"] == ""
    assert written["Not compared", "Questions to begin done, no final test yet"] == "1"
    shown = [
        cell
        for table in page.select("table.report")
        for row in rows_of(table, "")
        for cell in row[1:]
    ]
    filed = [row[6] for row in rows if row[4] and row[6]]
    assert [cell for cell in shown if not cell.startswith("too few")] == filed


def test_the_file_of_few_has_counts_only(
    as_trainer: FlaskClient, cohort: Cohort, join: Join
) -> None:
    join(4)

    _, *rows = file_of(as_trainer, f"{place(cohort)}.csv")

    assert [row[3] for row in rows] == ["Not compared"] * 3


def test_the_file_is_named_for_what_it_holds(as_trainer: FlaskClient, cohort: Cohort) -> None:
    today = local_date(utc_now(), "America/New_York")
    for language, word in (("en", "learning"), ("es", "aprendizaje")):
        response = as_trainer.get(f"{place(cohort, language)}.csv")

        assert response.headers["Content-Disposition"] == (
            f'attachment; filename="{word}-night-shift-{today}-{language}.csv"'
        )


# --- who sees it --------------------------------------------------------------------------------


def test_another_trainer_finds_neither_page_nor_file(
    sign_in: SignIn, person: Callable[..., Person], cohort: Cohort, join: Join
) -> None:
    join(5)
    stranger = sign_in(person(role=Role.TRAINER))

    answers = [stranger.get(place(cohort) + end).status_code for end in ("", ".csv", "?setting=")]

    assert answers == [404, 404, 404]


# --- other content ------------------------------------------------------------------------------


def test_the_address_says_which_module_is_shown(tmp_path: Path) -> None:
    """The pack's second module has no tests, and no words in the language of the page."""
    root = copy_pack(tmp_path)
    change(
        root, "garden/module.yaml", 'correct: ["true"]}', 'correct: ["true"], parallel: post-water}'
    )
    app = create_app(pack_config(tmp_path, root))
    app.testing = True
    with app.app_context():
        upgrade()
        with transaction():
            trainer = make_person(role=Role.TRAINER)
            cohort = services.create_cohort(
                trainer, name="Day", organisation=None, module_ids=["garden", "second"], now=NOW
            )
            for _ in range(5):
                graduate(cohort, catalogue().modules["garden"])
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = trainer.fs_uniquifier, True

    garden, second = (
        client.get(f"/ar/cohorts/{cohort.id}/learning?module={name}")
        for name in ("garden", "second")
    )

    page = BeautifulSoup(garden.text, "html.parser")
    assert rows_of(page, "table.report")[-1][1:] == ["5", "0", "5", "0", "0"]
    assert [item["value"] for item in page.select("#module option")] == ["garden", "second"]
    assert BeautifulSoup(second.text, "html.parser").select("main table") == []


def pack_config(folder: Path, modules: Path) -> Config:
    return Config(
        secret_key=SECRET,
        mode=Mode.TESTING,
        instance=folder,
        database_url=f"sqlite:///{folder / 'soar.db'}",
        modules=modules,
        translations=make_translations(folder),
        log_level="error",
    )


def graduate(cohort: Cohort, module: Module) -> None:
    person = make_person()
    services.join_cohort(cohort, person, NOW)
    enrolment = learning.enrol(person, module, setting="school", language="en", now=NOW)
    take_test(enrolment, module, assessments.PRE)
    finish_lessons(enrolment, module)
    take_test(enrolment, module, assessments.POST)
