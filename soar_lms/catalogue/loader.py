"""The way in: `modules/` -> checked -> compiled -> Catalogue."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType

from soar_lms.catalogue.checks import check_tree
from soar_lms.catalogue.lesson_checks import BRIEF
from soar_lms.catalogue.lint import lint_tree
from soar_lms.catalogue.markdown import list_sections
from soar_lms.catalogue.model import Catalogue, LessonPage, Module, PageKey, Section
from soar_lms.catalogue.pictures import Size, measure_picture
from soar_lms.catalogue.problems import ContentError, Problem, Problems
from soar_lms.catalogue.readability import count_words
from soar_lms.catalogue.render import Labels, render_lesson
from soar_lms.catalogue.tree import ModuleTree, Tree, read_tree

LabelsFor = Callable[[str], Labels]


def check_content(root: Path, today: date) -> list[Problem]:
    """Return every problem below `root`, errors and warnings, in the order of files."""
    problems = Problems()
    tree = read_tree(root, problems)
    check_tree(tree, problems)
    if not problems.has_errors():
        lint_tree(tree, today, problems)
    return problems.sorted()


def load_catalogue(root: Path, labels_for: LabelsFor = lambda _: Labels()) -> Catalogue:
    """Check and compile everything below `root`.

    `labels_for` gives the site's own words in a language.

    :raises ContentError: when there is any error; it names all of them.
    """
    with _without_collector():
        return compile_tree(load_tree(root), labels_for)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let the garbage collector rest: nearly all that is made here stays, and it is a lot."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def load_tree(root: Path) -> Tree:
    """Read and check everything below `root`.

    :raises ContentError: when there is any error; it names all of them.
    """
    problems = Problems()
    tree = read_tree(root, problems)
    check_tree(tree, problems)
    if problems.has_errors():
        raise ContentError(problems.sorted())
    return tree


def compile_tree(tree: Tree, labels_for: LabelsFor) -> Catalogue:
    """Compile a tree without errors."""
    return Catalogue(
        settings=MappingProxyType(dict(tree.settings or {})),
        resources=MappingProxyType(dict(tree.resources or {})),
        modules=MappingProxyType(
            {module.spec.id: _compile_module(module, labels_for) for module in tree.modules}
        ),
    )


def _size_of(module: ModuleTree, language: str, name: str) -> Size | None:
    path = module.find_media(language, name)
    return measure_picture(path) if path else None


def _compile_module(module: ModuleTree, labels_for: LabelsFor) -> Module:
    order = sorted(module.languages, key=lambda tag: (tag != module.spec.source_language, tag))
    labels = {language: labels_for(language) for language in order}
    pages: dict[PageKey, LessonPage] = {}
    for key, lesson in module.lessons.items():
        brief = key.variant == BRIEF
        setting = None if brief else key.variant
        pages[key.lesson, setting, key.language, brief] = LessonPage(
            lesson_id=key.lesson,
            language=key.language,
            setting=setting,
            blocks=render_lesson(
                lesson.document,
                language=key.language,
                labels=labels[key.language],
                sources=module.spec.sources,
                size_of=partial(_size_of, module, key.language),
            ),
            sections=tuple(Section(*item) for item in list_sections(lesson.document)),
            words=count_words(lesson.outline.sentences),
        )
    media = {
        (language, name): path
        for language in order
        for (where, name), path in sorted(module.media.items(), key=str)
        if where in {None, language}
    }
    return Module(
        spec=module.spec,
        texts=MappingProxyType({language: module.texts[language].text for language in order}),
        pages=MappingProxyType(pages),
        media=MappingProxyType(media),
    )
