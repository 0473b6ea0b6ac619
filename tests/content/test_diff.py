"""`soar-lms content diff`: what a new version does to people in the middle of the old one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.catalogue.comparison import Change, compare
from soar_lms.catalogue.problems import Problems
from soar_lms.catalogue.schema import LessonSpec, ModuleFile, Written
from soar_lms.catalogue.tree import read_content
from soar_lms.cli import main
from tests.support.pack import PACK, change, copy_pack

MODULE, TEXT = "garden/module.yaml", "garden/en/text.yaml"
RAISED = "garden: version: from 1.2.0 to 1.3.0"
SINGLE = "{bank: post, type: single, objective: tools, options: [a, b, c], correct: [a]"
GLASS = (
    "  post-glass:\n    {bank: post, type: single, objective: tools, settings: [greenhouse], "
    "options: [a, b], correct: [a]}\n"
)


def diff(old: Path, new: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["content", "diff", str(old), str(new), *arguments])


def found(result: Result) -> dict[str, list[str]]:
    """Return the lines that were printed, by the first word of their heading."""
    lines: dict[str, list[str]] = {}
    heading = ""
    for line in result.output.splitlines():
        if line.startswith("  "):
            lines.setdefault(heading, []).append(line.strip())
        else:
            heading = line.split()[0] if line.endswith(":") else line
    return lines


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of the pack, to be changed there, of the next minor version."""
    root = copy_pack(tmp_path)
    change(root, MODULE, '"1.2.0"', '"1.3.0"')
    return root


def test_the_same_content_has_no_difference() -> None:
    result = diff(PACK, PACK)

    assert (result.exit_code, result.output) == (0, "Nothing changed.\n")


REFUSED = [
    pytest.param(
        "  - {id: start, minutes: 3, written: shared}\n",
        "",
        "garden: lessons.start: the lesson vanished: what people did counts no more",
        id="lesson",
    ),
    pytest.param(
        GLASS,
        "",
        "garden: questions.post-glass: the question vanished: open tests lose its words",
        id="question",
    ),
    pytest.param(
        "options: [a, b, c], correct: [a], keep_order",
        "options: [a, c], correct: [a], keep_order",
        "garden: questions.post-tools.options.b: the option vanished, and some chose it",
        id="option",
    ),
    pytest.param(
        "objectives: [tools, water]",
        "objectives: [tools]",
        "garden: objectives.water: the objective vanished",
        id="objective",
    ),
    pytest.param(
        "settings: [greenhouse, orchard, school]\n",
        "settings: [greenhouse, orchard]\n",
        "garden: settings.school: the setting vanished: its people cannot go on",
        id="setting",
    ),
    pytest.param(
        SINGLE,
        SINGLE.replace("single", "multiple"),
        "garden: questions.post-tools.type: from single to multiple: give it a new id",
        id="type",
    ),
    pytest.param(
        "bank: check",
        "bank: post",
        "garden: questions.check-tools.bank: from check to post: give it a new id",
        id="bank",
    ),
    pytest.param(
        "minutes: 3, written: shared",
        "minutes: 3, written: by-setting",
        "garden: lessons.start.written: from shared to by-setting: all must do it again",
        id="written",
    ),
]


@pytest.mark.parametrize(("old", "new", "line"), REFUSED)
def test_what_people_did_hangs_on_ids_so_they_stay(
    root: Path, old: str, new: str, line: str
) -> None:
    change(root, MODULE, old, new)

    result = diff(PACK, root)

    assert result.exit_code == 1
    assert line in found(result)["Refused"]


@pytest.mark.parametrize(("old", "new", "line"), REFUSED)
def test_a_new_major_version_may_do_what_is_refused_and_says_so(
    root: Path, old: str, new: str, line: str
) -> None:
    change(root, MODULE, old, new)
    change(root, MODULE, '"1.3.0"', '"2.0.0"')

    result = diff(PACK, root)

    assert result.exit_code == 0
    assert line in found(result)["Touches"]


