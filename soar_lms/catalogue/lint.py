"""Warnings about content: it can be served, and somebody should look at it."""

from __future__ import annotations

from datetime import date, timedelta

from soar_lms.catalogue.credit_checks import credit_warnings
from soar_lms.catalogue.problems import Mark, Problems
from soar_lms.catalogue.readability import MAX_GRADE, MIN_INFLESZ, measure
from soar_lms.catalogue.stamps import check_stamps
from soar_lms.catalogue.tree import ModuleTree, Tree
from soar_lms.catalogue.yaml_source import dotted
from soar_lms.telling import find_telling_word

VERIFIED_FOR = timedelta(days=366)


def lint_tree(tree: Tree, today: date, problems: Problems) -> None:
    """Warn of stale translations, hard texts, old dates and sources nobody cites."""
    _lint_resources(tree, today, problems)
    for module in tree.modules:
        check_stamps(module, problems)
        _lint_titles(module, problems)
        _lint_reading_level(module, problems)
        _lint_dates(module, today, problems)
        _lint_credit(module, problems)
        _lint_sources(module, today, problems)
        _lint_burden(module, today, problems)


def _lint_resources(tree: Tree, today: date, problems: Problems) -> None:
    document = tree.resources_document
    for name, resource in (tree.resources or {}).items():
        if document and today - resource.last_verified > VERIFIED_FOR:
            mark = document.mark(("resources", name, "last_verified"))
            message = "was last verified more than a year ago: call it, and write the new date"
            path = f"resources.{name}.last_verified"
            problems.warning(document.file, mark, path, message)


def _lint_titles(module: ModuleTree, problems: Problems) -> None:
    """The title of a module stands in the history of browsers; those of lessons do not."""
    for source in module.texts.values():
        word = find_telling_word(source.text.title)
        if word:
            message = (
                f'"{word}" shows in tabs and in the history of browsers: choose a neutral title'
            )
            document = source.document
            problems.warning(document.file, document.mark(("title",)), "title", message)


def _lint_reading_level(module: ModuleTree, problems: Problems) -> None:
    for key, lesson in module.lessons.items():
        result = measure(lesson.outline.sentences, key.language)
        if result and not result.is_plain:
            limit = f"at most {MAX_GRADE:g}" if key.language == "en" else f"{MIN_INFLESZ:g} or more"
            message = f"hard to read: {result.scale} {result.score}, should be {limit}"
            problems.warning(lesson.file, Mark(), "reading", message)


def _lint_dates(module: ModuleTree, today: date, problems: Problems) -> None:
    document = module.document
    if module.spec.dates.expires < today:
        mark = document.mark(("dates", "expires"))
        problems.warning(document.file, mark, "dates.expires", "is in the past: review the module")
    for index, offer in enumerate(module.spec.credit):
        if offer.valid.until < today:
            mark = document.mark(("credit", index, "valid", "until"))
            path = f"credit.{index}.valid.until"
            problems.warning(document.file, mark, path, "is in the past: nobody gets this credit")


def _lint_credit(module: ModuleTree, problems: Problems) -> None:
    document = module.document
    for index, offer in enumerate(module.spec.credit):
        for place, message in credit_warnings(offer):
            path = ("credit", index, *place)
            problems.warning(document.file, document.mark(path), dotted(path), message)


def _lint_sources(module: ModuleTree, today: date, problems: Problems) -> None:
    document = module.document
    cited = {name for item in module.lessons.values() for name in item.outline.targets("source")}
    for index, source in enumerate(module.spec.sources):
        path = f"sources.{index}"
        if source.id not in cited:
            mark = document.mark(("sources", index))
            problems.warning(document.file, mark, path, f'no lesson cites "{source.id}"')
        if today - source.checked > VERIFIED_FOR:
            mark = document.mark(("sources", index, "checked"))
            message = "was last checked more than a year ago"
            problems.warning(document.file, mark, f"{path}.checked", message)


def _lint_burden(module: ModuleTree, today: date, problems: Problems) -> None:
    """Nobody may be asked to answer a form whose number has expired (5 CFR 1320.5(a) and (b))."""
    forms = module.spec.evaluation.forms if module.spec.evaluation else {}
    for form_id, form in forms.items():
        if form.omb and form.omb.expires < today:
            path = ("evaluation", "forms", form_id, "omb", "expires")
            message = "the OMB number has expired: renew it, or ask nobody with this form"
            mark = module.document.mark(path)
            problems.warning(module.document.file, mark, dotted(path), message)
