"""The source of soar_lms as the rules read it: a path, a text, a tree; nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from soar_lms.paths import PACKAGE


@dataclass(frozen=True)
class Source:
    """One Python file; rules name it by its path below `soar_lms`."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def top(self) -> str:
        """The feature, or the module above all features, that this file belongs to."""
        return self.path.split("/")[0].removesuffix(".py")

    @property
    def kind(self) -> str:
        """What it is in its feature: models, services, forms, views …; its own name otherwise."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[1] if len(parts) > 1 else parts[0]

    def at(self, node: ast.AST, words: str) -> str:
        """Say what is wrong, and where."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {words}"

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def functions(self) -> Iterator[ast.FunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Yield everything imported by its full name: `from a import b` is `a.b`.

        Imports inside functions and for type checking count like all others.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                yield from ((node, f"{module}.{alias.name}") for alias in node.names)

    def own_imports(self) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
        """Yield what is imported from soar_lms, as the parts of its name below it."""
        for node, name in self.imports():
            first, *parts = name.split(".")
            if first == "soar_lms" and parts and not parts[0].startswith("__"):
                yield node, tuple(parts)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for such an expression; what is not a name is left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def read_sources() -> list[Source]:
    """Return every Python file of soar_lms."""
    return [
        Source(path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    ]


Rule = Callable[[Source], list[str]]
"""A file in, what is wrong with it out."""


def find_needless(exceptions: Collection[tuple[str, str]], faults: list[str]) -> list[str]:
    """Return the exceptions (path, words) that no fault needs any more."""
    return [
        f"{path}: {words}"
        for path, words in exceptions
        if not any(fault.startswith(f"{path}:") and words in fault for fault in faults)
    ]