@pytest.mark.parametrize(
    ("version", "line"),
    [
        ("1.2.0", "garden: version: is still 1.2.0 though something changed: raise it"),
        ("1.1.9", "garden: version: goes down from 1.2.0 to 1.1.9"),
        ("0.9.0", "garden: version: goes down from 1.2.0 to 0.9.0"),
    ],
)
def test_a_change_needs_a_higher_version(root: Path, version: str, line: str) -> None:
    change(root, MODULE, '"1.3.0"', f'"{version}"')
    change(root, TEXT, "Garden safety", "Safety in gardens")

    result = diff(PACK, root)

    assert result.exit_code == 1
    assert found(result)["Refused"] == [line]


def test_versions_are_compared_as_numbers(root: Path) -> None:
    change(root, MODULE, '"1.3.0"', '"1.10.0"')

    assert diff(PACK, root).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        pytest.param(
            "lessons:\n",
            "lessons:\n  - {id: soil, minutes: 2, written: shared}\n",
            "garden: lessons.soil: a new lesson: asked of all who have not completed",
            id="lesson-added",
        ),
        pytest.param(
            "pass_mark: 60",
            "pass_mark: 70",
            "garden: instruments.post.pass_mark: from 60 to 70: tests that are open keep 60",
            id="pass-mark",
        ),
        pytest.param(
            "limit: 3",
            "limit: 2",
            "garden: instruments.post.attempts.limit: from 3 to 2: "
            "tries made before count; open tests can be finished",
            id="limit",
        ),
        pytest.param(
            "correct: [a, c]",
            "correct: [c]",
            "garden: questions.post-water.correct: the key changed from a, c to c: "
            "run `soar-lms assessments regrade garden`",
            id="key",
        ),
        pytest.param(
            "useful: {kind: scale}",
            "useful: {kind: text}",
            "garden: evaluation.items.useful.kind: changed, and a form that asks it kept its "
            "version: raise evaluation.forms.short.version, evaluation.forms.long.version",
            id="an-item-of-forms-of-the-same-version",
        ),
        pytest.param(
            "later: {version: 1, items: [planted, comment]}",
            "later: {version: 1, items: [comment, planted]}",
            "garden: evaluation.forms.later.items: changed, and a form that asks it kept its "
            "version: raise evaluation.forms.later.version",
            id="a-form-of-the-same-version",
        ),
        pytest.param(
            "long: {version: 2",
            "long: {version: 3",
            "garden: evaluation.forms.long.version: a new form: who has given one keeps it",
            id="a-form-of-a-new-version",
        ),
        pytest.param(
            "completion: short\n  longer: long",
            "completion: long",
            "garden: evaluation.completion: from short to long: who has given one keeps it\n"
            "garden: evaluation.longer: removed; it was long",
            id="another-form-before-the-certificate",
        ),
        pytest.param(
            "  follow_up: {form: later}\n",
            "",
            "garden: evaluation.follow_up: no follow-up any more, planned ones neither",
            id="no-follow-up",
        ),
        pytest.param(
            "follow_up: {form: later}",
            "follow_up: {form: later, after_months: 6}",
            "garden: evaluation.follow_up.after_months: from 3 to 6: "
            "follow-ups that are planned keep their day",
            id="a-later-follow-up",
        ),
        pytest.param(
            "minutes: 4}",
            "minutes: 5}",
            "garden: evaluation.forms.short.omb.minutes: from 4 to 5",
            id="no-item-so-no-version",
        ),
        pytest.param(
            'amount: "2.0"',
            'amount: "1.0"',
            "garden: credit.hours.amount: from 2.0 to 1.0",
            id="credit",
        ),
        pytest.param(
            "  pre: {graded: false}\n",
            "",
            "garden: instruments.pre: no pre-test any more: nobody is asked for it",
            id="pre-test-gone",
        ),
        pytest.param(
            "certificate: {valid_months: 12, show_score: true}",
            "certificate: {show_score: true}",
            "garden: certificate.valid_months: removed; it was 12",
            id="a-change-that-no-rule-names",
        ),
    ],
)
def test_what_people_in_the_middle_notice_is_told(
    root: Path, old: str, new: str, line: str
) -> None:
    change(root, MODULE, old, new)

    result = diff(PACK, root)

    assert result.exit_code == 0
    assert found(result)["Touches"] == [*line.splitlines(), RAISED]


