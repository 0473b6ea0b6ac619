"""`soar-lms content …`, as an author runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from soar_lms.cli import main
from tests.support.pack import PACK, change, copy_pack


def content(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["content", "--modules", str(root), *arguments])


def test_check_prints_nothing_and_succeeds_on_good_content() -> None:
    result = content(PACK, "check")

    assert (result.exit_code, result.output) == (0, "")


def test_check_prints_lines_and_fails_on_errors(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/module.yaml", "draw: 3", "draw: many")

    result = content(root, "check")

    assert result.exit_code == 1
    assert result.output == (
        f"{root}/garden/module.yaml:30:11: instruments.post.draw: "
        'must be a whole number, not "many"\n'
    )


def test_check_as_json_has_the_same_problems(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/module.yaml", "draw: 3", "draw: many")

    result = content(root, "check", "--json")

    assert result.exit_code == 1
    assert json.loads(result.output) == [
        {
            "file": f"{root}/garden/module.yaml",
            "line": 30,
            "column": 11,
            "path": "instruments.post.draw",
            "message": 'must be a whole number, not "many"',
            "severity": "error",
        }
    ]


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--strict",), 1)])
def test_a_warning_fails_only_a_strict_check(
    tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/en/start.md", "Wear gloves.", "Wear your gloves.")

    result = content(root, "check", *arguments)

    assert result.exit_code == code
    assert "the source changed after this was translated" in result.output


def test_stamp_says_that_a_translation_is_up_to_date(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/en/start.md", "Wear gloves.", "Wear your gloves.")

    assert content(root, "stamp", "garden", "ar").exit_code == 0
    assert content(root, "check", "--strict").output == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("garten", "ar"), 'there is no module "garten"'),
        (("garden", "en"), '"en" is not a translation of garden'),
    ],
)
def test_stamp_refuses_what_is_not_there(arguments: tuple[str, str], message: str) -> None:
    result = content(PACK, "stamp", *arguments)

    assert result.exit_code == 1
    assert message in result.output


def test_coverage_lists_every_text_with_its_length() -> None:
    lines = content(PACK, "coverage").output.splitlines()

    assert lines[0] == "garden 1.2.0"
    assert sum("tools" in line for line in lines) == 8
    assert any("en    start" in line and "23 words" in line for line in lines)


def test_a_new_module_passes_the_check(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)

    made = content(root, "new", "soil")

    assert made.exit_code == 0
    assert content(root, "check").exit_code == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [("garden", "exists already"), ("My Module", "is not an id"), ("../x", "is not an id")],
)
def test_a_new_module_needs_a_free_id(tmp_path: Path, name: str, message: str) -> None:
    result = content(copy_pack(tmp_path), "new", name)

    assert result.exit_code == 1
    assert message in result.output


def test_no_stamp_is_read_as_a_number(tmp_path: Path) -> None:
    """A hash like 16091e76 is a number to YAML: it once made fresh translations look stale."""
    root = copy_pack(tmp_path)
    lines = "\n\n".join(f"Paragraph {number}." for number in range(600))
    for language in ("en", "ar"):
        (root / "garden" / language / "tools.brief.md").write_text(f"## Brief\n\n{lines}\n")

    content(root, "stamp", "garden", "ar")

    assert content(root, "check", "--strict").output == ""
