"""`content check`: the pack passes; each broken tree says exactly what is wrong, and where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from soar_lms.catalogue.loader import check_content, load_catalogue
from soar_lms.catalogue.problems import ContentError
from tests.support.pack import PACK, change, copy_pack

TODAY = date(2026, 11, 22)


def problems_of(root: Path, today: date = TODAY) -> list[str]:
    return [
        str(problem).removeprefix(f"{root}/").replace(f"{root}/", "")
        for problem in check_content(root, today)
    ]


def test_the_pack_has_no_problems() -> None:
    assert problems_of(PACK) == []


BROKEN = [
    pytest.param(
        "garden/module.yaml",
        "minutes: 12",
        "minutes: 12\nminutes: 13",
        ["garden/module.yaml:5:1: minutes: duplicate key: it stands on line 4 already"],
        id="duplicate-key",
    ),
    pytest.param(
        "garden/module.yaml",
        "content_warning: true",
        "content_warning: no",
        ['garden/module.yaml:11:67: lessons.1.content_warning: must be true or false, not "no"'],
        id="no-is-not-false",
    ),
    pytest.param(
        "garden/en/text.yaml",
        "summary: How to work safely with plants. It takes twelve minutes.",
        "summary: no",
        [
            "garden/ar/text.yaml:2:10: summary: warning: "
            "the source changed after this was translated"
        ],
        id="no-is-a-word",
    ),
    pytest.param(
        "garden/module.yaml",
        "minutes: 12",
        "minuets: 12",
        [
            'garden/module.yaml:1:1: file: the key "minutes" is missing',
            'garden/module.yaml:4:1: minuets: unknown key "minuets"; did you mean "minutes"?',
        ],
        id="unknown-key",
    ),
    pytest.param(
        "garden/module.yaml",
        "keep_order: true",
        "shuffled: false",
        [
            "garden/module.yaml:18:84: questions.post-tools.shuffled: "
            'unknown key "shuffled" (known: bank, type, objective, options, correct, prompts, '
            "credit, settings, keep_order, parallel)"
        ],
        id="unknown-key-inside",
    ),
    pytest.param(
        "garden/module.yaml",
        'version: "1.2.0"',
        "version: 1.2",
        ["garden/module.yaml:2:10: version: must be text (in quotes), not 1.2"],
        id="version-is-a-number",
    ),
    pytest.param(
        "garden/module.yaml",
        "released: 2026-01-10, reviewed: 2026-06-01, expires: 2029-01-09",
        "released: 10 Jan 2026, reviewed: 2026-06-01, expires: 2029-01-09",
        ["garden/module.yaml:7:19: dates.released: must be a date like 2026-11-22"],
        id="date",
    ),
    pytest.param(
        "garden/module.yaml",
        "dates: {released: 2026-01-10, reviewed: 2026-06-01, expires: 2029-01-09}",
        "dates: {released: 2026-01-10, reviewed: 2026-06-01, expires: 2026-01-09}",
        ["garden/module.yaml:7:8: dates: released, reviewed and expires must follow each other"],
        id="dates-out-of-order",
    ),
    pytest.param(
        "garden/module.yaml",
        "id: garden",
        "id: gardens",
        ['garden/module.yaml:1:5: id: must be the name of its folder, "garden"'],
        id="module-id",
    ),
    pytest.param(
        "garden/module.yaml",
        "written: by-setting",
        "written: per-setting",
        ["garden/module.yaml:11:38: lessons.1.written: must be one of: shared, by-setting"],
        id="choice",
    ),
    pytest.param(
        "garden/module.yaml",
        "correct: [b]}\n  post-tools",
        "correct: [d]}\n  post-tools",
        [
            "garden/module.yaml:16:77: questions.check-tools.correct: "
            '"d" is not among the options (a, b)'
        ],
        id="answer-key-names-no-option",
    ),
    pytest.param(
        "garden/module.yaml",
        "options: [a, b, c], correct: [a], keep_order",
        "options: [a, b, c], correct: [a, b], keep_order",
        [
            "garden/module.yaml:18:79: questions.post-tools.correct: "
            "a single question has one right answer, not several"
        ],
        id="two-right-answers-of-one",
    ),
    pytest.param(
        "garden/module.yaml",
        "correct: [a, c]",
        "correct: [a, b, c]",
        [
            "garden/module.yaml:20:81: questions.post-water.correct: "
            "every option is right: a multiple question needs a wrong one"
        ],
        id="everything-is-right",
    ),
    pytest.param(
        "garden/module.yaml",
        "draw: 3",
        "draw: 4",
        [
            "garden/module.yaml:30:11: instruments.post.draw: draws 4, but the bank for "
            f'"{setting}" has 3'
            for setting in ("greenhouse", "orchard", "school")
        ],
        id="draw-larger-than-bank",
    ),
    pytest.param(
        "garden/module.yaml",
        "from_setting: 1",
        "from_setting: 2",
        [
            "garden/module.yaml:31:19: instruments.post.from_setting: asks 2, but "
            f'"{setting}" has 1 of its own'
            for setting in ("greenhouse", "orchard", "school")
        ],
        id="draw-larger-than-bank-of-setting",
    ),
    pytest.param(
        "garden/module.yaml",
        "objectives: [tools, water]",
        "objectives: [tools, water, soil]",
        [
            'garden/ar/text.yaml:4:3: objectives: "soil" of module.yaml is missing',
            'garden/en/text.yaml:4:3: objectives: "soil" of module.yaml is missing',
            'garden/module.yaml:8:28: objectives.2: no question measures "soil"',
        ],
        id="objective-nobody-measures",
    ),
    pytest.param(
        "garden/module.yaml",
        "settings: [greenhouse, orchard, school]",
        "settings: [greenhouse, orchard, shcool]",
        [
            "garden/ar/tools.school.md:1:1: file: "
            "module.yaml names no lesson and setting for this file",
            "garden/ar/tools.shcool.md:1:1: file: the file is missing",
            "garden/en/tools.school.md:1:1: file: "
            "module.yaml names no lesson and setting for this file",
            "garden/en/tools.shcool.md:1:1: file: the file is missing",
            "garden/module.yaml:6:33: settings.2: "
            '"shcool" is not in settings.yaml; did you mean "school"?',
            "garden/module.yaml:15:3: questions.check-tools: "
            "no lesson shows this check for: shcool",
            "garden/module.yaml:26:60: questions.post-class.settings: "
            '"school" is not among the settings of this module',
            "garden/module.yaml:30:11: instruments.post.draw: "
            'draws 3, but the bank for "shcool" has 2',
            "garden/module.yaml:31:19: instruments.post.from_setting: "
            'asks 1, but "shcool" has 0 of its own',
        ],
        id="unknown-setting",
    ),
    pytest.param(
        "settings.yaml",
        "name: {en: Market, ar: السوق}",
        "name: {en: Market}",
        ['settings.yaml:12:11: settings.market.name: the language "ar" is missing'],
        id="setting-without-a-language",
    ),
    pytest.param(
        "garden/ar/text.yaml",
        "  tools: استخدم الأدوات بأمان.\n",
        "  tolls: استخدم الأدوات بأمان.\n",
        [
            'garden/ar/text.yaml:4:3: objectives: "tools" of module.yaml is missing',
            'garden/ar/text.yaml:4:3: objectives.tolls: "tolls" is not in module.yaml; '
            'did you mean "tools"?',
        ],
        id="ids-differ-between-languages",
    ),
    pytest.param(
        "garden/ar/text.yaml",
        "{a: علبة., b: سكين.}",
        "{a: علبة., c: سكين.}",
        [
            "garden/ar/text.yaml:15:14: questions.check-tools.options: "
            '"b" of module.yaml is missing',
            'garden/ar/text.yaml:15:25: questions.check-tools.options.c: "c" is not in module.yaml',
        ],
        id="option-ids-differ",
    ),
    pytest.param(
        "garden/ar/tools.orchard.md",
        "::: reflection your-tools",
        "::: reflection my-tools",
        [
            "garden/ar/tools.orchard.md:8:1: structure: "
            '"reflection my-tools" stands where garden/en/tools.orchard.md:8 has '
            '"reflection your-tools"'
        ],
        id="structure-differs",
    ),
    pytest.param(
        "garden/ar/start.md",
        " [](source:almanac)",
        "",
        ['garden/ar/start.md:1:1: source: does not cite "almanac", which garden/en/start.md cites'],
        id="source-not-cited-in-translation",
    ),
    pytest.param(
        "garden/en/text.yaml",
        "    warning: This lesson talks about cuts.\n",
        "",
        [
            "garden/en/text.yaml:9:5: lessons.tools: "
            "has content_warning: true in module.yaml, so it needs a warning"
        ],
        id="no-warning",
    ),
    pytest.param(
        "garden/en/start.md",
        "![A green leaf]",
        "![]",
        [
            "garden/en/start.md:6:5: image: "
            "the picture leaf.svg has no text for people who cannot see it"
        ],
        id="image-without-alt",
    ),
    pytest.param(
        "garden/en/start.md",
        "leaf.svg",
        "tree.svg",
        ["garden/en/start.md:6:17: media: there is no file media/tree.svg or en/media/tree.svg"],
        id="image-that-is-not-there",
    ),
    pytest.param(
        "garden/en/start.md",
        "leaf.svg",
        "https://elsewhere.example/leaf.svg",
        [
            "garden/en/start.md:6:17: image: https://elsewhere.example/leaf.svg "
            "is not a file in media/: pictures from elsewhere are refused"
        ],
        id="image-from-elsewhere",
    ),
    pytest.param(
        "garden/en/start.md",
        "Wear gloves.",
        "Wear <b>gloves</b>.",
        [
            "garden/en/start.md:9:6: html: raw HTML is refused: <b>",
            "garden/en/start.md:9:15: html: raw HTML is refused: </b>",
        ],
        id="raw-html",
    ),
    pytest.param(
        "garden/en/start.md",
        "Plants need care.",
        "<script>alert(1)</script>\n\nPlants need care.",
        ["garden/en/start.md:3:1: html: raw HTML is refused: <script>alert(1)</script>"],
        id="raw-html-block",
    ),
    pytest.param(
        "garden/en/start.md",
        "lesson:tools#cutting",
        "lesson:tolls",
        ['garden/en/start.md:3:38: lesson: there is no lesson "tolls"; did you mean "tools"?'],
        id="broken-link",
    ),
    pytest.param(
        "garden/en/start.md",
        "lesson:tools#cutting",
        "lesson:tools#sawing",
        [
            "garden/en/start.md:3:38: lesson: "
            'garden/en/tools.greenhouse.md has no heading with the id "sawing"'
        ],
        id="broken-anchor",
    ),
    pytest.param(
        "garden/en/start.md",
        "lesson:tools#cutting",
        "tools.html",
        [
            "garden/en/start.md:3:38: link: "
            'cannot follow "tools.html": use https://, lesson:, resource: or source:'
        ],
        id="relative-link",
    ),
    pytest.param(
        "garden/en/start.md",
        "source:almanac",
        "source:almanach",
        [
            'garden/ar/start.md:1:1: source: does not cite "almanach", '
            "which garden/en/start.md cites",
            "garden/en/start.md:4:67: source: "
            'there is no source "almanach"; did you mean "almanac"?',
        ],
        id="unknown-source",
    ),
    pytest.param(
        "garden/en/start.md",
        "## Welcome {#welcome}",
        "## Welcome {#welcome}\n\n#### Too deep",
        [
            'garden/ar/start.md:8:1: structure: "key-point" stands where '
            'garden/en/start.md:3 has "heading 4"',
            "garden/en/start.md:3:1: heading: the level jumps from 2 to 4",
        ],
        id="heading-jump",
    ),
    pytest.param(
        "garden/en/tools.brief.md",
        "## In short",
        "# In short",
        [
            'garden/ar/tools.brief.md:1:1: structure: "heading 2" stands where '
            'garden/en/tools.brief.md:1 has "heading 1"',
            "garden/en/tools.brief.md:1:1: heading: "
            "headings begin at ##: the title of a lesson is in text.yaml",
        ],
        id="heading-one",
    ),
    pytest.param(
        "garden/en/tools.brief.md",
        "Keep tools clean.",
        "| | Clean |\n|---|---|\n| Tools | Yes |",
        [
            "garden/en/tools.brief.md:3:1: table: "
            "a column of the table has no heading: people who listen need one",
        ],
        id="table-without-heading",
    ),
    pytest.param(
        "garden/en/start.md",
        "Wear gloves.",
        "Call 1-800-555-0100.",
        [
            "garden/en/start.md:9:6: text: 1-800-555-0100 looks like a phone number: "
            "numbers stand in resources.yaml"
        ],
        id="phone-number",
    ),
    pytest.param(
        "garden/en/start.md",
        "::: key-point",
        "::: keypoint",
        [
            'garden/ar/start.md:8:1: structure: "key-point" stands where '
            'garden/en/start.md:12 has "resource plant-line"',
            'garden/en/start.md:8:1: ::: keypoint: unknown container "keypoint" '
            "(known: key-point, caution, words, check, resource, reflection, scenario, scene, "
            "choice, video)",
        ],
        id="unknown-container",
    ),
    pytest.param(
        "garden/en/start.md",
        "::: resource plant-line\n:::",
        "::: resource plant-line",
        ["garden/en/start.md:12:1: ::: resource: the container is never closed: end it with :::"],
        id="open-container",
    ),
    pytest.param(
        "garden/en/tools.orchard.md",
        "::: choice lamp to=inside verdict=helps",
        "::: choice lamp to=outside verdict=good",
        [
            "garden/en/tools.orchard.md:15:1: ::: scenario shed: "
            'a choice leads to "outside", and there is no such scene',
            "garden/en/tools.orchard.md:15:1: ::: scenario shed: "
            'no end can be reached from the scene "door"',
            "garden/en/tools.orchard.md:18:1: ::: choice: "
            'verdict must be one of helps, mixed, harms, not "good"',
            "garden/en/tools.orchard.md:35:1: ::: scenario shed: "
            'the scene "inside" cannot be reached',
        ],
        id="scenario-that-leads-nowhere",
    ),
    pytest.param(
        "garden/en/tools.orchard.md",
        "::: check check-tools",
        "::: check post-tools",
        [
            'garden/ar/tools.orchard.md:5:1: structure: "check check-tools" stands where '
            'garden/en/tools.orchard.md:5 has "check post-tools"',
            "garden/en/tools.orchard.md:5:1: check: "
            '"post-tools" belongs to the bank "post", not "check"',
            "garden/module.yaml:15:3: questions.check-tools: "
            "no lesson shows this check for: orchard",
        ],
        id="check-of-another-bank",
    ),
    pytest.param(
        "garden/module.yaml",
        'step: "0.5"',
        'step: "0.3"',
        ["garden/module.yaml:59:13: credit.0.amount: must be a multiple of step (0.3)"],
        id="credit-step",
    ),
    pytest.param(
        "garden/module.yaml",
        "valid_months: 12, ",
        "",
        [
            "garden/module.yaml:70:3: renewal: "
            "needs certificate.valid_months: what does not expire is not renewed"
        ],
        id="renewal-of-what-does-not-expire",
    ),
    pytest.param(
        "garden/module.yaml",
        "opens_days_before: 60",
        "opens_days_before: 336",
        [
            "garden/module.yaml:70:22: renewal.opens_days_before: "
            "opens before a certificate is issued: it is valid for 12 months"
        ],
        id="renewal-before-the-certificate",
    ),
    pytest.param(
        "garden/module.yaml",
        "refresher: {minutes: 6, lessons: [tools], evaluation: false}",
        "refresher: {minutes: 6, lessons: [tool, start, start], evaluation: false}",
        [
            "garden/module.yaml:72:37: renewal.refresher.lessons.0: "
            '"tool" is not among the lessons; did you mean "tools"?',
            'garden/module.yaml:72:50: renewal.refresher.lessons.2: "start" stands twice',
        ],
        id="refresher-of-unknown-lessons",
    ),
    pytest.param(
        "garden/module.yaml",
        "refresher: {minutes: 6, lessons: [tools], evaluation: false}",
        "refresher: {minutes: 6, lessons: [], evaluation: false}",
        ["garden/module.yaml:72:36: renewal.refresher.lessons: needs at least 1"],
        id="refresher-without-lessons",
    ),
    pytest.param(
        "garden/module.yaml",
        "refresher: {minutes: 6, lessons: [tools], evaluation: false}",
        "refresher: {minutes: 13, lessons: [tools], evaluation: false}",
        [
            "garden/module.yaml:72:24: renewal.refresher.minutes: "
            "must not be more than the whole module takes (12)"
        ],
        id="refresher-longer-than-the-module",
    ),
    pytest.param(
        "resources.yaml",
        "value: 1-800-555-0100",
        'url: "https://plants.example/"',
        [
            "resources.yaml:7:9: resources.plant-line.contacts.0: "
            "phone, sms and tty need value, and no url"
        ],
        id="contact",
    ),
    pytest.param(
        "settings.yaml",
        "  market:",
        "  brief:",
        [
            'second/module.yaml:6:42: settings.3: "market" is not in settings.yaml',
            'settings.yaml:12:5: settings.brief: "brief" is a word of the site: '
            "call the setting otherwise",
        ],
        id="reserved-setting",
    ),
    pytest.param(
        "settings.yaml",
        "settings:\n",
        "settings: [\n",
        [
            "settings.yaml:3:9: yaml: cannot be read: did not find expected ',' or ']'",
        ],
        id="broken-yaml",
    ),
    pytest.param(
        "garden/module.yaml",
        "longer: long",
        "longer: short",
        [
            'garden/module.yaml:37:11: evaluation.longer: "short" has an occasion already',
            "garden/module.yaml:49:11: evaluation.forms.long: has no occasion: "
            "completion, longer or follow_up names it",
        ],
        id="one-form-on-two-occasions",
    ),
    pytest.param(
        "garden/module.yaml",
        "follow_up: {form: later}",
        "follow_up: {form: latter}",
        [
            'garden/module.yaml:38:21: evaluation.follow_up.form: "latter" is not '
            'among the forms; did you mean "later"?',
            "garden/module.yaml:50:12: evaluation.forms.later: has no occasion: "
            "completion, longer or follow_up names it",
        ],
        id="follow-up-without-form",
    ),
    pytest.param(
        "garden/module.yaml",
        "follow_up: {form: later}",
        "follow_up: {form: later, reminders: 4, every_days: 29}",
        [
            "garden/module.yaml:38:39: evaluation.follow_up.reminders: must be at most 3",
            "garden/module.yaml:38:54: evaluation.follow_up.every_days: must be at most 28",
        ],
        id="too-many-reminders",
    ),
    pytest.param(
        "garden/module.yaml",
        "items: [sure, useful, planted, comment]",
        "items: [sure, usefull, planted, comment, sure]",
        [
            'garden/module.yaml:49:38: evaluation.forms.long.items.1: "usefull" is '
            'not among the items; did you mean "useful"?',
            'garden/module.yaml:49:65: evaluation.forms.long.items.4: "sure" stands twice',
        ],
        id="items-of-a-form",
    ),
    pytest.param(
        "garden/module.yaml",
        "useful: {kind: scale}",
        "useful: {kind: scale, options: [a, a]}\n    idle: {kind: text}",
        [
            'garden/ar/text.yaml:39:5: evaluation.items: "idle" of module.yaml is missing',
            'garden/ar/text.yaml:44:5: evaluation.options: "useful" of module.yaml is missing',
            'garden/en/text.yaml:39:5: evaluation.items: "idle" of module.yaml is missing',
            'garden/en/text.yaml:44:5: evaluation.options: "useful" of module.yaml is missing',
            "garden/module.yaml:41:36: evaluation.items.useful.options: an option stands twice",
            "garden/module.yaml:41:36: evaluation.items.useful.options: only a "
            "choice has options, not scale",
            "garden/module.yaml:42:11: evaluation.items.idle: no form asks this",
            "garden/module.yaml:42:11: evaluation.items.idle: nobody must write: a "
            "text needs required: false",
        ],
        id="items-and-their-kind",
    ),
    pytest.param(
        "garden/module.yaml",
        "planted: {kind: choice, options: [planted, not-yet]}",
        "planted: {kind: choice}",
        [
            'garden/ar/text.yaml:44:5: evaluation.options.planted: "planted" is not in module.yaml',
            'garden/en/text.yaml:44:5: evaluation.options.planted: "planted" is not in module.yaml',
            "garden/module.yaml:42:14: evaluation.items.planted: a choice needs options",
        ],
        id="a-choice-without-options",
    ),
    pytest.param(
        "garden/module.yaml",
        'control_number: "0000-0000"',
        'control_number: "0000"',
        [
            "garden/module.yaml:48:29: evaluation.forms.short.omb.control_number: "
            '"0000" does not have the right form (a number in quotes, like "1234-5678")'
        ],
        id="control-number",
    ),
    pytest.param(
        "garden/ar/text.yaml",
        "planted: {planted: نعم, not-yet: ليس بعد}",
        "planted: {planted: نعم, later: ليس بعد}",
        [
            'garden/ar/text.yaml:44:14: evaluation.options.planted: "not-yet" of '
            "module.yaml is missing",
            'garden/ar/text.yaml:44:29: evaluation.options.planted.later: "later" is '
            'not in module.yaml; did you mean "planted"?',
        ],
        id="words-of-a-choice",
    ),
    pytest.param(
        "garden/en/text.yaml",
        "  statements:\n    short: The Garden Office asks this to improve the module. "
        "Answering is voluntary.",
        "  statements: {}",
        ['garden/en/text.yaml:45:15: evaluation.statements: "short" of module.yaml is missing'],
        id="no-burden-statement",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), BROKEN)
def test_a_broken_tree_says_what_is_wrong_and_where(
    tmp_path: Path, file: str, old: str, new: str, expected: list[str]
) -> None:
    root = copy_pack(tmp_path)
    change(root, file, old, new)

    assert problems_of(root) == expected


def test_a_refresher_asks_for_nothing_that_the_module_does_not_have(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    with (root / "second" / "module.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "certificate: {valid_months: 12}\n"
            "renewal: {refresher: {minutes: 5, lessons: [only], pre: true, evaluation: true}}\n"
        )

    assert [line.split(": ", 1)[1] for line in problems_of(root)] == [
        "renewal.refresher.post: the module has none: write post: false",
        "renewal.refresher.pre: the module has none: write pre: false",
        "renewal.refresher.evaluation: the module has none: write evaluation: false",
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("garden/module.yaml", ["garden/module.yaml:1:1: file: the file is missing"]),
        ("settings.yaml", None),
        (
            "garden/ar/tools.orchard.md",
            ["garden/ar/tools.orchard.md:1:1: file: the file is missing"],
        ),
        (
            "garden/en/tools.brief.md",
            ["garden/en/tools.brief.md:1:1: file: the file is missing"],
        ),
        (
            "garden/ar/text.yaml",
            ["garden/ar/text.yaml:1:1: file: the file is missing"],
        ),
        (
            "garden/en/media/pruning.vtt",
            [
                f"garden/en/tools.{setting}.md:40:1: video: "
                "there is no captions: en/media/pruning.vtt"
                for setting in ("greenhouse", "orchard", "school")
            ],
        ),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, file: str, expected: list[str] | None) -> None:
    root = copy_pack(tmp_path)
    (root / file).unlink()

    found = problems_of(root)

    if expected is None:
        assert f"{file}:1:1: file: the file is missing" in found
    else:
        assert found == expected


def test_a_language_folder_must_be_complete(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    (root / "second" / "ar").mkdir()

    assert problems_of(root) == [
        "second/ar/only.md:1:1: file: the file is missing",
        "second/ar/text.yaml:1:1: file: the file is missing",
    ]


def test_a_strange_folder_and_a_strange_file_are_named(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    (root / "garden" / "Entwurf").mkdir()
    (root / "garden" / "en" / "Notes.txt").write_text("…")

    assert problems_of(root) == [
        'garden/Entwurf:1:1: file: "Entwurf" is neither a language tag nor media',
        "garden/en/Notes.txt:1:1: file: "
        "is no content file: lessons are <lesson>.md or <lesson>.<setting>.md",
    ]


def test_text_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    (root / "second" / "en" / "only.md").write_bytes(b"caf\xe9")

    assert problems_of(root) == [
        "second/en/only.md:1:1: file: is not UTF-8 text (byte 3)",
        "second/en/only.md:1:1: file: the file is missing",
    ]


def test_a_changed_source_marks_its_translation_as_stale(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/en/start.md", "Wear gloves.", "Wear your gloves.")

    assert problems_of(root) == [
        "garden/ar/start.md:8:1: stale: warning: "
        "the source changed after this was translated: garden/en/start.md:8"
    ]


def test_dates_in_the_past_are_warnings() -> None:
    found = problems_of(PACK, date(2029, 6, 1))

    assert [line.split(": ", 1)[1] for line in found] == [
        "dates.expires: warning: is in the past: review the module",
        "evaluation.forms.short.omb.expires: warning: "
        "the OMB number has expired: renew it, or ask nobody with this form",
        "credit.0.valid.until: warning: is in the past: nobody gets this credit",
        "sources.0.checked: warning: was last checked more than a year ago",
        "resources.plant-line.last_verified: warning: "
        "was last verified more than a year ago: call it, and write the new date",
        "dates.expires: warning: is in the past: review the module",
    ]


def test_a_title_that_tells_too_much_is_a_warning(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, "second/en/text.yaml", "title: ", "title: Exploitation and ")

    assert problems_of(root) == [
        'second/en/text.yaml:1:8: title: warning: "Exploitation" shows in tabs and in the history '
        "of browsers: choose a neutral title"
    ]


def test_hard_text_is_a_warning(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    hard = "Institutional accountability necessitates interdisciplinary collaboration continually."
    (root / "second" / "en" / "only.md").write_text(hard)

    (found,) = problems_of(root)

    assert found.startswith(
        "second/en/only.md:1:1: reading: warning: hard to read: Flesch-Kincaid grade"
    )


def test_content_with_errors_is_not_loaded(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/module.yaml", "draw: 3", "draw: 9")

    with pytest.raises(ContentError, match="draws 9, but the bank"):
        load_catalogue(root)
