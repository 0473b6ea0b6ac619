"""Offers of credit, and what each body that grants it demands, with its source.

Only what somebody read stands here (2026-11-22). A rule without sources demands nothing: nothing
was found, so whatever a body wants is written into the offer by those to whom it was granted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from soar_lms.catalogue.values import (
    Amount,
    Content,
    Day,
    Id,
    Label,
    LanguageTag,
    Prose,
    read_choice,
)

UAN_PATTERN = r"\d{4}-\d{4}-\d{2}-\d{3}-[LH]\d{2}-[PT]"
"""A Universal Activity Number: provider, joint providership, year, sequence, format and topic,
audience (https://www.acpe-accredit.org/universal-activity-numbers/)."""

MOST_MONTHS_UNREVIEWED = 36
"""An enduring activity is reviewed at least every three years (ACCME, enduring materials:
http://www.accme.org/requirements/accreditation-requirements-cme-providers/policies-and-definitions/enduring-materials-definition-and-requirements).
"""


class CreditType(StrEnum):
    """Which body's credit it is."""

    AMA = "ama"
    ACPE = "acpe"
    ANCC = "ancc"
    APA = "apa"
    NCHEC = "nchec"
    ASWB = "aswb"
    NBCC = "nbcc"
    ADA = "ada"
    IACET = "iacet"
    IPCE = "ipce"
    OTHER = "other"


class ActivityFormat(StrEnum):
    """How an accredited activity is taken."""

    ENDURING = "enduring"
    """Whenever the learner likes, until it expires; home study."""
    LIVE = "live"


class Profession(StrEnum):
    """Whom credit is for; the codes are those of `accounts.professions`, and a test holds it."""

    ALLIED_HEALTH = "allied-health"
    CASE_MANAGER = "case-manager"
    COMMUNITY_HEALTH_WORKER = "community-health-worker"
    DENTIST = "dentist"
    HEALTH_EDUCATION = "health-education"
    NURSE = "nurse"
    OTHER = "other"
    PHARMACIST = "pharmacist"
    PHARMACY_TECHNICIAN = "pharmacy-technician"
    PHYSICIAN = "physician"
    PSYCHOLOGIST = "psychologist"
    PUBLIC_HEALTH = "public-health"
    SCHOOL_COUNSELOR = "school-counselor"
    SOCIAL_WORKER = "social-worker"


@dataclass(frozen=True)
class CreditRule:
    """What one body demands."""

    name: str
    """What the body calls its credit: a name, the same in every language."""
    needs: tuple[str, ...] = ()
    """The keys an offer must have, besides those that every offer has."""
    step: Decimal | None = None
    """Claims are made in steps of this, or of a multiple."""
    least: Decimal | None = None
    """The smallest amount there is."""
    enduring_needs_test: bool = False
    """Whether an enduring activity must end with a test that has a pass mark."""
    statement_has: tuple[str, ...] = ()
    """What an English statement says somewhere."""
    asks_for_profile: bool = False
    """Whether who claims it gives an NABP e-Profile ID, and the month and day of birth."""
    sources: tuple[str, ...] = ()
    """Where it was read."""


RULES: Mapping[CreditType, CreditRule] = {
    CreditType.AMA: CreditRule(
        "AMA PRA Category 1",
        needs=("provider", "format"),
        step=Decimal("0.25"),
        enduring_needs_test=True,
        sources=(
            "https://policymed.com/2010/09/american-medical-association-updated-criteria-for-physician-recognition-award-for-continuing-medical.html",
            "https://bulletin.entnet.org/home/article/21245791/ama-pra-enduring-material-minimum-performance-level-takes-effect-july-1",
            "http://www.bumc.bu.edu/cme/activity-planning/cme-credit/",
        ),
    ),
    CreditType.ACPE: CreditRule(
        "ACPE",
        needs=("provider", "format", "uan"),
        asks_for_profile=True,
        sources=(
            "https://www.acpe-accredit.org/universal-activity-numbers/",
            "https://nabp.pharmacy/help/i-do-not-see-any-activities-or-information-in-my-cpe-monitor-account-why/",
            "https://www.powerpak.com/aboutCPEMonitor.aspx",
        ),
    ),
    CreditType.ANCC: CreditRule(
        "ANCC",
        needs=("provider", "provider_address"),
        sources=("https://coloradonurses.org/faqs-2/",),
    ),
    CreditType.APA: CreditRule(
        "APA",
        needs=("provider",),
        statement_has=("to sponsor", "maintains responsibility"),
        sources=("http://www.apa.org/ed/sponsor/about/faq/index.aspx",),
    ),
    CreditType.NCHEC: CreditRule(
        "NCHEC (CHES, MCHES)",
        needs=("provider", "provider_number", "event_number"),
        sources=(
            "https://www.nchec.org/continuing-education",
            "http://ftp.nchec.org/renewrecert/cedocumentation.htm",
        ),
    ),
    CreditType.IACET: CreditRule(
        "IACET CEU",
        step=Decimal("0.1"),
        least=Decimal("0.1"),
        sources=(
            "https://iacet.org./news/iacet-blog/blog-articles/six-steps-to-submitting-ceu-calculations",
        ),
    ),
    CreditType.IPCE: CreditRule(
        "IPCE", sources=("http://www.jointaccreditation.org/designation-credits",)
    ),
    CreditType.ASWB: CreditRule("ASWB ACE"),
    CreditType.NBCC: CreditRule("NBCC"),
    CreditType.ADA: CreditRule("ADA CERP"),
    CreditType.OTHER: CreditRule(""),
}


def format_of(uan: str) -> ActivityFormat:
    """Return the format that a UAN names: L is live, H is home study."""
    return ActivityFormat.LIVE if uan.split("-")[4].startswith("L") else ActivityFormat.ENDURING


def audience_of(uan: str) -> Profession:
    """Return whom a UAN is for: P is pharmacists, T is pharmacy technicians."""
    return Profession.PHARMACIST if uan.endswith("-P") else Profession.PHARMACY_TECHNICIAN


class CreditPeriod(Content):
    """The days on which credit may be given, both included: the activity's release and its end."""

    from_: Day = Field(alias="from")
    until: Day


class CreditOffer(Content):
    """Continuing-education credit that an accreditor granted for one language of the module."""

    id: Id
    language: LanguageTag
    type: Annotated[CreditType, read_choice(CreditType)] = CreditType.OTHER
    """Whose credit it is; it knows what the offer must have (`credit.py`)."""
    accreditor: Label
    statement: Prose
    """The accreditor's sentence, word for word as granted."""
    provider: Label | None = None
    """The accredited provider, as it must be named; left out: the site's provider."""
    provider_address: Label | None = None
    """Of the provider; a web address will do."""
    provider_number: Label | None = None
    joint_provider: Label | None = None
    event_number: Label | None = None
    """The event or program number that the body gave the activity."""
    uan: Annotated[str, StringConstraints(pattern=f"^{UAN_PATTERN}$")] | None = None
    """ACPE's Universal Activity Number."""
    format: Annotated[ActivityFormat, read_choice(ActivityFormat)] | None = None
    professions: (
        Annotated[
            tuple[Annotated[Profession, read_choice(Profession)], ...],
            Field(min_length=1, strict=False),
        ]
        | None
    ) = None
    """Who may claim it; left out: anybody, or those whom its UAN names."""
    unit: Label
    """What is counted, such as `contact hours`, in the offer's language."""
    amount: Amount
    """The most that may be claimed."""
    step: Amount
    """Claims are made in steps of this."""
    reviewed: Day | None = None
    """When the activity was last reviewed for credit; left out: not since its release."""
    valid: CreditPeriod

    @property
    def audience(self) -> tuple[Profession, ...]:
        """Who may claim it; empty: anybody."""
        if self.professions is not None:
            return self.professions
        return (audience_of(self.uan),) if self.uan else ()
