"""The shape of content files, as authors write them. `docs/content-format.md` is the manual.

Every model is frozen, strict and refuses unknown keys. Rules that need more than one value (an
answer key that fits its options, a draw that fits its bank) are in `checks.py`, where the place of
each value in its file is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.evaluation import EvaluationSpec, EvaluationText
from soar_lms.catalogue.values import (
    Content,
    Day,
    Id,
    LanguageTag,
    Line,
    Minutes,
    Prose,
    Translated,
    WebAddress,
    read_choice,
)

# --- settings.yaml and resources.yaml ---------------------------------------------------------


class SettingSpec(Content):
    """A professional setting that a learner can choose."""

    name: Translated
    """What it is called, in every language."""
    for_: Translated = Field(alias="for")
    """One sentence: who should choose it."""


class SettingsFile(Content):
    """`modules/settings.yaml`."""

    settings: Annotated[Mapping[Id, SettingSpec], Field(min_length=1)]


class ContactKind(StrEnum):
    """How a help line is reached."""

    PHONE = "phone"
    SMS = "sms"
    TTY = "tty"
    CHAT = "chat"
    WEB = "web"


class Contact(Content):
    """One way to reach a resource."""

    type: Annotated[ContactKind, read_choice(ContactKind)]
    value: Line | None = None
    """The number as people read it; for phone, sms and tty."""
    body: Line | None = None
    """What to text; for sms."""
    url: WebAddress | None = None
    """The address; for chat and web."""
    note: Translated | None = None
    """One short remark, such as which key to press."""

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Contact:
        needs_url = self.type in {ContactKind.CHAT, ContactKind.WEB}
        if needs_url and (self.url is None or self.value is not None):
            raise PydanticCustomError("contact", "chat and web need url, and no value")
        if not needs_url and (self.value is None or self.url is not None):
            raise PydanticCustomError("contact", "phone, sms and tty need value, and no url")
        return self


class ResourceSpec(Content):
    """A hotline or a link: dated data with a source."""

    name: Translated
    about: Translated
    """What it is for, in one or two sentences."""
    everywhere: bool = False
    """Whether it stands in the help block of every page."""
    contacts: Annotated[tuple[Contact, ...], Field(min_length=1, strict=False)]
    source: WebAddress
    """Where it was read."""
    last_verified: Day
    """The day somebody saw that it is still so."""


class ResourcesFile(Content):
    """`modules/resources.yaml`."""

    resources: Annotated[Mapping[Id, ResourceSpec], Field(min_length=1)]


# --- module.yaml ------------------------------------------------------------------------------


class Level(StrEnum):
    """How much a module expects its learners to know."""

    FOUNDATIONAL = "foundational"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Written(StrEnum):
    """Whether a lesson has one text for all settings, or one for each."""

    SHARED = "shared"
    BY_SETTING = "by-setting"


class Bank(StrEnum):
    """Where a question is asked."""

    PRE = "pre"
    CHECK = "check"
    POST = "post"


class QuestionKind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true-false"
    ORDERING = "ordering"
    MATCHING = "matching"
    SCENARIO = "scenario"

    @property
    def can_be_partly_right(self) -> bool:
        return self in {QuestionKind.MULTIPLE, QuestionKind.ORDERING, QuestionKind.MATCHING}


class Credit(StrEnum):
    """What an answer earns that is partly right; the formulas are in `assessments/grading.py`."""

    ALL_OR_NOTHING = "all-or-nothing"
    PARTIAL = "partial"


class FeedbackPolicy(StrEnum):
    """When the rationales of a test are shown."""

    SCORE_ONLY = "score-only"
    AFTER_PASSING = "after-passing"
    AFTER_LAST_ATTEMPT = "after-last-attempt"
    """When the test is passed, or no attempt is left."""
    ALWAYS = "always"


class ModuleDates(Content):
    """When a module was released, last reviewed, and when it must be reviewed again."""

    released: Day
    reviewed: Day
    expires: Day


class LessonSpec(Content):
    """One lesson: its length, and how it is written."""

    id: Id
    minutes: Minutes
    written: Annotated[Written, read_choice(Written)]
    content_warning: bool = False
    """Whether it opens with a warning and a short version that counts the same."""

    @property
    def by_setting(self) -> bool:
        return self.written is Written.BY_SETTING


class QuestionSpec(Content):
    """A question without its words."""

    bank: Annotated[Bank, read_choice(Bank)]
    type: Annotated[QuestionKind, read_choice(QuestionKind)]
    objective: Id
    """The objective it measures."""
    options: Annotated[tuple[Id, ...], Field(min_length=2, max_length=8, strict=False)]
    correct: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    """The right options; for ordering all of them, in the right order; for matching left out."""
    prompts: Annotated[Mapping[Id, Id], Field(max_length=8)] = Field(default_factory=dict)
    """For matching: each thing to match, and the option that belongs to it."""
    credit: Annotated[Credit, read_choice(Credit)] = Credit.ALL_OR_NOTHING
    settings: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)] | None = None
    """The settings it is for; left out for all."""
    keep_order: bool = False
    """Whether options must stay in the order written."""
    parallel: Id | None = None
    """On a question of the bank `pre`: the question of the bank `post` that measures the same."""

    def is_for(self, setting: str) -> bool:
        return self.settings is None or setting in self.settings


class PreTest(Content):
    """The pre-test asks its whole bank once and is not graded."""

    graded: bool = False
    forms: bool = False
    """Whether half of the learners are asked the parallel questions before, and the others after.
    """


class Attempts(Content):
    """How often a test may be taken."""

    limit: Annotated[int, Field(ge=1, le=100)] | None = None
    """Attempts in one enrolment; left out for no limit."""
    wait_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 0
    """How long after a failed attempt the next may begin."""


class PostTest(Content):
    """The post-test draws from its bank anew for each attempt."""

    draw: Annotated[int, Field(ge=1, le=100)]
    """How many questions an attempt asks."""
    from_setting: Annotated[int, Field(ge=0, le=100)] = 0
    """How many of these come at least from the learner's own setting."""
    pass_mark: Annotated[int, Field(ge=1, le=100)]
    """Percent of the points; told to the learner beforehand."""
    attempts: Attempts = Attempts()
    feedback: Annotated[FeedbackPolicy, read_choice(FeedbackPolicy)]


