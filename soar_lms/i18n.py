"""Languages: which there are, which one a request speaks, and how its dates and numbers look.

A language is a folder of `translations/`. Its catalogue is read from the `.po` file at start, so
there is nothing to compile. One response speaks one language: it is set once, from the address,
and everything (pages, forms, e-mail, documents) asks `current_language()`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date as babel_format_date
from babel.dates import format_time as babel_format_time
from babel.dates import get_datetime_format
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations
from babel.units import format_unit
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, gettext, lazy_gettext, ngettext
from werkzeug.routing import BaseConverter

from soar_lms.clock import local_date
from soar_lms.config import Config, ConfigError

__all__ = ["gettext", "lazy_gettext", "ngettext"]


def marked(message: str) -> str:
    """Mark a message for translation that a library will translate when it is shown."""
    return message


CATALOGUE_FILE = Path("LC_MESSAGES") / "messages.po"
_EXTENSION = "soar_languages"


@dataclass(frozen=True)
class Language:
    """A language the site speaks."""

    tag: str
    locale: Locale
    translations: Translations

    @cached_property
    def name(self) -> str:
        """What it calls itself, as it stands alone in a menu: English, Español."""
        return self.name_in_text[:1].upper() + self.name_in_text[1:]

    @property
    def name_in_text(self) -> str:
        """What it calls itself inside a sentence: English, español."""
        return self.locale.language_name or self.tag

    @cached_property
    def direction(self) -> str:
        return self.locale.text_direction

    def gettext(self, message: str) -> str:
        translated: str = self.translations.gettext(message)
        return translated


def read_languages(folder: Path, territory: str) -> dict[str, Language]:
    """Read every language below `folder`; formats follow `territory` where it speaks it."""
    found = {}
    for path in sorted(folder.glob(f"*/{CATALOGUE_FILE}")):
        tag = path.parent.parent.name
        found[tag] = Language(tag, _locale(tag, territory), _read_catalogue(path))
    return found


def _locale(tag: str, territory: str) -> Locale:
    try:
        return Locale.parse(f"{tag}-{territory}", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(tag, sep="-")


def _read_catalogue(path: Path) -> Translations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=None, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


class _Catalogues(Domain):
    """Answers Flask-Babel with the catalogues that were read at start."""

    def get_translations(self) -> Translations:
        return current_language().translations


def configure_i18n(app: Flask, config: Config) -> None:
    """Read the languages and make the site speak them."""
    languages = read_languages(config.translations, config.territory)
    if config.default_language not in languages:
        known = ", ".join(languages) or "none"
        fault = f'SOAR_DEFAULT_LANGUAGE: no translations for "{config.default_language}" ({known})'
        raise ConfigError([fault])
    app.extensions[_EXTENSION] = (MappingProxyType(languages), config.default_language)
    babel = Babel(configure_jinja=False)
    babel.init_app(app, locale_selector=lambda: str(current_language().locale))
    babel.domain_instance = _Catalogues()
    app.url_map.converters["language"] = type(
        "LanguageConverter", (BaseConverter,), {"regex": "|".join(languages)}
    )
    app.url_value_preprocessor(_take_language_from_address)
    app.url_defaults(_put_language_into_address)
    _configure_jinja(app)


def get_domain(app: Flask) -> Domain:
    """Return the domain that answers with our catalogues, for libraries that ask for one."""
    return app.extensions["babel"].instance.domain_instance


def _configure_jinja(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension
        gettext=lambda message: current_language().translations.ugettext(message),
        ngettext=lambda one, many, n: current_language().translations.ungettext(one, many, n),
        pgettext=lambda context, message: current_language().translations.upgettext(
            context, message
        ),
        newstyle=True,
    )
    app.jinja_env.filters.update(
        day=format_day,
        local_date=local_date,
        moment=format_moment,
        number=format_number,
        decimals=format_decimals,
        percent=format_share,
        file_size=format_size,
    )


def languages() -> Mapping[str, Language]:
    """Return the languages of the site by tag."""
    found: Mapping[str, Language] = current_app.extensions[_EXTENSION][0]
    return found


def get_language(tag: str) -> Language:
    """Return a language of the site; the default one when `tag` is not (or no longer) spoken."""
    return languages().get(tag) or languages()[current_app.extensions[_EXTENSION][1]]


def current_language() -> Language:
    """Return the language that this response speaks."""
    language: Language | None = g.get("language")
    if language is None:
        language = g.language = get_language(_negotiate() if has_request_context() else "")
    return language


def _negotiate() -> str:
    """Choose by the address if it names a language, else by what the browser asks for."""
    first = request.path.split("/", 2)[1]
    if first in languages():
        return first
    wanted = [tag.lower() for tag, weight in request.accept_languages if weight > 0]
    return negotiate_locale(wanted, list(languages()), sep="-") or ""


@contextmanager
def speaking(tag: str) -> Iterator[Language]:
    """Speak another language inside: for e-mail and documents, which know no request."""
    before = g.get("language")
    g.language = get_language(tag)
    try:
        with force_locale(str(g.language.locale)):
            yield g.language
    finally:
        g.language = before


def _take_language_from_address(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "language" in values:
        g.language = get_language(values.pop("language"))


def _put_language_into_address(endpoint: str, values: dict[str, Any]) -> None:
    if "language" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "language"):
        values["language"] = current_language().tag


def other_addresses() -> Iterator[tuple[Language, str]]:
    """Give each language with the address of this page in it: only the first part differs."""
    _, first, *rest = request.full_path.rstrip("?").split("/", 2)
    can_be_opened = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    known = languages()
    place = rest[0] if rest and can_be_opened and first in known else ""
    for tag, language in known.items():
        yield language, f"/{tag}/{place}"


# --- formats ----------------------------------------------------------------------------------


def format_day(day: date) -> str:
    """Write a day in full: November 22, 2026; 22 de noviembre de 2026."""
    return _write_day(day, current_language().locale)


def format_short_day(day: date) -> str:
    """Write a day where there is little room: Nov 22, 2026; 22 nov 2026."""
    return babel_format_date(day, format="medium", locale=current_language().locale)


@lru_cache(maxsize=4096)
def _write_day(day: date, locale: Locale) -> str:
    """Write a day once: a list has many, and writing one costs more than a row of it."""
    return babel_format_date(day, format="long", locale=locale)


def format_moment(moment: datetime, time_zone: str) -> str:
    """Write a moment where the clock shows `time_zone`: Nov 1, 2026, 1:30 AM EDT.

    The zone's short name (tz database) tells the hour that happens twice from itself.
    """
    local, locale = moment.astimezone(ZoneInfo(time_zone)), current_language().locale
    day = babel_format_date(local, format="medium", locale=locale)
    time = babel_format_time(local, format="short", locale=locale)
    pattern = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return f"{pattern.replace('{1}', day).replace('{0}', time)} {local.tzname()}"


def format_number(value: float | Decimal) -> str:
    """Write a number with the language's separators."""
    return _write_number(value, current_language().locale)


@lru_cache(maxsize=4096)
def _write_number(value: float | Decimal, locale: Locale) -> str:
    """Write a number once, as a day."""
    return format_decimal(value, locale=locale)


def format_decimals(value: float, digits: int) -> str:
    """Write a number with so many digits after its point, so that a column lines up."""
    shape = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return format_decimal(value, format=shape, locale=current_language().locale)


def format_share(value: float) -> str:
    """Write a share of one as whole percent."""
    return format_percent(value, locale=current_language().locale)


def format_size(size: int) -> str:
    """Write the size of a file, given in bytes: 850 kB, 3.2 MB (of a thousand, as in SI)."""
    unit, count = ("megabyte", size / 1e6) if size >= 1e6 else ("kilobyte", max(1, size / 1e3))
    number = round(count, 1) if count < 10 else round(count)
    return format_unit(number, f"digital-{unit}", length="short", locale=current_language().locale)
