"""The catalogue: checked, compiled, immutable. Built once at start and shared by all requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.schema import (
    Bank,
    LessonSpec,
    ModuleFile,
    QuestionSpec,
    QuestionText,
    ResourceSpec,
    SettingSpec,
    TextFile,
)


@dataclass(frozen=True, slots=True)
class HtmlBlock:
    """Ready HTML: safe by construction, the renderer knows no way to print anything else."""

    html: Markup
    kind: str = "html"


@dataclass(frozen=True, slots=True)
class CheckBlock:
    """The place of a knowledge check."""

    question_id: str
    kind: str = "check"


@dataclass(frozen=True, slots=True)
class ReflectionBlock:
    """A question to think about; what is written stays on the device."""

    id: str
    html: Markup
    kind: str = "reflection"


@dataclass(frozen=True, slots=True)
class ResourceBlock:
    """The place of a help line."""

    resource_id: str
    kind: str = "resource"


Block = HtmlBlock | CheckBlock | ReflectionBlock | ResourceBlock


class Section(NamedTuple):
    """A part of a lesson: where its heading is, and what it says."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A lesson in one language, for one setting (None: shared by all)."""

    lesson_id: str
    language: str
    setting: str | None
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    words: int

    def check_ids(self) -> list[str]:
        return [block.question_id for block in self.blocks if isinstance(block, CheckBlock)]


PageKey = tuple[str, str | None, str, bool]
"""Lesson id, setting (None for a shared text), language, whether it is the short version."""


@dataclass(frozen=True)
class Module:
    """A module: what has no language, its texts by language, its pages by lesson."""

    spec: ModuleFile
    texts: Mapping[str, TextFile]
    pages: Mapping[PageKey, LessonPage]
    media: Mapping[tuple[str, str], Path]
    """Files by (language, name)."""

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages it is offered in: complete in each, or not listed."""
        return tuple(self.texts)

    def title_in(self, language: str) -> str:
        """Return its title in a language; in its source language where it has no other."""
        return (self.texts.get(language) or self.texts[self.spec.source_language]).title

    def find_lesson(self, lesson_id: str) -> LessonSpec | None:
        return next((item for item in self.spec.lessons if item.id == lesson_id), None)

    def find_page(
        self, lesson_id: str, setting: str, language: str, *, brief: bool = False
    ) -> LessonPage | None:
        """Return the page of exactly this setting and language; there is no fallback."""
        lesson = self.find_lesson(lesson_id)
        if lesson is None or setting not in self.spec.settings:
            return None
        shared = brief or not lesson.by_setting
        return self.pages.get((lesson_id, None if shared else setting, language, brief))

    def questions(self, bank: Bank, setting: str) -> dict[str, QuestionSpec]:
        """Return the questions of a bank that a learner of `setting` may be asked."""
        return {
            question_id: question
            for question_id, question in self.spec.questions.items()
            if question.bank is bank and question.is_for(setting)
        }

    def pairs(self, setting: str | None = None) -> dict[str, str]:
        """Return the questions that measure the same: of the pre-test, of the post-test.

        :param setting: only those that a learner of this setting may be asked; None: all.
        """
        return {
            question_id: question.parallel
            for question_id, question in self.spec.questions.items()
            if question.parallel and (setting is None or question.is_for(setting))
        }

    def question_text(self, question_id: str, language: str) -> QuestionText:
        return self.texts[language].questions[question_id]

    def offers(self, language: str) -> tuple[CreditOffer, ...]:
        """Return the credit that belongs to this language, whatever the day."""
        return tuple(offer for offer in self.spec.credit if offer.language == language)

    def credit_days(self, offer: CreditOffer) -> tuple[date, date]:
        """Return the first and last day of an offer: its own, while the module is current."""
        dates = self.spec.dates
        return max(offer.valid.from_, dates.released), min(offer.valid.until, dates.expires)


@dataclass(frozen=True)
class Catalogue:
    """All content of the site."""

    settings: Mapping[str, SettingSpec]
    resources: Mapping[str, ResourceSpec]
    modules: Mapping[str, Module]

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language in which at least one module is offered."""
        return tuple(
            dict.fromkeys(tag for module in self.modules.values() for tag in module.languages)
        )

    def find_module(self, module_id: str) -> Module | None:
        return self.modules.get(module_id)

    def help_lines(self) -> dict[str, ResourceSpec]:
        """Return the resources that stand on every page."""
        return {name: item for name, item in self.resources.items() if item.everywhere}
