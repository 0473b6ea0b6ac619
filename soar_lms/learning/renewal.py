"""Renewing a certificate: when it can be done, and where somebody stands over all cycles. Pure.

Why it is so: `docs/decisions/0011-renewal-cycles.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from soar_lms.catalogue.schema import RenewalSpec
from soar_lms.learning.path import State


@dataclass(frozen=True)
class Renewal:
    """The days of a certificate that expires, seen from one day."""

    today: date
    expires_on: date
    """The last day on which the certificate is valid."""
    opens_on: date
    """The first day on which a renewal can begin."""
    refresher_until: date | None
    """The last day on which the refresher can be begun; None: there is none."""

    @property
    def is_open(self) -> bool:
        return self.opens_on <= self.today

    @property
    def is_expired(self) -> bool:
        return self.expires_on < self.today

    @property
    def has_refresher(self) -> bool:
        return (
            self.is_open
            and self.refresher_until is not None
            and (self.today <= self.refresher_until)
        )


def make_renewal(spec: RenewalSpec | None, expires_on: date, today: date) -> Renewal:
    """Say when a certificate can be renewed, by the rules that the content has now.

    Without rules it can be renewed from the day after its last: who has a certificate that expired
    always has a way.
    """
    if spec is None:
        return Renewal(today, expires_on, expires_on + timedelta(days=1), None)
    return Renewal(
        today,
        expires_on,
        opens_on=expires_on - timedelta(days=spec.opens_days_before),
        refresher_until=expires_on + timedelta(days=spec.grace_days) if spec.refresher else None,
    )


class Status(StrEnum):
    """Where somebody stands with a module over all cycles: each is in exactly one of these."""

    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    PASSED = "passed"
    COMPLETED = "completed"
    RENEWAL_OPEN = "renewal-open"
    RENEWING = "renewing"
    EXPIRED = "expired"


def overall_status(state: State, cycle: int, renewal: Renewal | None) -> Status:
    """Put the state of the present cycle and the days of the certificate together.

    Who completed a module once is never shown as somebody who did not begin it.
    """
    if state is not State.COMPLETED:
        return Status.RENEWING if cycle > 1 else Status(state)
    if renewal is None or not renewal.is_open:
        return Status.COMPLETED
    return Status.EXPIRED if renewal.is_expired else Status.RENEWAL_OPEN
