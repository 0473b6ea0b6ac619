"""`soar-lms credit …`: what bodies are told, what is locked away, and when it is deleted."""

from __future__ import annotations

import csv
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from soar_lms.audit.models import AuditEntry
from soar_lms.certificates import credit_commands
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.credit_details import is_opened_by
from soar_lms.certificates.erasing import erase_holders
from soar_lms.certificates.models import Certificate, CreditDetails
from soar_lms.certificates.vault import PharmacyFacts, lock, make_key, unlock
from soar_lms.config import read_config
from soar_lms.database import db, transaction
from tests.certificates.test_context import CREDIT, row
from tests.conftest import SECRET
from tests.factories import NOW, make_person

KEY, NEW_KEY = make_key(), make_key()
TODAY = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
UAN = "1234-0000-26-001-H01-P"
PERIOD = ("--from", "2026-01-01", "--to", "2026-12-31")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_commands, "utc_now", lambda: TODAY)


@pytest.fixture
def site(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    configure(context, monkeypatch, KEY)
    return context


def configure(app: Flask, monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    monkeypatch.setitem(app.config, "SOAR", replace(app.config["SOAR"], credit_key=keys))


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(credit_commands.credit, arguments, obj=lambda: app)


def claim(
    name: str = "Ana", *, facts: PharmacyFacts | None = None, key: str = KEY, **changes: Any
) -> Certificate:
    """Add a certificate with a claim; call inside a transaction."""
    made = row(code=make_code(), name=name, **CREDIT | changes)
    db.session.add(made)
    db.session.flush()
    if facts:
        db.session.add(CreditDetails(certificate_id=made.id, locked=lock(facts, [key])))
    return made


def pharmacy(name: str, profile_id: str, **changes: Any) -> Certificate:
    facts = PharmacyFacts(profile_id, "0704")
    return claim(name, facts=facts, **{"credit_type": "acpe", "credit_uan": UAN} | changes)


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def details() -> list[CreditDetails]:
    return list(db.session.scalars(select(CreditDetails).order_by(CreditDetails.certificate_id)))


# --- reports ------------------------------------------------------------------------------------


def test_acpe_is_told_what_it_asks_and_nothing_else(site: Flask, tmp_path: Path) -> None:
    with transaction():
        pharmacy("Ana", "7654321")
        pharmacy("Ben", "1234567", completed_on=date(2026, 1, 1))
        pharmacy("Last year", "1", completed_on=date(2025, 12, 31))
        claim("A physician")

    result = run(site, "report", "--type", "acpe", *PERIOD, "-o", str(tmp_path / "acpe.csv"))

    assert result.output.splitlines() == [
        f"Wrote 2 rows to {tmp_path / 'acpe.csv'}.",
        "1 claim completed more than 60 days ago: ACPE takes claims within 60 days.",
    ]
    assert table(tmp_path / "acpe.csv") == [
        ["uan", "nabp_eprofile_id", "birth_mmdd", "completed_on"],
        [UAN, "1234567", "0704", "2026-01-01"],
        [UAN, "7654321", "0704", "2026-11-22"],
    ]


def test_a_report_is_for_the_eyes_of_its_maker_and_is_noted(site: Flask, tmp_path: Path) -> None:
    path = tmp_path / "acpe.csv"
    path.write_text("an older one, which everybody could read")
    path.chmod(0o644)
    with transaction():
        pharmacy("Ana", "7654321")

    run(site, "report", "--type", "acpe", *PERIOD, "-o", str(path))

    entry = db.session.scalars(select(AuditEntry)).one()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (entry.action, entry.person_id, entry.facts) == (
        "credit-exported",
        None,
        {"credit": "acpe", "period": "2026-01-01/2026-12-31", "number": 1},
    )


def test_a_file_that_cannot_be_written_leaves_no_note(site: Flask, tmp_path: Path) -> None:
    nowhere = tmp_path / "none" / "acpe.csv"

    result = run(site, "report", "--type", "acpe", *PERIOD, "-o", str(nowhere))

    assert result.exit_code == 1
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_a_corrected_certificate_is_told_once_with_the_facts_of_the_first(
    site: Flask, tmp_path: Path
) -> None:
    with transaction():
        first = pharmacy("Aan", "7654321")
        values: dict[str, Any] = {"credit_type": "acpe", "credit_uan": UAN}
        second, third = claim("Ana", **values), claim("Ana T.", **values)
        first.replaced_by_id, second.replaced_by_id = second.id, third.id

    result = run(site, "report", "--type", "acpe", *PERIOD, "-o", str(tmp_path / "acpe.csv"))

    assert result.output.startswith("Wrote 1 row ")
    assert table(tmp_path / "acpe.csv")[1:] == [[UAN, "7654321", "0704", "2026-11-22"]]


def test_what_was_revoked_gives_no_credit(site: Flask, tmp_path: Path) -> None:
    with transaction():
        revoked = pharmacy("Ana", "7654321")
        revoked.revoked_at, revoked.revoked_reason = TODAY, "By mistake"

    run(site, "report", "--type", "acpe", *PERIOD, "-o", str(tmp_path / "acpe.csv"))

    assert len(table(tmp_path / "acpe.csv")) == 1


def test_a_claim_whose_facts_are_deleted_is_counted(site: Flask, tmp_path: Path) -> None:
    with transaction():
        claim(credit_type="acpe", credit_uan=UAN)

    result = run(site, "report", "--type", "acpe", *PERIOD, "-o", str(tmp_path / "acpe.csv"))

    assert "1 claim left out: what ACPE asks was deleted" in result.output


@pytest.mark.parametrize("keys", [(), (NEW_KEY,)], ids=["no-key", "another-key"])
def test_without_the_key_nothing_is_told(
    site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    with transaction():
        pharmacy("Ana", "7654321")
    configure(site, monkeypatch, *keys)

    result = run(site, "report", "--type", "acpe", *PERIOD, "-o", str(tmp_path / "acpe.csv"))

    assert result.exit_code == 1
    assert "SOAR_CREDIT_KEY does not open what is kept" in result.output
    assert not (tmp_path / "acpe.csv").exists()


def test_physicians_are_told_by_name_with_formulas_made_text(site: Flask, tmp_path: Path) -> None:
    with transaction():
        made = claim("=HYPERLINK(1)")

    run(site, "report", "--type", "ama", *PERIOD, "-o", str(tmp_path / "ama.csv"))

    header, line = table(tmp_path / "ama.csv")
    told = dict(zip(header, line, strict=True))
    assert told.pop("certificate").replace("-", "") == made.code
    assert told == {
        "name": "'=HYPERLINK(1)",
        "provider": "School",
        "activity": "Garden safety",
        "format": "enduring",
        "completed_on": "2026-11-22",
        "credits_claimed": "1.50",
        "unit": "hours",
        "profession": "physician",
        "license_number": "M-1",
        "license_state": "PR",
    }


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("nchec", {"provider_number", "event_number", "name", "completed_on", "credits_claimed"}),
        ("other", {"provider_number", "license_number", "language", "unit", "version"}),
    ],
)
def test_every_body_gets_its_columns(
    site: Flask, tmp_path: Path, kind: str, columns: set[str]
) -> None:
    with transaction():
        claim(credit_type=kind)

    run(site, "report", "--type", kind, *PERIOD, "-o", str(tmp_path / "claims.csv"))

    header, _ = table(tmp_path / "claims.csv")
    assert columns <= {*header}


def test_learners_are_counted_by_activity_without_a_name(site: Flask, tmp_path: Path) -> None:
    with transaction():
        claim("Ana", credit_offer="hours", credit_maximum=Decimal(2))
        claim("Ben", credit_offer="hours", credit_maximum=Decimal(2))
        claim("Eva", credit_offer="horas", credit_maximum=Decimal(2), language="es")

    arguments = ("report", "--type", "ama", *PERIOD, "--counts", "-o", str(tmp_path / "ama.csv"))
    run(site, *arguments)

    header, *lines = table(tmp_path / "ama.csv")
    assert header[-2:] == ["learners", "credits_claimed"]
    assert [(line[1], line[2], line[-2], Decimal(line[-1])) for line in lines] == [
        ("horas", "es", "1", Decimal("1.5")),
        ("hours", "en", "2", Decimal(3)),
    ]


# --- what is kept, and how long -----------------------------------------------------------------


def test_details_are_deleted_after_seven_years_and_certificates_never(site: Flask) -> None:
    with transaction():
        old = pharmacy("Old", "1", completed_on=date(2019, 11, 27))
        kept = pharmacy("Kept", "2", completed_on=date(2019, 11, 28))

    said = [run(site, "tidy", *options).output for options in (["--dry-run"], [], [])]

    assert said == [
        "Would delete the details of 1 claim from before 2019-11-28.\n",
        "Deleted the details of 1 claim from before 2019-11-28.\n",
        "Deleted the details of 0 claims from before 2019-11-28.\n",
    ]
    assert [item.certificate_id for item in details()] == [kept.id]
    assert {item.id for item in db.session.query(Certificate)} == {old.id, kept.id}
    assert [(item.action, item.facts) for item in db.session.query(AuditEntry)] == [
        ("credit-tidied", {"number": 1})
    ]


def test_a_dry_run_deletes_nothing(site: Flask) -> None:
    with transaction():
        pharmacy("Old", "1", completed_on=date(2001, 1, 1))

    run(site, "tidy", "--dry-run")

    assert len(details()) == 1


def test_keys_are_changed(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction():
        pharmacy("Ana", "7654321")
        pharmacy("Ben", "1234567")
    configure(site, monkeypatch, NEW_KEY, KEY)

    result = run(site, "rotate")

    assert result.output == "Encrypted the details of 2 claims with the first key.\n"
    opened = [unlock(item.locked, [NEW_KEY]).profile_id for item in details()]
    assert opened == ["7654321", "1234567"]


def test_a_key_that_is_missing_changes_nothing(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        pharmacy("Ana", "7654321")
        pharmacy("Ben", "1234567", key=NEW_KEY)

    result = run(site, "rotate")

    db.session.expire_all()
    assert result.exit_code == 1
    assert [len(item.locked) > 0 for item in details()] == [True, True]
    assert unlock(details()[1].locked, [NEW_KEY]).profile_id == "1234567"
    assert not is_opened_by([KEY])


def test_a_new_key_is_one_that_the_configuration_takes() -> None:
    made = CliRunner().invoke(credit_commands.credit, ["key"]).output.strip()

    config = read_config(
        {"SOAR_MODE": "demo", "SOAR_SECRET_KEY": SECRET, "SOAR_CREDIT_KEY": f"{made},{KEY}"}
    )
    assert config.credit_key == (made, KEY)


def test_an_erased_account_leaves_what_was_claimed_and_not_by_whom(site: Flask) -> None:
    with transaction():
        ana = make_person()
        made = pharmacy("Ana", "7654321", person_id=ana.id)
        other = pharmacy("Ben", "1234567")

    with transaction():
        erase_holders([ana.id], NOW)

    db.session.expire_all()
    assert [item.certificate_id for item in details()] == [other.id]
    assert (made.credit_profession, made.credit_license_number) == (None, None)
    assert (made.credit_amount, other.credit_license_number) == (Decimal("1.50"), "M-1")
