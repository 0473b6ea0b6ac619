"""Pools are closed in one place: a connection that nobody closes fails whatever test comes next."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [path for name in ("tests", "benchmarks") for path in sorted((ROOT / name).rglob("*.py"))]
THE_PLACE = ROOT / "tests/support/databases.py"


def find_disposals(text: str) -> list[int]:
    """Return the lines that dispose of the application's pool."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr == "dispose"
        and ast.unparse(node.value) == "db.engine"
    ]


def test_pools_are_closed_in_one_place() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: use close_connections()"
        for path in FILES
        if path != THE_PLACE
        for line in find_disposals(path.read_text(encoding="utf-8"))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("with app.app_context():\n    db.engine.dispose()\n", [2]),
        ("engine.dispose()\n", []),
    ],
    ids=["the-applications-pool", "a-pool-of-its-own"],
)
def test_a_pool_that_is_closed_elsewhere_is_found(text: str, lines: list[int]) -> None:
    assert find_disposals(text) == lines
