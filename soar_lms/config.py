"""Configuration: one frozen object, read once from the environment and validated.

A bad value, a missing one or a misspelled name stops the program before it serves anything, with
the variable, the fault and the remedy. `docs/operations.md` lists every variable.
"""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from soar_lms import keys
from soar_lms.clock import utc_now
from soar_lms.paths import bundled
from soar_lms.suppression import FLOOR

PREFIX = "SOAR_"
MIN_SECRET_LENGTH = 32
KEY_BYTES = 32
LARGEST_FLOOR = 1_000
FEWEST_YEARS, MOST_YEARS = 6, 100
"""Records of credit are kept for six years from the activity at least (ACCME:
https://accme.org/rule/cme-activity-and-attendance-records-retention)."""
SHORTEST_IDLE, LONGEST_IDLE = 10, 43_200
"""Minutes: enough to read a page slowly; thirty days."""
_PAPERS = ("letter", "a4")

T = TypeVar("T")


class Mode(StrEnum):
    """What the program is run for."""

    PRODUCTION = "production"
    DEMO = "demo"
    TESTING = "testing"


class SQLiteSynchronous(StrEnum):
    """When SQLite waits for the disk (https://sqlite.org/pragma.html#pragma_synchronous)."""

    FULL = "full"
    NORMAL = "normal"


class ConfigError(Exception):
    """The environment does not make a configuration; each line names a variable and its fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Config:
    """Everything that differs from one installation to the next."""

    secret_key: str = field(repr=False)
    mode: Mode = Mode.PRODUCTION
    instance: Path = Path("instance")
    database_url: str = field(default="sqlite:///instance/soar.db", repr=False)
    sqlite_synchronous: SQLiteSynchronous = SQLiteSynchronous.FULL
    redis_url: str | None = field(default=None, repr=False)
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "no-reply@localhost"
    attach_certificates: bool = True
    files: Path | None = None
    modules: Path = field(default_factory=lambda: bundled("modules"))
    translations: Path = field(default_factory=lambda: bundled("translations"))
    default_language: str = "en"
    territory: str = "US"
    time_zone: str = "America/New_York"
    open_reading: bool = True
    site_name: str = "SOAR Learning"
    provider: str | None = None
    provider_url: str | None = None
    contact: str | None = None
    credit_key: tuple[str, ...] = field(default=(), repr=False)
    retention_years: int = 7
    smallest_count: int = FLOOR
    badge_key: str | None = field(default=None, repr=False)
    badge_old_keys: tuple[str, ...] = ()
    seal_key: Path | None = None
    seal_passphrase: str | None = field(default=None, repr=False)
    paper: str = "letter"
    designs: Path | None = None
    design: str = "soar"
    idle_minutes: int = 720
    exit_url: str = "https://www.weather.gov/"
    proxies: int = 0
    metrics_token: str | None = field(default=None, repr=False)
    renderers: int = 2
    log_level: str = "warning"

    @property
    def is_demo(self) -> bool:
        return self.mode is Mode.DEMO

    @property
    def is_secure(self) -> bool:
        """Whether people reach the site by https."""
        return self.base_url.startswith("https:")

    @property
    def idle_seconds(self) -> int:
        """How long somebody stays signed in without doing anything, if not remembered."""
        return self.idle_minutes * 60

    @property
    def uses_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def mail_folder(self) -> Path:
        """Where e-mail goes, as readable files, when no SMTP server is set."""
        return self.instance / "mail"

    @property
    def files_folder(self) -> Path:
        """Where files that people asked for are made and kept for some days."""
        return self.files or self.instance / "files"


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Build the configuration from `SOAR_*` variables.

    :raises ConfigError: when a value is missing, wrong or unknown; it names all of them.
    """
    faults: list[str] = []
    values: dict[str, Any] = {}
    mine = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    for name, value in sorted(mine.items()):
        key = name.removeprefix(PREFIX).lower()
        if key not in _READERS:
            close = get_close_matches(name, [PREFIX + known.upper() for known in _READERS], n=1)
            faults.append(f"{name}: unknown variable" + (f"; {close[0]}?" if close else ""))
            continue
        if value == "":
            continue
        try:
            values[key] = _READERS[key](value)
        except ValueError as error:
            faults.append(f"{name}: {error}")
    faults.extend(_faults_together(values, mine))
    if faults:
        raise ConfigError(faults)
    instance = values.get("instance", Config.instance).absolute()
    values["instance"] = instance
    values.setdefault("database_url", f"sqlite:///{instance / 'soar.db'}")
    return Config(**values)