def test_an_item_that_changes_with_its_forms_versions_is_told_as_a_new_form(root: Path) -> None:
    change(root, MODULE, "planted: {kind: choice", "planted: {required: false, kind: choice")
    change(root, MODULE, "long: {version: 2", "long: {version: 3")
    change(root, MODULE, "later: {version: 1", "later: {version: 2")

    assert found(diff(PACK, root))["Touches"] == [
        "garden: evaluation.items.planted.required: from true to false",
        "garden: evaluation.forms.long.version: a new form: who has given one keeps it",
        "garden: evaluation.forms.later.version: a new form: who has given one keeps it",
        RAISED,
    ]


def test_another_form_months_later_stops_the_e_mails_that_are_planned(root: Path) -> None:
    change(root, MODULE, "{form: later}", "{form: again}")
    change(root, MODULE, "    later: {version: 1", "    again: {version: 1")

    result = diff(PACK, root)

    assert found(result)["Touches"][0] == (
        "garden: evaluation.follow_up.form: from later to again: "
        "follow-ups that are planned are not sent any more"
    )
    assert result.output.endswith(
        "  garden: evaluation.forms.later: nobody can be asked it any more\n"
        "  garden: evaluation.forms.again: a new form: asked where the evaluation names it\n"
        f"  {RAISED}\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("minutes: 12", "minutes: 14", "garden: minutes: from 12 to 14"),
        (
            "options: [a, b], correct: [b]}\n  post-tools",
            "options: [a, b], correct: [a]}\n  post-tools",
            "garden: questions.check-tools.correct: the key changed; it never counts",
        ),
        (
            "settings: [greenhouse, orchard, school]\n",
            "settings: [school, greenhouse, orchard]\n",
            "garden: settings.order: in another order",
        ),
    ],
)
def test_what_touches_nobody_is_listed_last(root: Path, old: str, new: str, line: str) -> None:
    change(root, MODULE, old, new)

    result = diff(PACK, root)

    assert result.output == f"Touches nobody:\n  {line}\n  {RAISED}\n"


def test_changed_texts_are_counted_and_words_of_questions_named(root: Path) -> None:
    change(root, TEXT, "What goes first?", "What do you put on first?")
    change(root, TEXT, "title: Garden safety", "title: Safety in gardens")
    change(root, "garden/en/start.md", "Wear gloves.", "Wear your gloves.")

    lines = found(diff(PACK, root))

    assert lines["Touches"] == [
        "garden: en.questions.post-tools: other words: open tests show them too",
        "garden: en: texts of lessons that changed: 1",
        "garden: en: other texts that changed: 1",
        RAISED,
    ]
    assert lines["Translations"] == [
        "garden: ar/start.md:8: the source changed after this was translated: en/start.md:8",
        "garden: ar/text.yaml:1: the source changed after this was translated",
        "garden: ar/text.yaml:18: the source changed after this was translated",
    ]


def test_a_reflection_that_vanishes_hides_what_people_wrote(tmp_path: Path, root: Path) -> None:
    old = copy_pack(tmp_path / "old")
    with (old / "garden/en/start.md").open("a") as file:
        file.write("\n::: reflection your-garden\nWhat grows there?\n:::\n")

    assert found(diff(old, root))["Touches"][0] == (
        "garden: reflection your-garden: "
        "vanished: what people wrote on their devices is not shown any more"
    )


