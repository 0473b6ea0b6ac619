"""Professions and places of practice: what programmes report their reach by.

Professions: the audience that SOAR Online names for its training
(https://nhttac.acf.hhs.gov/soar/soar-for-individuals/soar-online, read 2026-11-22).
Places: states, the District of Columbia and territories with their USPS codes
(https://pe.usps.com/text/pub28/28apb.htm).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.i18n import gettext
from soar_lms.i18n import lazy_gettext as _

OTHER = "other"

PROFESSIONS: Mapping[str, LazyString] = {
    "allied-health": _("Allied health professional"),
    "case-manager": _("Case manager"),
    "community-health-worker": _("Community health worker"),
    "dentist": _("Dentist"),
    "health-education": _("Health education specialist"),
    "nurse": _("Registered nurse"),
    "pharmacist": _("Pharmacist"),
    "pharmacy-technician": _("Pharmacy technician"),
    "physician": _("Physician"),
    "psychologist": _("Psychologist"),
    "public-health": _("Public health professional"),
    "school-counselor": _("School counselor"),
    "social-worker": _("Social worker"),
    OTHER: _("Another profession"),
}

OUTSIDE = "ZZ"
"""Somebody who practises outside the United States (a code ISO 3166 leaves to its users)."""

TERRITORIES: Mapping[str, LazyString] = {
    "AL": _("Alabama"),
    "AK": _("Alaska"),
    "AS": _("American Samoa"),
    "AZ": _("Arizona"),
    "AR": _("Arkansas"),
    "CA": _("California"),
    "CO": _("Colorado"),
    "CT": _("Connecticut"),
    "DE": _("Delaware"),
    "DC": _("District of Columbia"),
    "FL": _("Florida"),
    "GA": _("Georgia"),
    "GU": _("Guam"),
    "HI": _("Hawaii"),
    "ID": _("Idaho"),
    "IL": _("Illinois"),
    "IN": _("Indiana"),
    "IA": _("Iowa"),
    "KS": _("Kansas"),
    "KY": _("Kentucky"),
    "LA": _("Louisiana"),
    "ME": _("Maine"),
    "MD": _("Maryland"),
    "MA": _("Massachusetts"),
    "MI": _("Michigan"),
    "MN": _("Minnesota"),
    "MS": _("Mississippi"),
    "MO": _("Missouri"),
    "MT": _("Montana"),
    "NE": _("Nebraska"),
    "NV": _("Nevada"),
    "NH": _("New Hampshire"),
    "NJ": _("New Jersey"),
    "NM": _("New Mexico"),
    "NY": _("New York"),
    "NC": _("North Carolina"),
    "ND": _("North Dakota"),
    "MP": _("Northern Mariana Islands"),
    "OH": _("Ohio"),
    "OK": _("Oklahoma"),
    "OR": _("Oregon"),
    "PA": _("Pennsylvania"),
    "PR": _("Puerto Rico"),
    "RI": _("Rhode Island"),
    "SC": _("South Carolina"),
    "SD": _("South Dakota"),
    "TN": _("Tennessee"),
    "TX": _("Texas"),
    "VI": _("U.S. Virgin Islands"),
    "UT": _("Utah"),
    "VT": _("Vermont"),
    "VA": _("Virginia"),
    "WA": _("Washington"),
    "WV": _("West Virginia"),
    "WI": _("Wisconsin"),
    "WY": _("Wyoming"),
    OUTSIDE: _("Outside the United States"),
}


def list_professions() -> list[tuple[str, str]]:
    """Return (code, name) for a menu in the language of the page; it may be left open."""
    return _choices(PROFESSIONS, last=OTHER)


def list_territories() -> list[tuple[str, str]]:
    """Return (code, name) for a menu in the language of the page; it may be left open."""
    return _choices(TERRITORIES, last=OUTSIDE)


def _choices(names: Mapping[str, LazyString], last: str) -> list[tuple[str, str]]:
    """Sort by the alphabet of the page, where accents do not count; `last` comes last."""
    said = [(code, str(name)) for code, name in names.items()]
    said.sort(key=lambda item: (item[0] == last, _without_accents(item[1])))
    return [("", gettext("I would rather not say")), *said]


def _without_accents(text: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFD", text.casefold())
        if not unicodedata.combining(character)
    )
