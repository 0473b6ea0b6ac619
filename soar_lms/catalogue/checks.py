"""The rules of the YAML files that need more than one value to be seen: all are errors.

Each function reports what it finds and goes on, so that one run shows an author everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from soar_lms.catalogue.credit_checks import credit_faults
from soar_lms.catalogue.evaluation_checks import compare_texts, find_faults
from soar_lms.catalogue.lesson_checks import BRIEF, check_lessons
from soar_lms.catalogue.pair_checks import check_pairs
from soar_lms.catalogue.problems import Problems, did_you_mean
from soar_lms.catalogue.question_checks import (
    Fault,
    consequence_faults,
    key_faults,
    wanted_words,
)
from soar_lms.catalogue.schema import Bank, FeedbackPolicy, LessonSpec, QuestionSpec, QuestionText
from soar_lms.catalogue.tree import ModuleTree, Tree
from soar_lms.catalogue.yaml_source import KeyPath, YamlDocument, dotted

RESERVED = frozenset(
    {
        *(BRIEF, "certificate", "continue", "evaluation", "follow-up"),
        *("media", "renew", "setting", "sources", "tests"),
    }
)
"""Words that stand in addresses where a setting stands, so no setting may be called so."""

SHORTEST_MONTH = 28


def check_tree(tree: Tree, problems: Problems) -> None:
    """Report every error that needs more than one value to be seen."""
    _check_setting_names(tree, problems)
    _check_translated_names(tree, problems)
    for module in tree.modules:
        for check in _MODULE_CHECKS:
            check(tree, module, problems)


def _report(document: YamlDocument, path: KeyPath, message: str, problems: Problems) -> None:
    problems.error(document.file, document.mark(path), dotted(path), message)


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
            hint = did_you_mean(setting, tree.settings)
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
    for path, ids in lists:
        for index, name in enumerate(ids):
            if name in ids[:index]:
                _report(module.document, (*path, index), f'"{name}" stands twice', problems)


def _check_questions(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    for name, question in module.spec.questions.items():
        path = ("questions", name)
        for place, message in (*_question_faults(module, question), *key_faults(question)):
            _report(module.document, (*path, *place), message, problems)


def _question_faults(module: ModuleTree, question: QuestionSpec) -> Iterable[Fault]:
    if question.objective not in module.spec.objectives:
        hint = did_you_mean(question.objective, module.spec.objectives)
        yield ("objective",), f'"{question.objective}" is not among the objectives{hint}'
    for setting in question.settings or ():
        if setting not in module.spec.settings:
            yield ("settings",), f'"{setting}" is not among the settings of this module'


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
    if post.feedback is FeedbackPolicy.AFTER_LAST_ATTEMPT and post.attempts.limit is None:
        message = "needs a limit of attempts: without one, none is the last"
        _report(module.document, ("instruments", "post", "feedback"), message, problems)
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
        has_test = module.spec.instruments.post is not None
        for place, message in credit_faults(offer, has_test=has_test):
            _report(module.document, (*path, *place), message, problems)


def _check_evaluation(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    if module.spec.evaluation is None:
        return
    for path, message in find_faults(module.spec.evaluation):
        _report(module.document, ("evaluation", *path), message, problems)


def _check_renewal(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    renewal = module.spec.renewal
    if renewal is None:
        return
    months = module.spec.certificate.valid_months
    if months is None:
        message = "needs certificate.valid_months: what does not expire is not renewed"
        _report(module.document, ("renewal",), message, problems)
    elif renewal.opens_days_before >= months * SHORTEST_MONTH:
        message = f"opens before a certificate is issued: it is valid for {months} months"
        _report(module.document, ("renewal", "opens_days_before"), message, problems)
    for key, message in _refresher_faults(module):
        _report(module.document, ("renewal", "refresher", *key), message, problems)


def _refresher_faults(module: ModuleTree) -> Iterator[tuple[KeyPath, str]]:
    spec, refresher = module.spec, module.spec.refresher
    if refresher is None:
        return
    known = [lesson.id for lesson in spec.lessons]
    for index, name in enumerate(refresher.lessons):
        if name not in known:
            yield (
                ("lessons", index),
                f'"{name}" is not among the lessons{did_you_mean(name, known)}',
            )
        if name in refresher.lessons[:index]:
            yield ("lessons", index), f'"{name}" stands twice'
    if refresher.minutes > spec.minutes:
        yield ("minutes",), f"must not be more than the whole module takes ({spec.minutes})"
    for key, asked, there in (
        ("pre", refresher.pre, spec.instruments.pre),
        ("post", refresher.post, spec.instruments.post),
        ("evaluation", refresher.evaluation, spec.evaluation),
    ):
        if asked and there is None:
            yield (key,), f"the module has none: write {key}: false"


# --- text.yaml --------------------------------------------------------------------------------


def _check_texts(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    spec = module.spec
    for source in module.texts.values():
        text, document = source.text, source.document
        for key, wanted, found in (
            ("objectives", spec.objectives, text.objectives),
            ("lessons", [lesson.id for lesson in spec.lessons], text.lessons),
            ("questions", list(spec.questions), text.questions),
        ):
            _compare_ids(document, (key,), wanted, found, problems)
        for path, asked, worded in compare_texts(spec.evaluation, text.evaluation):
            _compare_ids(document, path, asked, worded, problems)
        for lesson in spec.lessons:
            _check_warning(module, document, lesson, text.lessons.get(lesson.id), problems)
        for name, question in spec.questions.items():
            if name in text.questions:
                _check_question_text(document, name, question, text.questions[name], problems)


def _check_question_text(
    document: YamlDocument,
    name: str,
    question: QuestionSpec,
    text: QuestionText,
    problems: Problems,
) -> None:
    path = ("questions", name)
    for part, wanted in wanted_words(question, text):
        _compare_ids(document, (*path, part), wanted, getattr(text, part), problems)
    for place, message in consequence_faults(question, text):
        _report(document, (*path, *place), message, problems)


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
            hint = did_you_mean(name, wanted)
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


_MODULE_CHECKS: tuple[Callable[[Tree, ModuleTree, Problems], None], ...] = (
    _check_identity,
    _check_unique_ids,
    _check_questions,
    _check_instruments,
    check_pairs,
    _check_objectives,
    _check_credit,
    _check_evaluation,
    _check_renewal,
    _check_texts,
    check_lessons,
)
