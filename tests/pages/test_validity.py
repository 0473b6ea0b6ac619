"""Every page is valid HTML by a checker that is not ours: html-validate, an npm package."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.pages import walk
from tests.pages.walk import ENDPOINTS, FORMS, LANGUAGES, Page
from tests.rules.world import World

CHECKERS = Path(__file__).parents[1] / "support" / "page_checkers"
_OURS = {
    # Roles of tables are said once more: shown as cards on a phone, some browsers drop them.
    "no-redundant-role": "off",
    # A list under a heading may have its name.
    "aria-label-misuse": ["error", {"allowAnyNamable": True}],
    "prefer-native-element": ["error", {"exclude": ["region"]}],
    # The parts of one answer are sent under one name.
    "form-dup-name": "off",
    # The summary of errors stands before the heading of the page, as readers expect it.
    "heading-level": ["error", {"minInitialRank": "h2"}],
    # Without scripts the page of a task has no other way to go on.
    "meta-refresh": "off",
    # How the source looks, and how a number breaks, is for formatter and style sheet.
    "no-trailing-whitespace": "off",
    "tel-non-breaking": "off",
    "require-sri": ["error", {"target": "crossorigin"}],
    "valid-id": ["error", {"relaxed": True}],
}
CONFIG = {"extends": ["html-validate:recommended", "html-validate:document"], "rules": _OURS}


def validate(folder: Path) -> list[str]:
    """Return what is wrong with the pages in a folder."""
    (folder / "rules.json").write_text(json.dumps(CONFIG | {"root": True}), encoding="utf-8")
    command = CHECKERS / "node_modules" / ".bin" / "html-validate"
    said = folder / "faults.json"
    with said.open("wb") as output:  # into a pipe it writes 64 kB and ends
        result = subprocess.run(
            [command, "--config", folder / "rules.json", "--formatter", "json", folder],
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode in {0, 1}, result.stderr
    return [
        f"{Path(file['filePath']).stem}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
        for file in json.loads(said.read_text(encoding="utf-8"))
        for fault in file["messages"]
    ]


def write(folder: Path, page: Page) -> None:
    (folder / f"{page.name}.html").write_text(page.html, encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_valid(world: World, tmp_path: Path, language: str) -> None:
    pages = [page for name in ENDPOINTS for page in walk.show(world, name, language)]
    pages += [page for name in FORMS for page in walk.show_faults(world, name, language)]
    pages += walk.show_missing(world, language)
    for page in pages:
        write(tmp_path, page)

    faults = validate(tmp_path)

    assert not faults, "\n".join(faults)
    assert len(list(tmp_path.glob("*.html"))) > 200


def test_a_fault_is_seen(tmp_path: Path) -> None:
    head = '<!DOCTYPE html><html lang="en"><head><title>A page</title></head>'
    (tmp_path / "page.html").write_text(f"{head}<body><p><div>Wrong</div></p></body></html>")

    assert any(": close-order: " in fault for fault in validate(tmp_path))
