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
    return is_holder(person, certificate) or can_manage(person, certificate)


def is_holder(person: Person | Reader, certificate: Certificate) -> bool:
    """Whether a certificate is somebody's own."""
    return certificate.person_id is not None and certificate.person_id == person.id


def can_manage(person: Person | Reader, certificate: Certificate) -> bool:
    """Whether `person` looks after `certificate` as staff; nobody does so with their own."""
    if is_holder(person, certificate):
        return False
    if person.role == Role.ADMINISTRATOR:
        return True
    return any(rule(person, certificate) for rule in _rules)
