"""`soar-lms doctor`: what is missing, and what to do about it."""

from __future__ import annotations

import os
from datetime import timedelta
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
from soar_lms.certificates.models import CreditDetails
from soar_lms.certificates.pdf import PDFError
from soar_lms.certificates.vault import PharmacyFacts, lock, make_key
from soar_lms.cli import main
from soar_lms.clock import utc_now
from soar_lms.config import Mode
from soar_lms.database import db, transaction
from soar_lms.keys import make_badge_key, make_seal_key
from tests.certificates.test_context import row
from tests.conftest import SECRET
from tests.support.pack import PACK, change, copy_pack, make_translations
from tests.support.sites import make_config, make_pack_site, make_site


def found(app: Flask) -> dict[str, tuple[bool, str]]:
    return {finding.name: (finding.ok, finding.words) for finding in doctor.examine(app)}


def bad(app: Flask) -> set[str]:
    return {finding.name for finding in doctor.examine(app) if not finding.ok}


def site(folder: Path, **values: Any) -> Flask:
    return make_pack_site(folder, **values)


def test_a_good_site_has_nothing_to_complain_of(tmp_path: Path) -> None:
    app = site(tmp_path)

    assert bad(app) == set()
    assert found(app)["certificates"] == (True, "WeasyPrint and Pango are there")
    assert found(app)["database"] == (True, "sqlite")


def test_a_production_site_needs_mail_https_redis_and_a_name(tmp_path: Path) -> None:
    app = site(tmp_path, mode=Mode.PRODUCTION)

    assert bad(app) == {"badges", "mail", "address", "limits", "provider"}


def test_names_that_everybody_sees_are_neutral(tmp_path: Path) -> None:
    app = site(tmp_path, site_name="Trata y salud", mail_from="Hotline <no-reply@example.org>")

    assert bad(app) == {"names"}
    assert found(app)["names"][1] == (
        'SOAR_SITE_NAME has "Trata", SOAR_MAIL_FROM has "Hotline": '
        "others may read it; choose a neutral one"
    )


def test_a_production_site_with_everything_is_good(tmp_path: Path) -> None:
    app = site(tmp_path, mode=Mode.TESTING)
    app.config["SOAR"] = make_config(
        tmp_path,
        mode=Mode.PRODUCTION,
        modules=PACK,
        base_url="https://training.example.org",
        redis_url="redis://127.0.0.1:6379",
        smtp_url="smtp://127.0.0.1",
        contact="help@example.org",
        provider="Riverside",
        badge_key=make_badge_key(),
    )

    assert bad(app) == set()


@pytest.fixture
def pharmacy(tmp_path: Path) -> Path:
    """Return a pack of modules with credit for pharmacists."""
    root = copy_pack(tmp_path)
    keys = "    provider: School\n    format: enduring\n    uan: 1234-0000-26-001-H01-P\n"
    accreditor = "    accreditor: Board"
    change(root, "garden/module.yaml", accreditor, f"    type: acpe\n{keys}{accreditor}")
    return root


def test_credit_that_nobody_can_claim_without_a_key_is_named(
    tmp_path: Path, pharmacy: Path
) -> None:
    app = make_site(tmp_path, modules=pharmacy)

    assert found(app)["credit"] == (
        False,
        "SOAR_CREDIT_KEY is not set, so nobody can claim garden/hours: "
        "make one with `soar-lms credit key`",
    )


def test_it_is_said_at_start_too(
    tmp_path: Path, pharmacy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_site(tmp_path, modules=pharmacy, log_level="warning")

    assert '"offers": ["garden/hours"]' in capsys.readouterr().err


def test_with_a_key_credit_for_pharmacists_is_good(tmp_path: Path, pharmacy: Path) -> None:
    app = make_site(tmp_path, modules=pharmacy, credit_key=(make_key(),))

    assert found(app)["credit"] == (True, "what pharmacists give is encrypted")


def test_a_key_that_does_not_open_what_is_kept_is_named(tmp_path: Path) -> None:
    app = site(tmp_path, credit_key=(make_key(),))
    with app.app_context(), transaction():
        certificate = row(code=make_code())
        db.session.add(certificate)
        db.session.flush()
        locked = lock(PharmacyFacts("7654321", "0704"), [make_key()])
        db.session.add(CreditDetails(certificate_id=certificate.id, locked=locked))

    assert found(app)["credit"] == (
        False,
        "SOAR_CREDIT_KEY does not open what is kept: add the older key, after a comma",
    )


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
        "SOAR_TRANSLATIONS": str(make_translations(tmp_path)),
    }

    result = CliRunner().invoke(main, ["doctor"], env=environment)

    assert result.exit_code == code
    assert ("BAD  migrations" in result.output) is not migrated
    assert "ok   certificates" in result.output


def test_a_badge_key_is_named_by_its_public_half(tmp_path: Path) -> None:
    app = site(tmp_path, badge_key=make_badge_key())

    ok, words = found(app)["badges"]

    assert ok
    assert words.startswith("signed with z6Mk")


@pytest.mark.parametrize(
    ("days", "ok", "said"),
    [(200, True, "CN=Riverside, until "), (20, False, ": ask for a new certificate")],
)
def test_a_seal_is_named_with_its_last_day(tmp_path: Path, days: int, ok: bool, said: str) -> None:
    path = tmp_path / "seal.pem"
    path.write_text(make_seal_key("Riverside", utc_now(), days))

    is_ok, words = found(site(tmp_path, seal_key=path))["seal"]

    assert (is_ok, said in words) == (ok, True)


def test_a_seal_that_is_over_or_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "seal.pem"
    path.write_text(make_seal_key("Riverside", utc_now() - timedelta(days=9), 5))

    over, gone = site(tmp_path, seal_key=path), site(tmp_path, seal_key=tmp_path / "none.pem")

    assert "expired on" in found(over)["seal"][1]
    assert bad(gone) == {"seal"}