def _faults_together(values: Mapping[str, Any], mine: Mapping[str, str]) -> list[str]:
    """Return the faults that only show when values are seen side by side."""
    faults = []
    if not mine.get("SOAR_SECRET_KEY"):
        faults.append(
            "SOAR_SECRET_KEY: is missing; make one with "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` and keep it"
        )
    in_production = values.get("mode", Mode.PRODUCTION) is Mode.PRODUCTION
    if in_production and not mine.get("SOAR_BASE_URL"):
        faults.append(
            "SOAR_BASE_URL: is missing; it is the address people type, "
            "like https://training.example.org"
        )
    return [*faults, *_seal_faults(values)]


def _seal_faults(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the key of the seal: it is read with its passphrase."""
    if "seal_key" not in values:
        return []
    try:
        keys.read_seal_key(values["seal_key"], values.get("seal_passphrase"), utc_now())
    except ValueError as error:
        return [f"SOAR_SEAL_KEY: {error}"]
    return []


# --- readers: text -> value, or ValueError saying what to write -------------------------------


def _secret(value: str) -> str:
    if len(value) < MIN_SECRET_LENGTH or len(set(value)) < 10:
        raise ValueError(f"must be at least {MIN_SECRET_LENGTH} random characters")
    return value


def _enum(kind: type[T]) -> Callable[[str], T]:
    choices = [str(item) for item in kind]  # type: ignore[attr-defined]  # T is an enum here

    def read(value: str) -> T:
        if value not in choices:
            raise ValueError(f'must be one of {", ".join(choices)}, not "{value}"')
        return kind(value)  # type: ignore[call-arg]  # an enum is called with a value

    return read


def _boolean(value: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if value.lower() not in words:
        raise ValueError(f'must be true or false, not "{value}"')
    return words[value.lower()]


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError("must be like sqlite:////path/soar.db or postgresql://host/db") from None
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return value
    raise ValueError("must name a SQLite file or a PostgreSQL database")


def _url(*schemes: str, origin: bool = False) -> Callable[[str], str]:
    """Read an address; an origin is nothing but scheme, host and port (RFC 6454)."""

    def read(value: str) -> str:
        try:
            parts = urlsplit(value)
            has_host = bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise ValueError("must be an address with a host and, perhaps, a port") from None
        if parts.scheme not in schemes or not has_host:
            raise ValueError(f"must begin with {' or '.join(item + '://' for item in schemes)}")
        if any(character.isspace() for character in value):
            raise ValueError("must have no spaces")
        if origin and parts.path.strip("/"):
            raise ValueError("must have no path: scheme, host and port only")
        if origin and (parts.query or parts.fragment or "@" in parts.netloc):
            raise ValueError("must be scheme, host and port only")
        return value.rstrip("/") if origin else value

    return read


def _address(value: str) -> str:
    if not re.fullmatch(r"([^<>\n]*<)?[^@\s<>]+@[^@\s<>]+(?(1)>)", value):
        raise ValueError(f'must be an e-mail address, not "{value}"')
    return value


def _folder(value: str) -> Path:
    path = Path(value).absolute()
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}")
    return path


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]+)*", value):
        raise ValueError(f'must be a language tag like en, not "{value}"')
    return value


def _territory(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError(f'must be a country code of two capitals like US, not "{value}"')
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f'must be an IANA time zone like America/Chicago, not "{value}"')
    return ZoneInfo(value).key


def _text(longest: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not value.strip() or len(value) > longest or not value.isprintable():
            raise ValueError(f"must be one line of at most {longest} characters")
        return value.strip()

    return read


def _keys(value: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in value.split(","))
    if not all(_is_key(key) for key in keys):
        raise ValueError(
            "must be a key made by `soar-lms credit key`; older keys may follow, after commas"
        )
    return keys


def _is_key(value: str) -> bool:
    try:
        return len(b64decode(value, altchars=b"-_", validate=True)) == KEY_BYTES
    except ValueError:
        return False


def _number(what: str, least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError(f"must be {what}, {least} to {most}")
        return int(value)

    return read


def _paper(value: str) -> str:
    if value not in _PAPERS:
        raise ValueError(f'must be one of {", ".join(_PAPERS)}, not "{value}"')
    return value


def _id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise ValueError(f'must be an id of a-z, 0-9 and -, not "{value}"')
    return value


def _badge_key(value: str) -> str:
    """Read the key as PEM; a file is read once, so that all processes have the same."""
    return keys.to_pem(keys.read_badge_key(value))


def _public_keys(value: str) -> tuple[str, ...]:
    return tuple(keys.check_public_name(item) for item in value.replace(",", " ").split())


def _log_level(value: str) -> str:
    levels = ("debug", "info", "warning", "error")
    if value.lower() not in levels:
        raise ValueError(f'must be one of {", ".join(levels)}, not "{value}"')
    return value.lower()


_READERS: Mapping[str, Callable[[str], Any]] = {
    "mode": _enum(Mode),
    "secret_key": _secret,
    "instance": Path,
    "database_url": _database_url,
    "sqlite_synchronous": _enum(SQLiteSynchronous),
    "redis_url": _url("redis", "rediss"),
    "base_url": _url("http", "https", origin=True),
    "smtp_url": _url("smtp", "smtps"),
    "mail_from": _address,
    "attach_certificates": _boolean,
    "files": _folder,
    "modules": _folder,
    "translations": _folder,
    "default_language": _language,
    "territory": _territory,
    "time_zone": _time_zone,
    "open_reading": _boolean,
    "site_name": _text(60),
    "provider": _text(120),
    "provider_url": _url("http", "https"),
    "contact": _address,
    "credit_key": _keys,
    "retention_years": _number("a number of years", FEWEST_YEARS, MOST_YEARS),
    "smallest_count": _number("a number", FLOOR, LARGEST_FLOOR),
    "badge_key": _badge_key,
    "badge_old_keys": _public_keys,
    "seal_key": Path,
    "seal_passphrase": str,
    "paper": _paper,
    "designs": _folder,
    "design": _id,
    "idle_minutes": _number("a number of minutes", SHORTEST_IDLE, LONGEST_IDLE),
    "exit_url": _url("http", "https"),
    "proxies": _number("the number of proxies in front", 0, 5),
    "metrics_token": _secret,
    "renderers": _number("the number of processes that make documents", 0, 32),
    "log_level": _log_level,
}
