"""The rules of content that need more than one value or more than one file: all are errors.

Each function reports what it finds and goes on, so that one run shows an author everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

from soar_lms.catalogue.markdown import Reference
from soar_lms.catalogue.problems import Mark, Problems
from soar_lms.catalogue.schema import Bank, LessonSpec, QuestionKind, QuestionSpec
from soar_lms.catalogue.tree import LessonKey, LessonSource, ModuleTree, Tree
from soar_lms.catalogue.yaml_source import KeyPath, YamlDocument, dotted

BRIEF = "brief"
RESERVED = frozenset(
    {BRIEF, "certificate", "continue", "evaluation", "media", "setting", "sources", "tests"}
)
"""Words that stand in addresses where a setting stands, so no setting may be called so."""


def check_tree(tree: Tree, problems: Problems) -> None:
    """Report every error that needs more than one value to be seen."""
    _check_setting_names(tree, problems)
    _check_translated_names(tree, problems)
    for module in tree.modules:
        for check in _MODULE_CHECKS:
            check(tree, module, problems)


def _report(document: YamlDocument, path: KeyPath, message: str, problems: Problems) -> None:
    problems.error(document.file, document.mark(path), dotted(path), message)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


# --- settings.yaml, resources.yaml ------------------------------------------------------------


def _check_translated_names(tree: Tree, problems: Problems) -> None:
    """Settings and resources have words in every language that a module is offered in."""
    languages = sorted({tag for module in tree.modules for tag in module.languages})
    for document, path, words in (*_setting_words(tree), *_resource_words(tree)):
        for language in languages:
            if language not in words:
                _report(document, path, f'the language "{language}" is missing', problems)


def _setting_words(tree: Tree) -> Iterator[tuple[YamlDocument, KeyPath, Iterable[str]]]:
    for name, setting in (tree.settings or {}).items():
        assert tree.settings_document is not None
        yield tree.settings_document, ("settings", name, "name"), setting.name
        yield tree.settings_document, ("settings", name, "for"), setting.for_


def _resource_words(tree: Tree) -> Iterator[tuple[YamlDocument, KeyPath, Iterable[str]]]:
    for name, resource in (tree.resources or {}).items():
        assert tree.resources_document is not None
        place = ("resources", name)
        yield tree.resources_document, (*place, "name"), resource.name
        yield tree.resources_document, (*place, "about"), resource.about
        for index, contact in enumerate(resource.contacts):
            if contact.note:
                note = (*place, "contacts", index, "note")
                yield tree.resources_document, note, contact.note


def _check_setting_names(tree: Tree, problems: Problems) -> None:
    for name in RESERVED & set(tree.settings or ()):
        assert tree.settings_document is not None
        message = f'"{name}" is a word of the site: call the setting otherwise'
        _report(tree.settings_document, ("settings", name), message, problems)


# --- module.yaml ------------------------------------------------------------------------------


def _check_identity(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    spec, document = module.spec, module.document
    if spec.id != module.folder.name:
        message = f'must be the name of its folder, "{module.folder.name}"'
        _report(document, ("id",), message, problems)
    for index, setting in enumerate(spec.settings):
        if tree.settings is not None and setting not in tree.settings:
            hint = _did_you_mean(setting, tree.settings)
            message = f'"{setting}" is not in settings.yaml{hint}'
            _report(document, ("settings", index), message, problems)
    if spec.source_language not in module.languages:
        message = f'there is no folder "{spec.source_language}"'
        _report(document, ("source_language",), message, problems)
    if not spec.dates.released <= spec.dates.reviewed < spec.dates.expires:
        message = "released, reviewed and expires must follow each other"
        _report(document, ("dates",), message, problems)


def _check_unique_ids(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    spec = module.spec
    lists: list[tuple[KeyPath, list[str]]] = [
        (("settings",), list(spec.settings)),
        (("objectives",), list(spec.objectives)),
        (("lessons",), [lesson.id for lesson in spec.lessons]),
        (("credit",), [offer.id for offer in spec.credit]),
        (("sources",), [source.id for source in spec.sources]),
    ]
    if spec.evaluation:
        lists.append((("evaluation", "items"), [item.id for item in spec.evaluation.items]))
    for path, ids in lists:
        for index, name in enumerate(ids):
            if name in ids[:index]:
                _report(module.document, (*path, index), f'"{name}" stands twice', problems)


def _check_questions(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    for name, question in module.spec.questions.items():
        path = ("questions", name)
        for key, message in _question_faults(module, question):
            _report(module.document, (*path, key), message, problems)


def _question_faults(module: ModuleTree, question: QuestionSpec) -> Iterable[tuple[str, str]]:
    if question.objective not in module.spec.objectives:
        hint = _did_you_mean(question.objective, module.spec.objectives)
        yield "objective", f'"{question.objective}" is not among the objectives{hint}'
    for setting in question.settings or ():
        if setting not in module.spec.settings:
            yield "settings", f'"{setting}" is not among the settings of this module'
    if len(set(question.options)) < len(question.options):
        yield "options", "an option stands twice"
    if question.type is QuestionKind.TRUE_FALSE and set(question.options) != {"true", "false"}:
        yield "options", "must be [true, false] for a true-false question"
    yield from _key_faults(question)


def _key_faults(question: QuestionSpec) -> Iterable[tuple[str, str]]:
    for option in question.correct:
        if option not in question.options:
            options = ", ".join(question.options)
            yield "correct", f'"{option}" is not among the options ({options})'
    if len(set(question.correct)) < len(question.correct):
        yield "correct", "an option stands twice"
    if question.type is not QuestionKind.MULTIPLE and len(question.correct) > 1:
        yield "correct", f"a {question.type} question has one right answer, not several"
    if question.type is QuestionKind.MULTIPLE and set(question.correct) == set(question.options):
        yield "correct", "every option is right: a multiple question needs a wrong one"


def _check_instruments(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    spec, instruments = module.spec, module.spec.instruments
    banks = {bank: [q for q in spec.questions.values() if q.bank is bank] for bank in Bank}
    if instruments.pre and not banks[Bank.PRE]:
        _report(module.document, ("instruments", "pre"), 'the bank "pre" is empty', problems)
    if not instruments.post:
        return
    post = instruments.post
    for setting in spec.settings:
        bank = [question for question in banks[Bank.POST] if question.is_for(setting)]
        own = [question for question in bank if question.settings]
        if post.draw > len(bank):
            message = f'draws {post.draw}, but the bank for "{setting}" has {len(bank)}'
            _report(module.document, ("instruments", "post", "draw"), message, problems)
        if post.from_setting > len(own):
            message = f'asks {post.from_setting}, but "{setting}" has {len(own)} of its own'
            _report(module.document, ("instruments", "post", "from_setting"), message, problems)
    if post.from_setting > post.draw:
        message = "must not be more than draw"
        _report(module.document, ("instruments", "post", "from_setting"), message, problems)


def _check_objectives(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    if not module.spec.questions:
        return
    measured = {question.objective for question in module.spec.questions.values()}
    for index, objective in enumerate(module.spec.objectives):
        if objective not in measured:
            message = f'no question measures "{objective}"'
            _report(module.document, ("objectives", index), message, problems)


def _check_credit(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    for index, offer in enumerate(module.spec.credit):
        path = ("credit", index)
        if offer.language not in module.languages:
            message = f'there is no folder "{offer.language}"'
            _report(module.document, (*path, "language"), message, problems)
        if offer.amount % offer.step:
            message = f"must be a multiple of step ({offer.step})"
            _report(module.document, (*path, "amount"), message, problems)
        if offer.valid.from_ > offer.valid.until:
            message = "from must not be after until"
            _report(module.document, (*path, "valid"), message, problems)


# --- text.yaml --------------------------------------------------------------------------------


def _check_texts(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    spec = module.spec
    evaluation = [item.id for item in spec.evaluation.items] if spec.evaluation else []
    for source in module.texts.values():
        text, document = source.text, source.document
        for key, wanted, found in (
            ("objectives", spec.objectives, text.objectives),
            ("lessons", [lesson.id for lesson in spec.lessons], text.lessons),
            ("questions", list(spec.questions), text.questions),
            ("evaluation", evaluation, text.evaluation),
        ):
            _compare_ids(document, (key,), wanted, found, problems)
        for lesson in spec.lessons:
            _check_warning(module, document, lesson, text.lessons.get(lesson.id), problems)
        for name, question in spec.questions.items():
            words = text.questions.get(name)
            if words and not (question.type is QuestionKind.TRUE_FALSE and not words.options):
                path = ("questions", name, "options")
                _compare_ids(document, path, question.options, words.options, problems)


def _compare_ids(
    document: YamlDocument,
    path: KeyPath,
    wanted: Iterable[str],
    found: Iterable[str],
    problems: Problems,
) -> None:
    wanted, found = list(wanted), list(found)
    for name in wanted:
        if name not in found:
            _report(document, path, f'"{name}" of module.yaml is missing', problems)
    for name in found:
        if name not in wanted:
            hint = _did_you_mean(name, wanted)
            mark = document.key_mark((*path, name))
            message = f'"{name}" is not in module.yaml{hint}'
            problems.error(document.file, mark, dotted((*path, name)), message)


def _check_warning(
    module: ModuleTree,
    document: YamlDocument,
    lesson: LessonSpec,
    text: object,
    problems: Problems,
) -> None:
    warning = getattr(text, "warning", None)
    path = ("lessons", lesson.id)
    if text and lesson.content_warning and not warning:
        message = "has content_warning: true in module.yaml, so it needs a warning"
        _report(document, path, message, problems)
    if warning and not lesson.content_warning:
        message = "module.yaml says that this lesson has no content warning"
        _report(document, (*path, "warning"), message, problems)


# --- lessons ----------------------------------------------------------------------------------


def _check_lesson_files(tree: Tree, module: ModuleTree, problems: Problems) -> None:
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


def _check_same_structure(tree: Tree, module: ModuleTree, problems: Problems) -> None:
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
        return f'there is no lesson "{name}"{_did_you_mean(name, lessons)}'
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
    return f'there is no source "{reference.target}"{_did_you_mean(reference.target, known)}'


def _check_resource_link(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    if tree.resources is None or reference.target in tree.resources:
        return None
    hint = _did_you_mean(reference.target, tree.resources)
    return f'there is no resource "{reference.target}"{hint}'


def _check_check(
    tree: Tree, module: ModuleTree, key: LessonKey, reference: Reference
) -> str | None:
    question = module.spec.questions.get(reference.target)
    checks = [name for name, item in module.spec.questions.items() if item.bank is Bank.CHECK]
    if question is None:
        hint = _did_you_mean(reference.target, checks)
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


def _check_every_check_is_asked(tree: Tree, module: ModuleTree, problems: Problems) -> None:
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


_MODULE_CHECKS: tuple[Callable[[Tree, ModuleTree, Problems], None], ...] = (
    _check_identity,
    _check_unique_ids,
    _check_questions,
    _check_instruments,
    _check_objectives,
    _check_credit,
    _check_texts,
    _check_lesson_files,
    _check_same_structure,
    _check_references,
    _check_every_check_is_asked,
)
