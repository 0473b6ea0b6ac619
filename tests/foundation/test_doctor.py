"""`soar-lms doctor`: what is missing, and what to do about it."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from soar_lms import doctor
from soar_lms.app import create_app
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.fonts import FAMILIES
from soar_lms.certificates.pdf import PDFError
from soar_lms.cli import main
from soar_lms.config import Mode
from soar_lms.database import db, transaction
from tests.certificates.test_context import row
from tests.conftest import SECRET
from tests.support.pack import PACK
from tests.support.sites import make_config, make_site


def found(app: Flask) -> dict[str, tuple[bool, str]]:
    return {finding.name: (finding.ok, finding.words) for finding in doctor.examine(app)}


def bad(app: Flask) -> set[str]:
    return {finding.name for finding in doctor.examine(app) if not finding.ok}


def site(folder: Path, **values: Any) -> Flask:
    return make_site(folder, modules=PACK, **values)


def test_a_good_site_has_nothing_to_complain_of(tmp_path: Path) -> None:
    app = site(tmp_path)

    assert bad(app) == set()
    assert found(app)["certificates"] == (True, "WeasyPrint and Pango are there")
    assert found(app)["database"] == (True, "sqlite")


def test_a_production_site_needs_mail_https_redis_and_a_name(tmp_path: Path) -> None:
    app = site(tmp_path, mode=Mode.PRODUCTION)

    assert bad(app) == {"mail", "address", "limits", "provider"}


def test_a_production_site_with_everything_is_good(tmp_path: Path) -> None:
    app = site(tmp_path, mode=Mode.TESTING)
    app.config["SOAR"] = make_config(
        tmp_path,
        mode=Mode.PRODUCTION,
        base_url="https://training.example.org",
        redis_url="redis://127.0.0.1:6379",
        smtp_url="smtp://127.0.0.1",
        contact="help@example.org",
        provider="Riverside",
    )

    assert bad(app) == set()


def test_a_database_that_nobody_migrated_is_named_with_the_command(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path, modules=PACK))

    ok, words = found(app)["migrations"]

    assert not ok
    assert words.startswith("at nothing, needs ")
    assert words.endswith(": soar-lms migrate")


def test_a_database_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    app = create_app(
        make_config(
            tmp_path, modules=PACK, database_url="postgresql+psycopg://u:hidden@127.0.0.1:1/x"
        )
    )

    assert found(app)["database"] == (
        False,
        "does not answer (OperationalError); check SOAR_DATABASE_URL",
    )


def test_a_design_that_certificates_need_is_named_when_it_is_gone(tmp_path: Path) -> None:
    app = site(tmp_path)
    assert found(app)["designs"] == (True, "soar 1")
    with app.app_context(), transaction():
        db.session.add(row(code=make_code(), design="riverside", template_version=3))

    assert found(app)["designs"] == (
        False,
        "certificates need riverside 3: put the folders back into SOAR_DESIGNS",
    )


def test_a_font_that_is_missing_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = site(tmp_path)
    monkeypatch.setattr(doctor, "font_files", lambda: {FAMILIES[0]: Path("x")})

    ok, words = found(app)["fonts"]

    assert not ok
    assert words.startswith("pip install fontpkg-noto-sans ")


def test_a_library_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = site(tmp_path)

    def fail() -> None:
        raise PDFError("WeasyPrint cannot load Pango.")

    monkeypatch.setattr(doctor, "load_weasyprint", fail)

    assert found(app)["certificates"] == (False, "WeasyPrint cannot load Pango.")


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = site(tmp_path)
    closed = SimpleNamespace(access=lambda *_: False, W_OK=os.W_OK)
    monkeypatch.setattr(doctor, "os", closed)

    ok, words = found(app)["folder"]

    assert not ok
    assert words.endswith("is NOT writable")


@pytest.mark.parametrize(("migrated", "code"), [(True, 0), (False, 1)])
def test_the_command_says_it_in_lines_and_in_its_exit_code(
    tmp_path: Path, migrated: bool, code: int
) -> None:
    if migrated:
        site(tmp_path)
    environment = {
        "SOAR_MODE": "testing",
        "SOAR_SECRET_KEY": SECRET,
        "SOAR_INSTANCE": str(tmp_path),
        "SOAR_MODULES": str(PACK),
    }

    result = CliRunner().invoke(main, ["doctor"], env=environment)

    assert result.exit_code == code
    assert ("BAD  migrations" in result.output) is not migrated
    assert "ok   certificates" in result.output
