"""Configuration: a wrong value stops the program and says which, what and how."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from soar_lms.config import Config, ConfigError, Mode, SQLiteSynchronous, read_config
from tests.support.pack import PACK
from tests.support.sites import make_site

SECRET = "Fh3k9-wLq2_Zx8vB1nM5cR7tY0pA4sDg6jKuE"
KEY = "cJ3nT0d1lN8m2cQe5r7u9w1y3A5C7E9G1I3K5M7O9Q0="
OLD_KEY = "aB3nT0d1lN8m2cQe5r7u9w1y3A5C7E9G1I3K5M7O9Q0="
NO_KEY = "must be a key made by `soar-lms credit key`; older keys may follow, after commas"
GOOD = {"SOAR_SECRET_KEY": SECRET, "SOAR_BASE_URL": "https://training.example.org"}


def faults(**changes: str) -> list[str]:
    """Return what is said about an environment that is good but for these variables."""
    with pytest.raises(ConfigError) as caught:
        read_config(GOOD | {f"SOAR_{name.upper()}": value for name, value in changes.items()})
    return caught.value.faults


def test_two_variables_are_enough_for_production() -> None:
    config = read_config(GOOD)

    assert (config.mode, config.is_demo, config.is_secure) == (Mode.PRODUCTION, False, True)
    assert config.database_url == f"sqlite:///{Path('instance').absolute()}/soar.db"
    assert config.uses_sqlite
    assert config.mail_folder == Path("instance").absolute() / "mail"


def test_other_programs_variables_are_none_of_ours() -> None:
    others = {"FLASK_DEBUG": "1", "PATH": "/bin", "SOARING": "high"}

    assert read_config(GOOD | others) == read_config(GOOD)


def test_an_empty_variable_is_as_good_as_none() -> None:
    config = read_config(GOOD | {"SOAR_REDIS_URL": "", "SOAR_MODE": "", "SOAR_PROXIES": ""})

    assert (config.redis_url, config.mode, config.proxies) == (None, Mode.PRODUCTION, 0)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("mode", "demo", Mode.DEMO),
        ("sqlite_synchronous", "normal", SQLiteSynchronous.NORMAL),
        ("base_url", "http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("database_url", "postgres://u:p@db/soar", "postgresql+psycopg://u:p@db/soar"),
        ("database_url", "postgresql://db/soar", "postgresql+psycopg://db/soar"),
        ("database_url", "postgresql+psycopg:///soar", "postgresql+psycopg:///soar"),
        ("database_url", "sqlite:////var/lib/soar.db", "sqlite:////var/lib/soar.db"),
        ("redis_url", "redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis_url", "rediss://:secret@cache.example/1", "rediss://:secret@cache.example/1"),
        ("smtp_url", "smtp://user:p%40ss@mail.example:587", "smtp://user:p%40ss@mail.example:587"),
        ("smtp_url", "smtps://mail.example", "smtps://mail.example"),
        ("mail_from", "no-reply@example.org", "no-reply@example.org"),
        ("mail_from", "Training <no-reply@example.org>", "Training <no-reply@example.org>"),
        ("open_reading", "false", False),
        ("open_reading", "No", False),
        ("open_reading", "TRUE", True),
        ("open_reading", "1", True),
        ("default_language", "es", "es"),
        ("territory", "PR", "PR"),
        ("time_zone", "America/Puerto_Rico", "America/Puerto_Rico"),
        ("proxies", "2", 2),
        ("credit_key", KEY, (KEY,)),
        ("credit_key", f"{KEY}, {OLD_KEY}", (KEY, OLD_KEY)),
        ("retention_years", "6", 6),
        ("smallest_count", "20", 20),
        ("log_level", "WARNING", "warning"),
        ("site_name", "  Aprendizaje  ", "Aprendizaje"),
        ("metrics_token", SECRET, SECRET),
        ("paper", "a4", "a4"),
        ("design", "riverside-2", "riverside-2"),
        ("exit_url", "https://www.example.org/weather?x=1", "https://www.example.org/weather?x=1"),
    ],
)
def test_a_good_value_is_read(name: str, value: str, read: object) -> None:
    config = read_config(GOOD | {f"SOAR_{name.upper()}": value})

    assert getattr(config, name) == read


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("mode", "debug", 'must be one of production, demo, testing, not "debug"'),
        ("secret_key", "short", "must be at least 32 random characters"),
        ("secret_key", "x" * 64, "must be at least 32 random characters"),
        ("sqlite_synchronous", "off", 'must be one of full, normal, not "off"'),
        ("open_reading", "maybe", 'must be true or false, not "maybe"'),
        ("database_url", "mysql://db/soar", "must name a SQLite file or a PostgreSQL database"),
        ("database_url", "sqlite://", "must name a SQLite file or a PostgreSQL database"),
        ("database_url", "sqlite:///:memory:", "must name a SQLite file or a PostgreSQL database"),
        (
            "database_url",
            "nonsense",
            "must be like sqlite:////path/soar.db or postgresql://host/db",
        ),
        ("redis_url", "http://cache", "must begin with redis:// or rediss://"),
        ("base_url", "training.example.org", "must begin with http:// or https://"),
        ("base_url", "ftp://example.org", "must begin with http:// or https://"),
        (
            "base_url",
            "https://example.org/lms",
            "must have no path: scheme, host and port only",
        ),
        ("smtp_url", "mail.example", "must begin with smtp:// or smtps://"),
        ("mail_from", "nobody", 'must be an e-mail address, not "nobody"'),
        ("mail_from", "a@b\nBcc: c@d", 'must be an e-mail address, not "a@b\nBcc: c@d"'),
        ("modules", "/nowhere", "there is no folder /nowhere"),
        ("translations", "/nowhere", "there is no folder /nowhere"),
        ("default_language", "English", 'must be a language tag like en, not "English"'),
        ("territory", "usa", 'must be a country code of two capitals like US, not "usa"'),
        ("time_zone", "EDT", 'must be an IANA time zone like America/Chicago, not "EDT"'),
        (
            "time_zone",
            "../etc/passwd",
            'must be an IANA time zone like America/Chicago, not "../etc/passwd"',
        ),
        ("site_name", "x" * 61, "must be one line of at most 60 characters"),
        ("site_name", "two\nlines", "must be one line of at most 60 characters"),
        ("provider", "x" * 121, "must be one line of at most 120 characters"),
        ("provider_url", "javascript:alert(1)", "must begin with http:// or https://"),
        ("contact", "call us", 'must be an e-mail address, not "call us"'),
        ("paper", "A3", 'must be one of letter, a4, not "A3"'),
        ("design", "../soar", 'must be an id of a-z, 0-9 and -, not "../soar"'),
        ("designs", "/nowhere", "there is no folder /nowhere"),
        ("exit_url", "//example.org", "must begin with http:// or https://"),
        ("credit_key", "secret", NO_KEY),
        ("credit_key", f"{KEY},", NO_KEY),
        ("credit_key", f"{KEY};{OLD_KEY}", NO_KEY),
        ("credit_key", "ñ" * 44, NO_KEY),
        ("retention_years", "5", "must be a number of years, 6 to 100"),
        ("smallest_count", "9", "must be a number, 10 to 1000"),
        ("smallest_count", "few", "must be a number, 10 to 1000"),
        ("retention_years", "seven", "must be a number of years, 6 to 100"),
        ("proxies", "-1", "must be the number of proxies in front, 0 to 5"),
        ("proxies", "6", "must be the number of proxies in front, 0 to 5"),
        ("metrics_token", "short", "must be at least 32 random characters"),
        ("log_level", "loud", 'must be one of debug, info, warning, error, not "loud"'),
    ],
)
def test_a_bad_value_is_named_with_its_fault_and_the_remedy(
    name: str, value: str, fault: str
) -> None:
    assert faults(**{name: value}) == [f"SOAR_{name.upper()}: {fault}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("mail_from", "Training <no-reply@example.org", id="half-a-bracket"),
        pytest.param("mail_from", "no-reply@example.org>", id="the-other-half"),
        pytest.param("smtp_url", "smtp://mail.example:mail", id="a-port-that-is-no-number"),
        pytest.param("base_url", "https://example.org:99999", id="a-port-that-cannot-be"),
        pytest.param("base_url", "https://example.org?x=1", id="a-query"),
        pytest.param("base_url", "https://example.org#x", id="a-fragment"),
        pytest.param("base_url", "https://user:pass@example.org", id="a-password"),
        pytest.param("base_url", "https://exa mple.org", id="a-space"),
        pytest.param("base_url", "http://[", id="half-an-address"),
        pytest.param("site_name", "   ", id="a-name-of-spaces"),
    ],
)
def test_a_value_that_would_fail_later_is_refused_now(name: str, value: str) -> None:
    (fault,) = faults(**{name: value})

    assert fault.startswith(f"SOAR_{name.upper()}: ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SOAR_SECRET", "SOAR_SECRET: unknown variable; SOAR_SECRET_KEY?"),
        ("SOAR_DATABASE_URI", "SOAR_DATABASE_URI: unknown variable; SOAR_DATABASE_URL?"),
        ("SOAR_TIMEZONE", "SOAR_TIMEZONE: unknown variable; SOAR_TIME_ZONE?"),
        ("SOAR_XYZZY", "SOAR_XYZZY: unknown variable"),
    ],
)
def test_a_misspelled_variable_is_named_with_what_was_meant(name: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(GOOD | {name: "x"})

    assert caught.value.faults == [said]


def test_without_a_secret_it_says_how_to_make_one() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config({"SOAR_BASE_URL": "https://example.org"})

    (fault,) = caught.value.faults
    assert fault.startswith("SOAR_SECRET_KEY: is missing; make one with")
    assert "secrets.token_urlsafe(48)" in fault


def test_production_needs_to_know_its_own_address() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config({"SOAR_SECRET_KEY": SECRET})

    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["SOAR_BASE_URL"]
    assert read_config({"SOAR_SECRET_KEY": SECRET, "SOAR_MODE": "demo"}).is_demo


def test_all_faults_are_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config({"SOAR_MODE": "x", "SOAR_PROXIES": "many", "SOAR_TYPO": "1"})

    named = [fault.partition(":")[0] for fault in caught.value.faults]
    assert set(named) == {
        "SOAR_MODE",
        "SOAR_PROXIES",
        "SOAR_TYPO",
        "SOAR_SECRET_KEY",
        "SOAR_BASE_URL",
    }
    assert str(caught.value).count("\n") == 4


def test_a_secret_is_shown_nowhere() -> None:
    config = read_config(
        GOOD
        | {
            "SOAR_DATABASE_URL": "postgresql://u:hidden1@db/soar",
            "SOAR_REDIS_URL": "redis://:hidden2@cache/0",
            "SOAR_SMTP_URL": "smtp://u:hidden3@mail",
            "SOAR_METRICS_TOKEN": SECRET,
            "SOAR_CREDIT_KEY": KEY,
        }
    )

    assert SECRET not in repr(config)
    assert KEY not in repr(config)
    assert "hidden" not in repr(config)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", "hunter2"),
        ("metrics_token", "hunter2"),
        ("credit_key", "hunter2"),
        ("database_url", "mysql://u:hunter2@db/x"),
        ("redis_url", "http://:hunter2@cache"),
        ("smtp_url", "http://u:hunter2@mail"),
    ],
)
def test_a_fault_does_not_repeat_a_secret(name: str, value: str) -> None:
    assert "hunter2" not in "".join(faults(**{name: value}))


def test_a_configuration_does_not_change() -> None:
    config = read_config(GOOD)

    with pytest.raises(FrozenInstanceError):
        config.mode = Mode.DEMO  # type: ignore[misc]  # that is the point


def test_a_language_without_translations_stops_the_program(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        make_site(tmp_path, modules=PACK, default_language="fr")

    assert caught.value.faults == ['SOAR_DEFAULT_LANGUAGE: no translations for "fr" (en, es)']


def test_every_variable_is_described_for_operators() -> None:
    from soar_lms.config import _READERS

    assert set(_READERS) == set(Config.__dataclass_fields__)


@pytest.mark.parametrize("value", ["9", "43201", "soon", "-10", "1.5"])
def test_the_time_without_use_is_a_number_of_minutes(value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_config(GOOD | {"SOAR_IDLE_MINUTES": value})

    assert refused.value.faults == ["SOAR_IDLE_MINUTES: must be a number of minutes, 10 to 43200"]
