"""What is shipped is whole, each module says what it is for, and nothing grows too large."""

from __future__ import annotations

import ast
from configparser import ConfigParser
from pathlib import Path

import pytest

from soar_lms.paths import PACKAGE
from tests.rules.source import Source, read_sources
from tests.rules.templates import read_templates

ROOT = PACKAGE.parent
SOURCES = read_sources()
MOST_LINES = 400
MOST_TEMPLATE_LINES = 120
MOST_FUNCTION_LINES = 60


# --- the checkers -------------------------------------------------------------------------------


def find_unlisted_packages(setup_cfg: str, root: Path) -> list[str]:
    """Return where `packages` of setup.cfg and the folders below `root` do not agree."""
    config = ConfigParser()
    config.read_string(setup_cfg)
    listed = set(config["options"]["packages"].split())
    moved = dict(
        line.replace(" ", "").split("=")
        for line in config["options"].get("package_dir", "").strip().splitlines()
    )
    there = {
        path.parent.relative_to(root).as_posix().replace("/", ".")
        for path in (root / "soar_lms").rglob("__init__.py")
    }
    return sorted(
        [f"{name} is not in setup.cfg" for name in there - listed]
        + [f"{name} is in setup.cfg, not on disk" for name in listed - there - set(moved)]
        + [
            f"{name} comes from {folder}, which is not there"
            for name, folder in moved.items()
            if not (root / folder).is_dir()
        ]
    )


def find_folders_without_init(root: Path) -> list[str]:
    """Return the folders with modules that are no package: a wheel would leave them out."""
    return sorted(
        {
            path.parent.relative_to(root).as_posix()
            for path in (root / "soar_lms").rglob("*.py")
            if not (path.parent / "__init__.py").exists()
        }
    )


def find_missing_docstring(source: Source) -> list[str]:
    """Return a module that does not say what it is for, in a sentence."""
    words = ast.get_docstring(source.tree) or ""
    first = words.split("\n", 1)[0]
    if first.endswith((".", "…")):
        return []
    return [f"{source.path}:1: begins with no sentence on its job"]


def find_long_file(path: str, text: str, most: int) -> list[str]:
    lines = text.count("\n")
    return [f"{path}: {lines} lines, at most {most}"] if lines > most else []


def find_long_functions(source: Source) -> list[str]:
    """Return the functions that nobody can see at once."""
    return [
        source.at(function, f"{function.name} has {length} lines, at most {MOST_FUNCTION_LINES}")
        for function in source.functions()
        if (length := (function.end_lineno or 0) - function.lineno + 1) > MOST_FUNCTION_LINES
    ]


# --- the rules ----------------------------------------------------------------------------------


def test_setup_cfg_lists_every_package() -> None:
    faults = find_unlisted_packages((ROOT / "setup.cfg").read_text(encoding="utf-8"), ROOT)

    assert not faults, "\n".join(faults)


def test_every_folder_with_modules_is_a_package() -> None:
    assert find_folders_without_init(ROOT) == []


def test_every_module_says_what_it_is_for() -> None:
    faults = [fault for source in SOURCES for fault in find_missing_docstring(source)]

    assert not faults, "\n".join(faults)


def test_files_and_functions_stay_small() -> None:
    """A file that grows past the cap begins to do two things: split it, and say how."""
    found = [
        *(
            fault
            for source in SOURCES
            for fault in find_long_file(source.path, source.text, MOST_LINES)
        ),
        *(
            fault
            for name, template in read_templates().items()
            for fault in find_long_file(f"templates/{name}", template.text, MOST_TEMPLATE_LINES)
        ),
        *(fault for source in SOURCES for fault in find_long_functions(source)),
    ]
    assert not found, "\n".join(found)


# --- what the rules must see --------------------------------------------------------------------


def test_a_package_that_is_not_listed_or_not_there_is_reported(tmp_path: Path) -> None:
    for folder in ("soar_lms", "soar_lms/learning", "soar_lms/learning/views", "modules"):
        (tmp_path / folder).mkdir()
    for folder in ("soar_lms", "soar_lms/learning", "soar_lms/learning/views"):
        (tmp_path / folder / "__init__.py").touch()
    setup_cfg = (
        "[options]\npackages =\n    soar_lms\n    soar_lms.learning\n    soar_lms.gone\n"
        "    soar_lms.bundled.modules\n    soar_lms.bundled.lost\npackage_dir =\n"
        "    soar_lms.bundled.modules = modules\n    soar_lms.bundled.lost = lost\n"
    )

    assert find_unlisted_packages(setup_cfg, tmp_path) == [
        "soar_lms.bundled.lost comes from lost, which is not there",
        "soar_lms.gone is in setup.cfg, not on disk",
        "soar_lms.learning.views is not in setup.cfg",
    ]


def test_a_folder_without_init_is_reported(tmp_path: Path) -> None:
    (tmp_path / "soar_lms" / "api").mkdir(parents=True)
    (tmp_path / "soar_lms" / "__init__.py").touch()
    (tmp_path / "soar_lms" / "api" / "views.py").touch()

    assert find_folders_without_init(tmp_path) == ["soar_lms/api"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param('"""Time."""', 0, id="a-sentence"),
        pytest.param('"""`soar-lms content …`."""', 0, id="a-command"),
        pytest.param("import os", 1, id="nothing"),
        pytest.param('"""time"""', 1, id="a-word"),
    ],
)
def test_a_module_without_a_sentence_is_reported(text: str, count: int) -> None:
    assert len(find_missing_docstring(Source("clock.py", text))) == count


def test_long_files_and_functions_are_reported() -> None:
    long = "def f():\n" + "    pass\n" * 60
    short = "def f():\n" + "    pass\n" * 59

    assert find_long_functions(Source("a.py", f"{short}\n\n{long}")) == [
        "a.py:63: f has 61 lines, at most 60"
    ]
    assert find_long_file("a.py", "\n" * 400, MOST_LINES) == []
    assert find_long_file("a.py", "\n" * 401, MOST_LINES) == ["a.py: 401 lines, at most 400"]