class Instruments(Content):
    """The tests of a module; a step that is left out is skipped."""

    pre: PreTest | None = None
    post: PostTest | None = None


class CertificateSpec(Content):
    """What the certificate says beyond name, module and date."""

    valid_months: Annotated[int, Field(ge=1, le=120)] | None = None
    show_score: bool = False
    design: Id | None = None
    """What it looks like: a design of the site; without it, the one that the site chose."""


class RefresherSpec(Content):
    """The shorter path of a renewal: some of the lessons, and only the steps it names."""

    minutes: Minutes
    """The whole refresher, its test included; printed on the certificate it leads to."""
    lessons: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    pre: bool = False
    post: bool = True
    evaluation: bool = False


class RenewalSpec(Content):
    """When a certificate that expires can be renewed, and how."""

    opens_days_before: Annotated[int, Field(ge=0, le=366)] = 90
    """How many days before the certificate's last day a renewal can begin."""
    grace_days: Annotated[int, Field(ge=0, le=366)] = 0
    """How many days after that last day the refresher can still be begun."""
    refresher: RefresherSpec | None = None
    """Left out: a renewal takes the whole module again."""


class Source(Content):
    """Where a fact was read."""

    id: Id
    title: Line
    publisher: Line
    published: Line
    url: WebAddress
    checked: Day


class ModuleFile(Content):
    """`modules/<id>/module.yaml`: everything that has no language."""

    id: Id
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    level: Annotated[Level, read_choice(Level)]
    minutes: Minutes
    source_language: LanguageTag
    settings: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    dates: ModuleDates
    objectives: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    lessons: Annotated[tuple[LessonSpec, ...], Field(min_length=1, strict=False)]
    questions: Mapping[Id, QuestionSpec] = Field(default_factory=dict)
    instruments: Instruments = Instruments()
    evaluation: EvaluationSpec | None = None
    certificate: CertificateSpec = CertificateSpec()
    renewal: RenewalSpec | None = None
    """Left out: who has a certificate that expired takes the whole module again."""
    credit: Annotated[tuple[CreditOffer, ...], Field(strict=False)] = ()
    sources: Annotated[tuple[Source, ...], Field(strict=False)] = ()

    @property
    def refresher(self) -> RefresherSpec | None:
        return self.renewal.refresher if self.renewal else None


# --- <language>/text.yaml ---------------------------------------------------------------------


class LessonText(Content):
    """The words of a lesson that are not in its Markdown file."""

    title: Line
    warning: Prose | None = None


class QuestionText(Content):
    """The words of a question."""

    stem: Prose
    """What is asked; for a scenario, the situation and what is asked."""
    prompts: Mapping[Id, Line] = Field(default_factory=dict)
    options: Mapping[Id, Line] = Field(default_factory=dict)
    consequences: Mapping[Id, Prose] = Field(default_factory=dict)
    """For a scenario: what happens when an option is chosen."""
    rationale: Prose


class TextFile(Content):
    """`modules/<id>/<language>/text.yaml`: titles and questions in one language."""

    title: Line
    summary: Prose
    objectives: Mapping[Id, Line]
    lessons: Mapping[Id, LessonText]
    questions: Mapping[Id, QuestionText] = Field(default_factory=dict)
    evaluation: EvaluationText = EvaluationText()


def known_keys(model: type[BaseModel] | None) -> list[str]:
    """Return the keys an author may write in `model`, for hints on unknown ones."""
    if model is None:
        return []
    return [info.alias or name for name, info in model.model_fields.items()]
