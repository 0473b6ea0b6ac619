"""The compiled catalogue: keyed by lesson, setting and language; safe; nothing falls back."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.model import Catalogue, CheckBlock, LessonPage, ResourceBlock
from soar_lms.catalogue.render import Labels
from soar_lms.catalogue.schema import Bank
from tests.support.pack import PACK, change, copy_pack


@pytest.fixture(scope="module")
def pack() -> Catalogue:
    return load_catalogue(PACK)


def html_of(page: LessonPage | None) -> BeautifulSoup:
    assert page is not None
    return BeautifulSoup("".join(getattr(item, "html", "") for item in page.blocks), "html5lib")


@pytest.mark.parametrize("setting", ["greenhouse", "orchard", "school"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_lesson_is_there_in_every_setting_and_language(
    pack: Catalogue, setting: str, language: str
) -> None:
    garden = pack.modules["garden"]

    pages = [garden.find_page(lesson.id, setting, language) for lesson in garden.spec.lessons]

    assert [page and page.language for page in pages] == [language, language]


def test_a_lesson_by_setting_is_the_text_of_that_setting(pack: Catalogue) -> None:
    page = pack.modules["garden"].find_page("tools", "orchard", "en")

    assert "In the orchard, cut away" in html_of(page).get_text()


def test_the_parts_of_a_lesson_are_its_headings_but_none_inside_of_a_box(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    for language in ("en", "ar"):
        with (root / "garden" / language / "start.md").open("a", encoding="utf-8") as file:
            file.write(
                "\n## Own {#own}\n\nText.\n\n### Below\n\nText.\n\n"
                "::: key-point\n## Inside\n\nText.\n:::\n\n## Last\n\nText.\n"
            )

    parts = {
        tag: load_catalogue(root).modules["garden"].find_page("start", "orchard", tag)
        for tag in ("en", "ar")
    }

    found = {tag: page.sections[-2:] for tag, page in parts.items() if page}
    assert [words for _, words in found["en"]] == ["Own", "Last"]
    assert found["en"] == found["ar"]
    for page in parts.values():
        assert page
        assert all(html_of(page).select(f"h2#{anchor}") for anchor, _ in page.sections)


def test_nothing_falls_back_to_another_language_or_setting(pack: Catalogue) -> None:
    second, garden = pack.modules["second"], pack.modules["garden"]

    assert second.find_page("only", "market", "ar") is None
    assert garden.find_page("tools", "market", "en") is None
    assert second.languages == ("en",)
    assert garden.languages == ("en", "ar")


def test_a_fifth_setting_a_third_language_and_a_second_module_are_files(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    spanish = root / "second" / "es"
    (root / "second" / "en").rename(spanish)
    copy_of_english = root / "second" / "en"
    copy_of_english.mkdir()
    for file in spanish.iterdir():
        (copy_of_english / file.name).write_text(file.read_text())
    for line in ("Greenhouse", "Orchard", "Nursery", "Market", "School"):
        change(root, "settings.yaml", f"en: {line},", f"en: {line}, es: {line},")
    change(root, "settings.yaml", "for: {en:", "for: {es: Para quienes trabajan., en:")
    change(root, "resources.yaml", "{en:", "{es: Plantas, en:")

    catalogue = load_catalogue(root)

    assert set(catalogue.languages) == {"en", "ar", "es"}
    assert list(catalogue.settings) == ["greenhouse", "orchard", "nursery", "market", "school"]
    assert catalogue.modules["second"].find_page("only", "market", "es") is not None


def test_links_are_relative_to_the_lesson(pack: Catalogue) -> None:
    page = html_of(pack.modules["garden"].find_page("start", "orchard", "en"))

    links = [link["href"] for link in page.select("a")]

    assert links == ["tools#cutting", "../../../resources#plant-line", "../sources#almanac"]


def test_a_citation_is_a_short_name_to_those_who_listen(pack: Catalogue) -> None:
    (link,) = html_of(pack.modules["garden"].find_page("start", "orchard", "en")).select("sup a")

    assert link["aria-label"] == "Source 1"
    assert link.get_text() == "1"


def test_a_citation_stays_on_the_line_of_its_words(pack: Catalogue) -> None:
    (mark,) = html_of(pack.modules["garden"].find_page("start", "orchard", "en")).select("sup")

    assert str(mark.previous_sibling).endswith(".\u00a0")


def test_places_for_checks_and_resources_are_left_open(pack: Catalogue) -> None:
    garden = pack.modules["garden"]
    start, tools = (garden.find_page(name, "school", "en") for name in ("start", "tools"))

    assert start
    assert tools
    assert ResourceBlock("plant-line") in start.blocks
    assert CheckBlock("check-tools") in tools.blocks


def test_a_scenario_shows_each_choice_with_its_consequence(pack: Catalogue) -> None:
    scenario = html_of(pack.modules["garden"].find_page("tools", "school", "en")).select_one(
        "section.scenario"
    )

    assert scenario is not None
    assert [item.get_text() for item in scenario.select("summary")] == [
        "Switch on the lamp.",
        "Walk in.",
    ]
    assert [item["href"] for item in scenario.select("a.go-on")] == ["#shed-inside", "#shed-door"]
    assert [item.get_text() for item in scenario.select(".verdict")] == [
        "This helps",
        "This can do harm",
    ]


def test_the_sites_words_in_a_lesson_are_in_the_lessons_language() -> None:
    labels = {"en": Labels(), "ar": Labels(key_point="نقطة مهمة")}

    garden = load_catalogue(PACK, labels.__getitem__).modules["garden"]

    page = html_of(garden.find_page("start", "orchard", "ar"))
    assert [item.get_text() for item in page.select(".box-label")] == ["نقطة مهمة"]


def test_text_is_escaped(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    (root / "second" / "en" / "only.md").write_text('Fish & chips, a < b, `<b>`, "quoted".')

    page = load_catalogue(root).modules["second"].find_page("only", "market", "en")

    assert page
    assert "Fish &amp; chips, a &lt; b, <code>&lt;b&gt;</code>" in str(page.blocks[0].html)  # type: ignore[union-attr]  # the first block is HTML


def test_questions_of_a_setting_leave_out_those_of_others(pack: Catalogue) -> None:
    questions = pack.modules["garden"].questions(Bank.POST, "orchard")

    assert list(questions) == ["post-tools", "post-water", "post-tree"]


def test_credit_belongs_to_one_language(pack: Catalogue) -> None:
    garden = pack.modules["garden"]

    assert [offer.id for offer in garden.offers("ar")] == ["hours"]
    assert garden.offers("en") == ()
