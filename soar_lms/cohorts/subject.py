"""What the charts of a group's learning are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soar_lms.assessments.gain import Summary
from soar_lms.catalogue.model import Module
from soar_lms.cohorts.gains import Learning
from soar_lms.cohorts.progress import PartCount


@dataclass(frozen=True)
class Subject:
    """A module, what a part of a group learned in it, and where the whole group takes it."""

    module: Module
    language: str
    """In which the module's words are."""
    learning: Learning
    parts: Sequence[PartCount]

    @property
    def summary(self) -> Summary:
        """The figures of a group that has some; without them there are no charts either."""
        if self.learning.summary is None:
            raise ValueError("a group without figures has no charts")
        return self.learning.summary
