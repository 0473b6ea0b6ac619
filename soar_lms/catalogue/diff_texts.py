"""What changed in the words and pictures of a module, for `diff`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from soar_lms.catalogue.comparison import compare
from soar_lms.catalogue.problems import Problems
from soar_lms.catalogue.schema import Bank
from soar_lms.catalogue.stamps import check_stamps
from soar_lms.catalogue.tree import ModuleTree

_REFLECTION = "reflection "


def compare_texts(old: ModuleTree, new: ModuleTree) -> Iterator[tuple[str, str, bool]]:
    """Yield path, message and whether people in the middle notice, for the words that changed.

    Of what is in both: texts that come or go with an id or a language are told by that.
    """
    yield from _compare_reflections(old, new)
    for language in (tag for tag in new.texts if tag in old.texts):
        yield from _compare_questions(old, new, language)
        lessons = _count_lessons(old, new, language)
        if lessons:
            yield language, f"texts of lessons that changed: {lessons}", False
        others = _count_others(old, new, language)
        if others:
            yield language, f"other texts that changed: {others}", False
    files = sum(_differ(old.media[key], new.media[key]) for key in new.media.keys() & old.media)
    if files:
        yield "media", f"pictures and videos that changed: {files}", False


def _compare_reflections(old: ModuleTree, new: ModuleTree) -> Iterator[tuple[str, str, bool]]:
    for name in sorted(_reflections(old) - _reflections(new)):
        yield name, "vanished: what people wrote on their devices is not shown any more", True


def _reflections(module: ModuleTree) -> set[str]:
    return {
        label
        for lesson in module.lessons.values()
        for label, _ in lesson.outline.structure
        if label.startswith(_REFLECTION)
    }


def _compare_questions(
    old: ModuleTree, new: ModuleTree, language: str
) -> Iterator[tuple[str, str, bool]]:
    """Yield the questions of tests that stay and have other words now."""
    was, now = old.texts[language].text.questions, new.texts[language].text.questions
    for name in now:
        spec = new.spec.questions.get(name)
        is_asked = spec is not None and spec.bank is not Bank.CHECK
        if is_asked and name in was and was[name] != now[name]:
            yield f"{language}.questions.{name}", "other words: open tests show them too", True


def _count_lessons(old: ModuleTree, new: ModuleTree, language: str) -> int:
    return sum(
        source.document.lines != old.lessons[key].document.lines
        for key, source in new.lessons.items()
        if key.language == language and key in old.lessons
    )


def _count_others(old: ModuleTree, new: ModuleTree, language: str) -> int:
    """Count the changed texts of `text.yaml`, without the questions of tests."""
    asked = {name for name, item in new.spec.questions.items() if item.bank is not Bank.CHECK}
    texts = compare(old.texts[language].text, new.texts[language].text, frozenset())
    changed = (item for item in texts if item.old is not None and item.new is not None)
    return sum(item.path[0] != "questions" or item.path[1] not in asked for item in changed)


def _differ(one: Path, other: Path) -> bool:
    return one.read_bytes() != other.read_bytes()


def find_stale(module: ModuleTree) -> Iterator[tuple[str, str]]:
    """Yield place and message of each translated text that is older than its source."""
    problems = Problems()
    check_stamps(module, problems)
    for problem in problems.sorted():
        file = Path(problem.file).relative_to(module.folder)
        message = problem.message.replace(f"{module.folder}/", "")
        yield f"{file}:{problem.line}", message
