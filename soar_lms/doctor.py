"""`soar-lms doctor`: what is missing before this can run well, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from soar_lms.certificates.designs import load_designs
from soar_lms.certificates.fonts import FAMILIES, font_files, packages_of
from soar_lms.certificates.pdf import PDFError, load_weasyprint
from soar_lms.certificates.services import list_looks
from soar_lms.config import Config, Mode
from soar_lms.database import db
from soar_lms.migrations import newest_migration, present_migration


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
    folders = {config.instance} | ({config.mail_folder} if not config.smtp_url else set())
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


_CHECKS: tuple[Callable[[Flask, Config], Iterator[Finding]], ...] = (
    _pango,
    _fonts,
    _designs,
    _folders,
    _database,
    _mail,
    _production,
)