def test_a_picture_that_changed_is_counted(root: Path) -> None:
    change(root, "garden/media/leaf.svg", "<svg", "<svg ")

    assert (
        "garden: media: pictures and videos that changed: 1" in found(diff(PACK, root))["Touches"]
    )


def test_a_language_may_come_and_may_not_go(root: Path) -> None:
    shutil.rmtree(root / "garden" / "ar")

    gone, come = diff(PACK, root), diff(root, PACK)

    assert found(gone)["Refused"] == ["garden: ar: the language vanished: its people cannot go on"]
    assert "garden: ar: a new language: open tests can be read in it" in found(come)["Touches"]


def test_a_module_may_come_and_may_not_go(root: Path) -> None:
    shutil.rmtree(root / "second")

    gone, come = diff(PACK, root), diff(root, PACK)

    assert found(gone)["Refused"] == [
        "second: module: the module vanished: its people cannot go on"
    ]
    assert "second: module: a new module" in found(come)["Touches"]


def test_settings_and_resources_of_the_site_touch_nobody(root: Path) -> None:
    change(root, "resources.yaml", "plant-line", "flower-line")

    lines = found(diff(PACK, root))["Touches"]

    assert "resources.yaml: resources.plant-line: removed" not in lines
    assert "resources.yaml: plant-line: removed" in lines
    assert "resources.yaml: flower-line: added" in lines


def test_one_module_is_compared_by_its_folder(root: Path) -> None:
    change(root, MODULE, "draw: 3", "draw: 2")

    result = diff(PACK / "garden", root / "garden")

    assert found(result)["Touches"] == [
        "garden: instruments.post.draw: from 3 to 2: tests that are open keep 3",
        RAISED,
    ]


def test_json_holds_the_same_findings(root: Path) -> None:
    result = diff(PACK, root, "--json")

    assert json.loads(result.output) == [
        {
            "module": "garden",
            "path": "version",
            "message": "from 1.2.0 to 1.3.0",
            "effect": "nobody",
        }
    ]


def test_a_module_is_not_compared_with_all_content() -> None:
    result = diff(PACK, PACK / "garden")

    assert result.exit_code == 1
    assert "compare a module with a module" in result.output


def test_content_that_cannot_be_read_is_not_compared(root: Path) -> None:
    change(root, MODULE, "draw: 3", "draw: many")

    result = diff(PACK, root)

    assert result.exit_code == 1
    assert 'instruments.post.draw: must be a whole number, not "many"' in result.output


# --- the comparison under it --------------------------------------------------------------------


def garden() -> ModuleFile:
    return read_content(PACK / "garden", Problems()).modules[0].spec


@pytest.mark.parametrize("name", sorted(set(ModuleFile.model_fields) - {"id"}))
def test_a_change_of_any_field_is_noticed(name: str) -> None:
    """Fields are not listed anywhere: what is added to the schema is compared from then on."""
    old = garden()
    new = old.model_copy(update={name: "something else"})

    paths = {item.path[0] for item in compare(old, new, frozenset())}

    assert paths == {name}


lessons = st.lists(
    st.builds(
        LessonSpec,
        id=st.sampled_from(["a", "b", "c", "d"]),
        minutes=st.integers(1, 3),
        written=st.sampled_from(Written),
    ),
    max_size=4,
    unique_by=lambda lesson: lesson.id,
).map(tuple)


@given(lessons, lessons)
def test_comparing_backwards_finds_the_same_the_other_way_round(
    old: tuple[LessonSpec, ...], new: tuple[LessonSpec, ...]
) -> None:
    turned = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}

    there = {(item.path, item.change) for item in compare(old, new, frozenset())}
    back = {(item.path, item.change) for item in compare(new, old, frozenset())}

    assert there == {(path, turned.get(change, change)) for path, change in back}
    assert bool(there) == (old != new)
