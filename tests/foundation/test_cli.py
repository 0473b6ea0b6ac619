"""`soar-lms`, as an operator runs it."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from soar_lms import __version__
from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.audit.models import AuditEntry
from soar_lms.cli import main
from soar_lms.database import Base, db
from tests.conftest import SECRET
from tests.support.pack import PACK, change, copy_pack
from tests.support.sites import make_config

Row = TypeVar("Row", bound=Base)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "SOAR_MODE": "testing",
        "SOAR_SECRET_KEY": SECRET,
        "SOAR_INSTANCE": str(tmp_path),
        "SOAR_MODULES": str(PACK),
        "SOAR_LOG_LEVEL": "error",
    }


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


@pytest.fixture
def migrated(environment: dict[str, str]) -> dict[str, str]:
    result = run(environment, "migrate")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "The database is up to date.")
    return environment


def rows(environment: dict[str, str], model: type[Row]) -> list[Row]:
    app = create_app(make_config(Path(environment["SOAR_INSTANCE"]), modules=PACK))
    with app.app_context():
        return list(db.session.scalars(select(model)))


def people(environment: dict[str, str]) -> list[Person]:
    return rows(environment, Person)


def test_it_says_its_version() -> None:
    assert run({}, "--version").output == f"soar-lms, version {__version__}\n"


def test_migrating_goes_back_and_forth(environment: dict[str, str]) -> None:
    assert run(environment, "migrate").exit_code == 0

    back = run(environment, "migrate", "--back-to", "base")

    assert (back.exit_code, back.output) == (0, "The database is at base.\n")
    assert run(environment, "doctor").exit_code == 1
    assert run(environment, "migrate").output == "The database is up to date.\n"


def test_going_back_to_a_revision_that_there_is_not_is_refused(migrated: dict[str, str]) -> None:
    assert run(migrated, "migrate", "--back-to", "nothing").exit_code != 0


def test_migrating_twice_is_migrating_once(migrated: dict[str, str]) -> None:
    assert run(migrated, "migrate").exit_code == 0


@pytest.mark.parametrize("role", ["learner", "trainer", "administrator"])
def test_somebody_is_made_with_a_role_and_without_a_password(
    migrated: dict[str, str], role: str
) -> None:
    arguments = ["users", "create", "Grace@Example.org", "--role", role, "--name", "Grace"]

    result = run(migrated, *arguments, "--language", "es")

    assert (result.exit_code, result.output) == (0, f"Made the {role} grace@example.org.\n")
    (person,) = people(migrated)
    assert (person.role, person.name, person.language, person.password) == (
        role,
        "Grace",
        "es",
        None,
    )
    assert person.confirmed_at is not None


def test_making_somebody_is_in_the_audit_trail(
    migrated: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "grace-hopper")

    run(migrated, "users", "create", "g@example.org", "--role", "trainer", "--name", "Grace")

    (person,) = people(migrated)
    (entry,) = rows(migrated, AuditEntry)
    assert (entry.action, entry.operator, entry.person_id, entry.facts) == (
        "person-created",
        "grace-hopper",
        person.id,
        {"role": "trainer"},
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grace", "--name", "G"], '"grace" is no e-mail address'),
        (["g@example.org", "--name", "G", "--language", "xx"], 'the site does not speak "xx"'),
        (["g@example.org", "--name", "G", "--role", "king"], "Invalid value for '--role'"),
    ],
)
def test_somebody_who_cannot_be_made_is_refused_with_the_reason(
    migrated: dict[str, str], arguments: list[str], message: str
) -> None:
    result = run(migrated, "users", "create", *arguments)

    assert result.exit_code != 0
    assert message in result.output
    assert people(migrated) == []


@pytest.mark.parametrize(
    ("email", "name"),
    [
        pytest.param("a@b@c", "G", id="two-signs"),
        pytest.param("a b@example.org", "G", id="a-space"),
        pytest.param("@example.org", "G", id="nobody"),
        pytest.param("g@example.org", "   ", id="a-name-of-spaces"),
        pytest.param("g@example.org", "x" * 121, id="a-long-name"),
        pytest.param("g" * 250 + "@example.org", "G", id="a-long-address"),
    ],
)
def test_the_command_is_as_careful_as_the_form(
    migrated: dict[str, str], email: str, name: str
) -> None:
    result = run(migrated, "users", "create", email, "--name", name)

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert people(migrated) == []


def test_an_address_has_one_account(migrated: dict[str, str]) -> None:
    run(migrated, "users", "create", "g@example.org", "--name", "G")

    result = run(migrated, "users", "create", "G@example.org", "--name", "Another")

    assert (result.exit_code, result.output) == (
        1,
        "Error: G@example.org has an account already\n",
    )


@pytest.mark.parametrize("command", [["migrate"], ["doctor"], ["worker"], ["serve"]])
def test_a_wrong_configuration_stops_every_command_and_says_why(command: list[str]) -> None:
    result = run({"SOAR_MODE": "testing", "SOAR_PROXIES": "many"}, *command)

    assert result.exit_code == 1
    assert result.output.startswith("Error: the configuration is not complete:\n")
    assert "SOAR_SECRET_KEY: is missing" in result.output
    assert "SOAR_PROXIES: must be the number of proxies" in result.output
    assert "Traceback" not in result.output


def test_wrong_content_stops_the_command_and_says_where(
    environment: dict[str, str], tmp_path: Path
) -> None:
    root = copy_pack(tmp_path)
    change(root, "garden/module.yaml", "draw: 3", "draw: many")

    result = run(environment | {"SOAR_MODULES": str(root)}, "migrate")

    assert result.exit_code == 1
    assert result.output.startswith("Error: the content has errors:\n")
    assert "garden/module.yaml:30:11: instruments.post.draw" in result.output
