"""`soar-lms certificates revoke` and `restore`, as an operator runs them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.administration import certificate_commands
from soar_lms.administration.certificate_commands import restore, revoke
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts import services as cohorts
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.administration import records
from tests.certificates.test_context import row
from tests.factories import NOW, make_person

REASON = ("--reason", "Issued before the final test")


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """Return the codes of five certificates of one module, a day apart, and one of another."""
    made = [make_code() for _ in range(6)]
    with app.app_context(), transaction():
        for place, code in enumerate(made):
            db.session.add(
                row(
                    code=code,
                    person_id=make_person().id,
                    module_id="pond" if place == 5 else "garden",
                    issued_at=NOW + timedelta(days=place),
                )
            )
    return made


def run_revoke(app: Flask, *arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(revoke, [*REASON, *arguments], obj=lambda: app, input=answer)


def run_restore(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(
        restore, ["--reason", "A mistake", "--yes", *arguments], obj=lambda: app
    )


def revoked(app: Flask) -> list[str]:
    with app.app_context():
        return list(
            db.session.scalars(
                select(Certificate.code)
                .where(Certificate.revoked_at.is_not(None))
                .order_by(Certificate.id)
            )
        )


def test_a_dry_run_lists_and_counts_and_changes_nothing(app: Flask, codes: list[str]) -> None:
    result = run_revoke(app, "--module", "garden", "--dry-run")

    lines = result.output.splitlines()
    assert (result.exit_code, len(lines)) == (0, 8)
    assert lines[0] == f"{format_code(codes[0])}  2026-11-22  garden  Ana Torres Vega"
    assert lines[5:] == ["     5  garden 1.2.0 en", "     5  in all", "Nothing was changed."]
    assert revoked(app) == []


def test_many_are_revoked_a_few_at_a_time_and_restored_by_their_number(
    app: Flask, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate_commands, "AT_A_TIME", 2)

    result = run_revoke(app, "--module", "garden", "--yes")
    between = revoked(app)
    (number,) = set(re.findall(r"\d{8}-\w{6}", result.output))
    back = run_restore(app, "--revocation", number)

    assert [line for line in result.output.splitlines() if " of 5" in line] == [
        "2 of 5",
        "4 of 5",
        "5 of 5",
    ]
    assert between == codes[:5]
    assert back.output.splitlines()[-1] == "Restored 5 of 5."
    assert revoked(app) == []


def test_what_was_interrupted_is_gone_on_with_and_nobody_is_told_twice(
    app: Flask, codes: list[str]
) -> None:
    run_revoke(app, "--code", codes[0], "--yes", "--revocation", "20261128-ABCDEF")

    again = run_revoke(app, "--module", "garden", "--yes", "--revocation", "20261128-ABCDEF")

    with app.app_context():
        mails = db.session.query(OutboxMessage).filter_by(kind="certificate-revoked").count()
    assert "Revoked 4." in again.output
    assert (revoked(app), mails) == (codes[:5], 5)


def test_revoking_asks_before_it_is_done(app: Flask, codes: list[str]) -> None:
    no = run_revoke(app, "--module", "garden", answer="n\n")
    assert (no.exit_code, revoked(app)) == (1, [])

    yes = run_revoke(app, "--module", "garden", answer="y\n")
    assert (yes.exit_code, revoked(app)) == (0, codes[:5])


def test_days_of_the_filter_are_those_of_the_site(app: Flask, codes: list[str]) -> None:
    run_revoke(app, "--issued-from", "2026-11-23", "--issued-to", "2026-11-24", "--yes")

    assert revoked(app) == codes[1:3]


def test_the_members_of_a_group_in_its_modules_are_meant(
    app: Flask, codes: list[str], trainer: Person
) -> None:
    with app.app_context(), transaction():
        cohort = cohorts.create_cohort(
            trainer, name="Night shift", organisation=None, module_ids=["garden"], now=NOW
        )
        for code in (codes[0], codes[5]):
            owner = db.session.query(Certificate).filter_by(code=code).one().person_id
            cohorts.join_cohort(cohort, db.session.get_one(Person, owner), NOW)
        number = cohort.id

    run_revoke(app, "--cohort", str(number), "--yes")

    assert revoked(app) == codes[:1]


def test_what_is_in_the_way_of_a_restore_is_said(app: Flask, codes: list[str]) -> None:
    with app.app_context(), transaction():
        first, second = (
            db.session.query(Certificate).filter_by(code=code).one() for code in codes[:2]
        )
        first.revoked_at, first.revoked_reason = NOW, "x"
        number = _enrolment(first.person_id)
        first.enrolment_id = second.enrolment_id = number

    result = run_restore(app, "--module", "garden")

    assert result.exit_code == 1
    assert result.output.splitlines()[-2:] == [
        f"{format_code(codes[0])}: not restored, {format_code(codes[1])} counts for the same "
        "completion",
        "Restored 0 of 1.",
    ]


def _enrolment(person_id: int | None) -> int:
    return records.enrol(db.session.get_one(Person, person_id), "garden")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say which certificates: give at least one option for that"),
        (("--code", "nonsense"), '"nonsense" is not a certificate code'),
        (("--cohort", "4711"), "there is no group 4711"),
        (("--module", "x", "--reason", "  "), "a reason has at most 500 characters, and not none"),
        (("--module", "x", "--revocation", "9" * 21), "this is not the number of a revocation"),
        (("--issued-from", "yesterday"), "does not match the format"),
    ],
)
def test_what_cannot_be_meant_is_said(app: Flask, arguments: tuple[str, ...], said: str) -> None:
    result = run_revoke(app, *arguments)

    assert result.exit_code != 0
    assert said in result.output


def test_nothing_found_is_no_mistake(app: Flask) -> None:
    result = run_revoke(app, "--module", "nowhere", "--yes")

    assert (result.exit_code, result.output) == (0, "     0  in all\nNothing was changed.\n")
