"""The rules of lessons that need more than one file: the same in every language, no loose ends."""

from __future__ import annotations

from collections.abc import Callable

from soar_lms.catalogue.outline import Reference
from soar_lms.catalogue.problems import Mark, Problems, did_you_mean
from soar_lms.catalogue.schema import Bank, LessonSpec
from soar_lms.catalogue.tree import LessonKey, LessonSource, ModuleTree, Tree
from soar_lms.catalogue.yaml_source import dotted

BRIEF = "brief"


def check_lessons(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    """Report what is wrong between the lessons of a module, and with what they refer to."""
    _check_lesson_files(module, problems)
    _check_same_structure(module, problems)
    _check_references(tree, module, problems)
    _check_every_check_is_asked(module, problems)


def _check_lesson_files(module: ModuleTree, problems: Problems) -> None:
    """Every text of every lesson is there in every language, and no other file."""
    for language in module.languages:
        wanted = [key for lesson in module.spec.lessons for key in lesson_keys(module, lesson)]
        names = {LessonKey(language, lesson, variant) for lesson, variant in wanted}
        found = {key for key in module.lessons if key.language == language}
        folder = module.folder / language
        for key in sorted(names - found, key=str):
            problems.error(str(folder / key.file_name), Mark(), "file", "the file is missing")
        for key in sorted(found - names, key=str):
            message = "module.yaml names no lesson and setting for this file"
            problems.error(module.lessons[key].file, Mark(), "file", message)


def lesson_keys(module: ModuleTree, lesson: LessonSpec) -> list[tuple[str, str | None]]:
    """Return (lesson, variant) for each text that a lesson has in one language."""
    variants: list[str | None] = list(module.spec.settings) if lesson.by_setting else [None]
    if lesson.content_warning:
        variants.append(BRIEF)
    return [(lesson.id, variant) for variant in variants]


def _check_same_structure(module: ModuleTree, problems: Problems) -> None:
    """A lesson has the same ids in the same order in every language."""
    source_language = module.spec.source_language
    for key, lesson in module.lessons.items():
        source = module.lessons.get(key._replace(language=source_language))
        if source is None or key.language == source_language:
            continue
        _compare_structure(lesson, source, problems)
        cited, expected = (set(text.outline.targets("source")) for text in (lesson, source))
        for name in sorted(expected - cited):
            message = f'does not cite "{name}", which {source.file} cites'
            problems.error(lesson.file, Mark(), "source", message)


def _compare_structure(lesson: LessonSource, source: LessonSource, problems: Problems) -> None:
    wanted, found = source.outline.structure, lesson.outline.structure
    for (expected, source_mark), (name, mark) in zip(wanted, found, strict=False):
        if expected != name:
            place = f"{source.file}:{source_mark.line}"
            message = f'"{name}" stands where {place} has "{expected}"'
            problems.error(lesson.file, mark, "structure", message)
            return
    if len(found) < len(wanted):
        expected, source_mark = wanted[len(found)]
        message = f'"{expected}" ({source.file}:{source_mark.line}) is missing'
        problems.error(lesson.file, Mark(), "structure", message)
    elif len(found) > len(wanted):
        name, mark = found[len(wanted)]
        problems.error(lesson.file, mark, "structure", f'{source.file} has no "{name}"')


def _check_references(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    for key, lesson in module.lessons.items():
        for reference in lesson.outline.references:
            message = _REFERENCE_CHECKS[reference.kind](tree, module, key, reference)
            if message:
                problems.error(lesson.file, reference.mark, reference.kind, message)


def _check_lesson_link(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    name, _, anchor = reference.target.partition("#")
    lessons = {lesson.id: lesson for lesson in module.spec.lessons}
    if name not in lessons:
        return f'there is no lesson "{name}"{did_you_mean(name, lessons)}'
    if not anchor:
        return None
    for lesson, variant in lesson_keys(module, lessons[name]):
        if variant == BRIEF or (key.variant in module.spec.settings and variant != key.variant):
            continue
        target = module.lessons.get(LessonKey(key.language, lesson, variant))
        if target and anchor not in target.outline.anchors:
            return f'{target.file} has no heading with the id "{anchor}"'
    return None


def _check_source_link(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    known = [source.id for source in module.spec.sources]
    if reference.target in known:
        return None
    return f'there is no source "{reference.target}"{did_you_mean(reference.target, known)}'


def _check_resource_link(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    if tree.resources is None or reference.target in tree.resources:
        return None
    hint = did_you_mean(reference.target, tree.resources)
    return f'there is no resource "{reference.target}"{hint}'


def _check_check(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    question = module.spec.questions.get(reference.target)
    checks = [name for name, item in module.spec.questions.items() if item.bank is Bank.CHECK]
    if question is None:
        hint = did_you_mean(reference.target, checks)
        return f'there is no question "{reference.target}"{hint}'
    if question.bank is not Bank.CHECK:
        return f'"{reference.target}" belongs to the bank "{question.bank}", not "check"'
    settings = [key.variant] if key.variant in module.spec.settings else module.spec.settings
    for setting in settings:
        if not question.is_for(str(setting)):
            return f'"{reference.target}" is not for "{setting}"'
    return None


def _check_media(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    if module.find_media(key.language, reference.target):
        return None
    return f"there is no file media/{reference.target} or {key.language}/media/{reference.target}"


def _check_video(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    for suffix, meaning in (("mp4", "video"), ("vtt", "captions")):
        name = f"{reference.target}.{suffix}"
        if not module.find_media(key.language, name):
            return f"there is no {meaning}: {key.language}/media/{name}"
    return None


_REFERENCE_CHECKS: dict[str, Callable[[Tree, ModuleTree, LessonKey, Reference], str | None]] = {
    "lesson": _check_lesson_link,
    "source": _check_source_link,
    "resource": _check_resource_link,
    "check": _check_check,
    "media": _check_media,
    "video": _check_video,
}


def _check_every_check_is_asked(module: ModuleTree, problems: Problems) -> None:
    """A knowledge check that no lesson of its setting shows is forgotten work."""
    language = module.spec.source_language
    for name, question in module.spec.questions.items():
        if question.bank is not Bank.CHECK:
            continue
        shown = {
            key.variant
            for key, lesson in module.lessons.items()
            if key.language == language and name in lesson.outline.targets("check")
        }
        wanted = set(question.settings or module.spec.settings)
        if None not in shown and not wanted <= shown:
            missing = ", ".join(sorted(wanted - {item for item in shown if item}))
            message = f"no lesson shows this check for: {missing}"
            problems.error(
                module.document.file,
                module.document.key_mark(("questions", name)),
                dotted(("questions", name)),
                message,
            )
