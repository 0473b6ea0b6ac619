"""`soar-lms doctor`: what is missing before this can run well, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.names import find_unnamed
from soar_lms.certificates.claims import list_withheld
from soar_lms.certificates.credit_details import is_opened_by
from soar_lms.certificates.designs import load_designs
from soar_lms.certificates.fonts import FAMILIES, font_files, packages_of
from soar_lms.certificates.pdf import PDFError, load_weasyprint
from soar_lms.certificates.seal import find_seal_key
from soar_lms.certificates.services import list_looks
from soar_lms.clock import utc_now
from soar_lms.config import Config, Mode
from soar_lms.content import catalogue
from soar_lms.database import db
from soar_lms.i18n import languages
from soar_lms.keys import check_seal_days, public_name, read_badge_key
from soar_lms.migrations import newest_migration, present_migration
from soar_lms.telling import find_telling_word

RENEW_SEAL_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    ok: bool
    words: str


def examine(app: Flask) -> list[Finding]:
    """Look at everything the site needs; the database must be reachable for most of it."""
    config: Config = app.config["SOAR"]
    with app.app_context():
        return [finding for check in _CHECKS for finding in check(app, config)]


def _pango(_app: Flask, _config: Config) -> Iterator[Finding]:
    try:
        load_weasyprint()
    except PDFError as error:
        yield Finding("certificates", ok=False, words=str(error))
    else:
        yield Finding("certificates", ok=True, words="WeasyPrint and Pango are there")


def _fonts(_app: Flask, _config: Config) -> Iterator[Finding]:
    missing = [family for family in FAMILIES if family not in font_files()]
    words = f"pip install {' '.join(packages_of(missing))}" if missing else ", ".join(FAMILIES)
    yield Finding("fonts", ok=not missing, words=words)


def _badges(_app: Flask, config: Config) -> Iterator[Finding]:
    if config.badge_key is None:
        words = (
            "SOAR_BADGE_KEY is not set: certificates carry no credential for programs; "
            "soar-lms certificates keys new"
        )
        yield Finding("badges", ok=config.mode is not Mode.PRODUCTION, words=words)
        return
    words = f"signed with {public_name(read_badge_key(config.badge_key))}"
    yield Finding("badges", ok=True, words=words)


def _seal(_app: Flask, _config: Config) -> Iterator[Finding]:
    try:
        key = find_seal_key()
        if key is None:
            yield Finding("seal", ok=True, words="SOAR_SEAL_KEY is not set: certificates have none")
            return
        check_seal_days(key, utc_now())
    except (PDFError, ValueError) as error:
        yield Finding("seal", ok=False, words=str(error))
        return
    last = key.certificate.not_valid_after_utc
    ok = last - utc_now() > RENEW_SEAL_BEFORE
    words = f"{key.owner}, until {last:%Y-%m-%d}" + ("" if ok else ": ask for a new certificate")
    yield Finding("seal", ok=ok, words=words)


def _designs(_app: Flask, config: Config) -> Iterator[Finding]:
    there = load_designs(config.designs)
    try:
        used = list_looks()
    except SQLAlchemyError:
        return  # the database says what is wrong with it
    missing = sorted(set(used) - set(there))
    names = ", ".join(f"{design} {version}" for design, version in missing or sorted(there))
    words = f"certificates need {names}: put the folders back into SOAR_DESIGNS"
    yield Finding("designs", ok=not missing, words=words if missing else names)


def _folders(_app: Flask, config: Config) -> Iterator[Finding]:
    folders = {config.instance, config.files_folder}
    folders |= {config.mail_folder} if not config.smtp_url else set()
    for folder in sorted(folders):
        target = folder if folder.exists() else _first_existing(folder)
        writable = os.access(target, os.W_OK)
        yield Finding(
            "folder", ok=writable, words=f"{folder} {'is' if writable else 'is NOT'} writable"
        )


def _first_existing(folder: Path) -> Path:
    return next(parent for parent in folder.parents if parent.exists())


def _database(app: Flask, _config: Config) -> Iterator[Finding]:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        words = f"does not answer ({type(error).__name__}); check SOAR_DATABASE_URL"
        yield Finding("database", ok=False, words=words)
        return
    yield Finding("database", ok=True, words=db.engine.dialect.name)
    yield _migrations()


def _migrations() -> Finding:
    head = newest_migration()
    current = present_migration()
    ok = current == head
    words = f"at {head}" if ok else f"at {current or 'nothing'}, needs {head}: soar-lms migrate"
    return Finding("migrations", ok=ok, words=words)


def _mail(_app: Flask, config: Config) -> Iterator[Finding]:
    if config.smtp_url:
        yield Finding("mail", ok=True, words="sent by SMTP")
    else:
        ok = config.mode is not Mode.PRODUCTION
        words = f"SOAR_SMTP_URL is not set: e-mail is written to {config.mail_folder}"
        yield Finding("mail", ok=ok, words=words)


def _names(_app: Flask, config: Config) -> Iterator[Finding]:
    """What everybody sees who looks at a tab, a list of e-mail or the history of a browser."""
    shown = {"SOAR_SITE_NAME": config.site_name, "SOAR_MAIL_FROM": config.mail_from}
    telling = {name: find_telling_word(text) for name, text in shown.items()}
    faults = [f'{name} has "{word}"' for name, word in telling.items() if word]
    words = (
        f"{', '.join(faults)}: others may read it; choose a neutral one" if faults else "neutral"
    )
    yield Finding("names", ok=not faults, words=words)


def _production(_app: Flask, config: Config) -> Iterator[Finding]:
    if config.mode is not Mode.PRODUCTION:
        yield Finding("mode", ok=True, words=f"{config.mode}: not for real people")
        return
    words = config.base_url if config.is_secure else "SOAR_BASE_URL does not begin with https://"
    yield Finding("address", ok=config.is_secure, words=words)
    ok = bool(config.redis_url)
    words = "counted in Redis" if ok else "SOAR_REDIS_URL is not set: each process counts alone"
    yield Finding("limits", ok=ok, words=words)
    ok = bool(config.contact and config.provider)
    words = "named" if ok else "set SOAR_PROVIDER and SOAR_CONTACT: people need to know whom to ask"
    yield Finding("provider", ok=ok, words=words)


def _languages(_app: Flask, config: Config) -> Iterator[Finding]:
    """Settings and help lines that have no words in a language are shown in another one."""
    content = load_catalogue(config.modules)
    for tag in languages():
        missing = ", ".join(find_unnamed(content, tag))
        words = f"{tag}: no words of its own for {missing}" if missing else tag
        yield Finding("language", ok=not missing, words=words)


def _credit(_app: Flask, config: Config) -> Iterator[Finding]:
    offers = list_withheld(catalogue())
    try:
        opened = is_opened_by(config.credit_key)
    except SQLAlchemyError:
        return  # said about the database already
    if not opened:
        words = "SOAR_CREDIT_KEY does not open what is kept: add the older key, after a comma"
        yield Finding("credit", ok=False, words=words)
    elif offers and not config.credit_key:
        words = (
            f"SOAR_CREDIT_KEY is not set, so nobody can claim {', '.join(offers)}: "
            "make one with `soar-lms credit key`"
        )
        yield Finding("credit", ok=False, words=words)
    elif offers:
        yield Finding("credit", ok=True, words="what pharmacists give is encrypted")


_CHECKS: tuple[Callable[[Flask, Config], Iterator[Finding]], ...] = (
    _pango,
    _fonts,
    _badges,
    _seal,
    _designs,
    _folders,
    _database,
    _languages,
    _credit,
    _mail,
    _names,
    _production,
)
