"""Certificates of nobody, to see and to check what a design makes of hard cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from soar_lms.certificates.designs import Paper
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import NO_CODE
from soar_lms.content import catalogue
from soar_lms.i18n import gettext, speaking

_NOON = datetime(2026, 9, 22, 16, tzinfo=UTC)
_LONG_NAME = (
    "Maximiliana Guadalupe Hernández-Villavicencio de los Ángeles y Fernández de Córdoba, DNP"
)


def make_samples(language: str, paper: Paper) -> Mapping[str, Certificate]:
    """Return samples by the name of their case, in no database."""
    with speaking(language):
        statement = gettext(
            "This is a sample of an accreditor’s statement. It shows how much room it takes."
        )
        number = gettext("Sample 123")
        unit = gettext("contact hours")
    credit = {
        "credit_amount": Decimal("1.25"),
        "credit_unit": unit,
        "credit_statement": statement,
        "credit_provider_number": number,
    }
    everything = {**credit, "expires_on": date(2028, 9, 22), "score": 90}
    cases: Mapping[str, dict[str, Any]] = {
        "plain": {},
        "one-name": {"name": "Li"},
        "long-name": {**everything, "name": _LONG_NAME},
        "wide-name": {**everything, "name": "W" * 120},
        "right-to-left": {"name": "محمد بن عبد الله"},
        "chinese": {"name": "李小龍"},
        "long-title": {**everything, "module_title": f"{statement} " * 3},
        "no-provider": {"provider": None, "provider_url": None},
        "credit": everything,
        "long-statement": {**everything, "credit_statement": "\n".join([f"{statement} " * 6] * 8)},
    }
    return {name: _make_sample(language, paper, values) for name, values in cases.items()}


def _make_sample(language: str, paper: Paper, values: Mapping[str, Any]) -> Certificate:
    module = next(item for item in catalogue().modules.values() if language in item.languages)
    setting = module.spec.settings[0]
    facts: dict[str, Any] = {
        "code": NO_CODE,
        "name": "Ana Torres Vega",
        "module_id": module.id,
        "module_title": module.texts[language].title,
        "module_version": module.spec.version,
        "setting": setting,
        "setting_name": catalogue().settings[setting].name[language],
        "language": language,
        "minutes": module.spec.minutes,
        "completed_at": _NOON,
        "completed_on": _NOON.date(),
        "time_zone": "America/New_York",
        "issued_at": _NOON,
        "provider": "Riverside Community Health",
        "provider_url": "https://training.example.org",
        "template_version": 1,
        "paper": paper,
    }
    return Certificate(**{**facts, **values})
