"""The forms that ask learners what a module was worth to them, as authors write them.

What an item asks is defined once, and forms choose from the items: an item that stands in two forms
asks the same in both, so that their answers can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from soar_lms.catalogue.values import Content, Day, Id, Line, Prose, read_choice


class ItemKind(StrEnum):
    """How an item is answered."""

    SCALE = "scale"
    BEFORE_NOW = "before-now"
    CHOICE = "choice"
    TEXT = "text"


class EvaluationItem(Content):
    """One thing that is asked, without its words."""

    kind: Annotated[ItemKind, read_choice(ItemKind)]
    options: Annotated[tuple[Id, ...], Field(min_length=2, max_length=8, strict=False)] | None = (
        None
    )
    """The options of a choice, in order; of nothing else."""
    required: bool = True


class BurdenSpec(Content):
    """What the Paperwork Reduction Act asks to print above a form that was approved under it.

    5 CFR 1320.3(f) and 1320.8(b): only where the Office of Management and Budget granted a number.
    """

    control_number: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{4}$")]
    """As it was granted."""
    expires: Day
    """The last day on which the form may be used."""
    minutes: Annotated[int, Field(ge=1, le=240)]
    """The average time to answer, as it was approved."""


class FormSpec(Content):
    """A form: which items it asks, in order."""

    version: Annotated[int, Field(ge=1)]
    """Raised with every change of its items: answers are counted for each version."""
    items: Annotated[tuple[Id, ...], Field(min_length=1, max_length=40, strict=False)]
    omb: BurdenSpec | None = None


class FollowUpSpec(Content):
    """The form that comes by e-mail, months after completion."""

    form: Id
    after_months: Annotated[int, Field(ge=1, le=24)] = 3
    """Calendar months between completion and the invitation."""
    reminders: Annotated[int, Field(ge=0, le=3)] = 3
    """How often we ask again where no answer came; never more than three times."""
    every_days: Annotated[int, Field(ge=7, le=28)] = 14
    """Days between two e-mails."""


class EvaluationSpec(Content):
    """What is asked of learners, in which form, and when."""

    completion: Id
    """The form that stands before the certificate."""
    longer: Id | None = None
    """A form that may be taken in its place; left out to offer none."""
    follow_up: FollowUpSpec | None = None
    """Left out: nobody is asked again."""
    items: Annotated[Mapping[Id, EvaluationItem], Field(min_length=1)]
    forms: Annotated[Mapping[Id, FormSpec], Field(min_length=1)]

    @property
    def at_completion(self) -> tuple[str, ...]:
        """Return the forms that a learner can choose from before the certificate."""
        return (self.completion,) if self.longer is None else (self.completion, self.longer)

    def items_of(self, form_id: str) -> dict[str, EvaluationItem]:
        """Return what a form asks, in order."""
        return {item_id: self.items[item_id] for item_id in self.forms[form_id].items}


class EvaluationText(Content):
    """The words of the evaluation in one language."""

    items: Mapping[Id, Line] = Field(default_factory=dict)
    """What each item asks."""
    options: Mapping[Id, Mapping[Id, Line]] = Field(default_factory=dict)
    """The options of each choice, by item."""
    statements: Mapping[Id, Prose] = Field(default_factory=dict)
    """The burden statement of each form that has an `omb` block, word for word as approved."""
