"""Time zones that a person can choose, under names that people know."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from flask_babel.speaklater import LazyString
from wtforms.fields.choices import SelectChoice

from soar_lms.i18n import lazy_gettext as _

COMMON: Mapping[str, LazyString] = {
    "America/New_York": _("Eastern Time"),
    "America/Chicago": _("Central Time"),
    "America/Denver": _("Mountain Time"),
    "America/Phoenix": _("Arizona"),
    "America/Los_Angeles": _("Pacific Time"),
    "America/Anchorage": _("Alaska"),
    "Pacific/Honolulu": _("Hawaii"),
    "America/Puerto_Rico": _("Puerto Rico and U.S. Virgin Islands"),
    "Pacific/Guam": _("Guam and Northern Mariana Islands"),
    "Pacific/Pago_Pago": _("American Samoa"),
    "UTC": _("Coordinated Universal Time (UTC)"),
}


def choices_with(current: str) -> list[SelectChoice]:
    """Return the choices of a menu; a zone that is in use stays in it."""
    found = [SelectChoice(zone, name) for zone, name in COMMON.items()]
    if current not in COMMON:
        found.append(SelectChoice(current, current.replace("_", " ")))
    return found


def time_zone_name(zone: str) -> str:
    """Return what people call a zone."""
    return str(COMMON.get(zone) or zone.replace("_", " "))


def is_time_zone(name: str) -> bool:
    return name in available_timezones()
