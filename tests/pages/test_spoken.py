"""What a screen reader is told: the tree of roles and names of three pages that matter most."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.pages import walk
from tests.pages.stage import Stage
from tests.rules.world import World
from tests.support.browser import open_browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

FAULTS = """
- main:
  - alert "Revise lo siguiente":
    - heading "Revise lo siguiente" [level=2]
    - list:
      - listitem:
        - link "Escriba su nombre.":
          - /url: "#name"
      - listitem:
        - link "Escriba su correo electrónico.":
          - /url: "#email"
      - listitem:
        - link "Escriba una contraseña.":
          - /url: "#password"
  - heading "Crear una cuenta" [level=1]
"""
WRONG_FIELD = """
- textbox "Su nombre" [invalid]
"""
REPORT = """
- region "Integrantes":
  - table:
    - rowgroup:
      - row:
        - columnheader "Nombre"
        - columnheader "Estado"
        - columnheader "Por hacer"
        - columnheader "Ámbito e idioma"
    - rowgroup:
      - row:
        - rowheader "invited@example.org"
        - cell "Invitación enviada"
      - row:
        - rowheader /In the test person\\d+@example.org/:
          - link "In the test"
        - cell "En curso"
        - cell "prueba final, encuesta final, nombre en el certificado"
"""
QUESTION = """
- main:
  - paragraph:
    - link "SOAR to Health and Wellness"
    - link "Final test"
  - paragraph:
    - text: about 5 minutes left
    - progressbar "Questions answered"
  - heading "Question 1 of 10" [level=1]
  - group /.+/
  - status
  - paragraph:
    - button "Save and go on"
    - button "Save and finish later"
"""


@pytest.fixture(scope="module")
def stage(world: World) -> Iterator[Stage]:
    with open_browser() as browser:
        made = Stage(browser, world)
        yield made
        made.close()


def test_the_faults_of_a_form_are_told_first_and_lead_to_their_fields(
    world: World, stage: Stage
) -> None:
    stage.put(next(walk.show_faults(world, "security.register", "es")))

    main = stage.window.locator("main")
    expect(main).to_match_aria_snapshot(FAULTS)
    expect(main.locator("form")).to_match_aria_snapshot(WRONG_FIELD)


def test_the_report_is_a_table_whose_rows_begin_with_a_name(world: World, stage: Stage) -> None:
    pages = {page.who: page for page in walk.show(world, "cohorts.show_cohort", "es")}
    stage.put(pages["trainer"])

    expect(stage.window.get_by_role("region", name="Integrantes")).to_match_aria_snapshot(REPORT)


def test_a_question_is_a_group_of_answers_between_where_one_is_and_how_to_go_on(
    world: World, stage: Stage
) -> None:
    stage.put(next(walk.show(world, "learning.show_question", "en")))

    expect(stage.window.locator("main")).to_match_aria_snapshot(QUESTION)
    assert stage.window.locator("fieldset legend").count() == 1
