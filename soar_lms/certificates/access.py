"""Who may open a certificate besides its owner: rules that other features add.

A trainer may see the certificates of a cohort, but certificates know nothing of cohorts; so the
feature that knows adds its rule here.
"""

from __future__ import annotations

from collections.abc import Callable

from soar_lms.access import Role
from soar_lms.accounts.models import Person, Reader
from soar_lms.certificates.models import Certificate

Rule = Callable[[Person | Reader, Certificate], bool]
_rules: list[Rule] = []


def allows_viewing(rule: Rule) -> Rule:
    """Add a rule: whoever it says yes to may open the certificate."""
    _rules.append(rule)
    return rule


def can_view(person: Person | Reader, certificate: Certificate) -> bool:
    """Whether `person` may open `certificate`; one without an owner belongs to staff."""
    if certificate.person_id is not None and certificate.person_id == person.id:
        return True
    if person.role == Role.ADMINISTRATOR:
        return True
    return any(rule(person, certificate) for rule in _rules)
