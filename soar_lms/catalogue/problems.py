"""What is wrong with content, where, in one shape for YAML and Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """An error keeps the site from starting; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one place, said so that an author can mend it."""

    file: str
    line: int
    column: int
    path: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        warning = "warning: " if self.severity is Severity.WARNING else ""
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {warning}{self.message}"


@dataclass
class Problems:
    """A collector: every check adds to it, so that one run shows everything."""

    found: list[Problem] = field(default_factory=list)

    def error(self, file: str, mark: Mark, path: str, message: str) -> None:
        self.found.append(Problem(file, mark.line, mark.column, path, message))

    def warning(self, file: str, mark: Mark, path: str, message: str) -> None:
        self.found.append(
            Problem(file, mark.line, mark.column, path, message, Severity.WARNING),
        )

    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.found)

    def sorted(self) -> list[Problem]:
        """Return each problem once, in the order of files and lines."""
        return sorted(set(self.found))


class ContentError(Exception):
    """Content has errors; `problems` names every one of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a message that offers the nearest known name, if there is one."""
    close = get_close_matches(name, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
