"""Whatever must be there once is tried by several at the same moment, or has a reason not to be.

A rule of uniqueness that nobody has tried at once is a page that fails when two people click.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, UniqueConstraint

from soar_lms.database import Base

TESTS = Path(__file__).parents[1]
_AT_ONCE = {"at_once", "clients_at_once"}

TRIED = {
    "uq_people_email": "accounts/test_sign_up.py::test_signing_up_twice_at_once_is_one_account",
    "uq_person_emails_person_id_email": (
        "accounts/test_emails.py::test_an_address_that_is_added_twice_at_once_stands_once"
    ),
    "uq_person_emails_primary": (
        "accounts/test_emails.py::test_of_two_addresses_chosen_at_once_one_is_primary"
    ),
    "uq_person_emails_verified": (
        "accounts/test_emails.py::test_two_who_confirm_one_address_at_once_do_not_both_get_it"
    ),
    "uq_person_licenses_person_id_territory_number": (
        "accounts/test_licenses.py::test_a_license_that_is_added_twice_at_once_stands_once"
    ),
    "uq_passkeys_credential_id": (
        "accounts/test_passkeys.py::test_a_passkey_added_twice_at_once_stands_once"
    ),
    "uq_person_merges_open": (
        "administration/test_merging.py::test_a_merge_that_two_ask_for_at_once_happens_once"
    ),
    "uq_enrolments_person_id_module_id_cycle": (
        "learning/test_services.py::test_enrolling_at_once_is_one_enrolment"
    ),
    "pk_lesson_completions": (
        "learning/test_at_once.py::test_a_lesson_completed_at_once_is_done_once"
    ),
    "uq_attempts_open": (
        "assessments/test_at_once.py::test_starting_at_once_gives_everybody_the_same_attempt"
    ),
    "uq_attempts_enrolment_id_instrument_number": (
        "assessments/test_at_once.py::test_starting_at_once_gives_everybody_the_same_attempt"
    ),
    "pk_attempt_grants": "learning/test_granting.py::test_clicks_at_once_grant_one_try",
    "pk_answers": "learning/test_at_once.py::test_an_answer_saved_at_once_is_one_answer",
    "pk_check_answers": "learning/test_at_once.py::test_a_check_answered_at_once_is_one_answer",
    "pk_evaluation_receipts": (
        "assessments/test_evaluations.py::test_an_evaluation_sent_twice_at_once_is_kept_once"
    ),
    "uq_certificates_current": (
        "learning/test_services.py::test_finishing_at_once_gives_one_certificate_and_one_e_mail"
    ),
    "uq_certificates_replaced_by_id": (
        "certificates/test_correcting.py::"
        "test_corrections_at_once_give_one_replacement_and_one_e_mail"
    ),
    "uq_certificate_files_certificate_id_maker_sha256": (
        "certificates/test_files.py::test_a_hash_kept_twice_at_once_is_kept_once"
    ),
    "pk_follow_ups": (
        "learning/test_services.py::test_finishing_at_once_gives_one_certificate_and_one_e_mail"
    ),
    "pk_cohort_members": "cohorts/test_services.py::test_joining_at_once_is_joining_once",
    "uq_roster_lines_cohort_id_email": (
        "cohorts/test_invitations.py::test_people_invited_twice_at_once_get_one_e_mail"
    ),
    "pk_bounced_addresses": (
        "messages/test_bounces.py::test_an_address_that_bounces_twice_at_once_is_noted_once"
    ),
    "uq_reminders_person_id_module_id_day": (
        "reminders/test_planning.py::test_planning_at_once_plans_everybody_once"
    ),
    "uq_reminders_line_id_day": (
        "reminders/test_invited.py::test_two_workers_at_once_remind_an_invited_person_once"
    ),
    "pk_weekly_digests": ("reminders/test_digests.py::test_two_workers_at_once_write_one_summary"),
    "pk_reminder_ladders": (
        "reminders/test_services.py::test_terms_saved_at_once_are_those_of_one_of_them"
    ),
    "uq_tasks_live": "tasks/test_services.py::test_asking_at_once_begins_one_task",
    "pk_standings": "learning/test_keeping.py::test_enrolling_at_once_keeps_one_row",
    "uq_roster_places_cohort_id_person_id": (
        "cohorts/test_places.py::test_joining_at_once_gives_one_place"
    ),
    "uq_roster_places_line_id": (
        "cohorts/test_invitations.py::test_people_invited_twice_at_once_get_one_e_mail"
    ),
    "pk_roster_words": "cohorts/test_places.py::test_joining_at_once_gives_one_place",
    "pk_report_lines": "cohorts/test_places.py::test_joining_at_once_gives_one_place",
    "pk_report_counts": "cohorts/test_places.py::test_joining_at_once_gives_one_place",
    "uq_join_links_open": "cohorts/test_joining.py::test_two_new_links_at_once_leave_one_open",
    "pk_join_requests": "cohorts/test_joining.py::test_asking_at_once_is_waiting_once",
    "pk_cohort_modules": (
        "cohorts/test_terms.py::test_of_several_who_change_a_group_at_once_one_is_not_told"
    ),
    "pk_cohort_trainers": "cohorts/test_trainers.py::test_adding_somebody_at_once_adds_them_once",
    "uq_cohort_trainers_lead": (
        "cohorts/test_trainers.py::test_of_several_leads_chosen_at_once_one_leads"
    ),
}
"""Constraint -> the test in which several try to break it at once. Enrolments, attempts and
certificates are also fought for by processes (tests/journeys/test_crash.py)."""

REASONS = {
    "uq_people_fs_uniquifier": "128 random bits",
    "uq_join_links_token": "128 random bits",
    "uq_join_links_code": "50 random bits, drawn by trainers a few times a day",
    "uq_sign_ins_key": "128 random bits",
    "pk_sign_in_links": "the hash of 256 random bits",
    "uq_roster_lines_token_hash": "the hash of 128 random bits",
    "uq_certificates_code": "128 random bits",
    "pk_credit_details": "written with its certificate, in one transaction, which is issued once",
    "uq_tasks_folder": "128 random bits",
    "uq_certificates_status_index": (
        "a place drawn among 131,072, of which an eighth are taken, and looked up first"
    ),
    "pk_follow_up_links": "the hash of 192 random bits",
}
"""Constraint -> why nobody can run into it."""


def unique_rules(metadata: MetaData) -> Iterator[str]:
    """Yield the names of all constraints that allow something only once.

    A key that the database counts up is none: nobody chooses its values.
    """
    for table in metadata.sorted_tables:
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                yield str(constraint.name)
        for index in table.indexes:
            if index.unique:
                yield str(index.name)
        if [column.name for column in table.primary_key] != ["id"]:
            yield str(table.primary_key.name)


def find_untried(metadata: MetaData, known: Mapping[str, str]) -> list[str]:
    """Return the rules that stand in no table, and the rows that no rule stands behind."""
    rules = set(unique_rules(metadata))
    return [
        *(f"{name}: name the test that tries it at once" for name in sorted(rules - known.keys())),
        *(f"{name}: there is no such constraint" for name in sorted(known.keys() - rules)),
    ]


def find_missing_tests(tried: Mapping[str, str], root: Path) -> list[str]:
    """Return the rows whose test is not there, or does nothing at once."""
    faults = []
    for name, place in tried.items():
        file, _, test = place.partition("::")
        path = root / file
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
        found = [node for node in ast.walk(tree) if getattr(node, "name", "") == test]
        called = {getattr(node, "id", "") for item in found for node in ast.walk(item)}
        if not called & _AT_ONCE:
            faults.append(f"{name}: {place} does nothing at once")
    return faults


def test_every_unique_rule_is_tried_at_once_or_has_a_reason() -> None:
    assert not TRIED.keys() & REASONS.keys()
    assert find_untried(Base.metadata, TRIED | REASONS) == []


def test_the_tests_that_try_them_are_there() -> None:
    assert find_missing_tests(TRIED, TESTS) == []


def test_a_rule_that_nobody_tried_is_found() -> None:
    metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s", "pk": "pk_%(table_name)s"})
    Table("a", metadata, Column("id", Integer, primary_key=True), Column("b", Integer, unique=True))
    Table("c", metadata, Column("d", Integer, primary_key=True))

    assert find_untried(metadata, {"uq_e": ""}) == [
        "pk_c: name the test that tries it at once",
        "uq_a: name the test that tries it at once",
        "uq_e: there is no such constraint",
    ]


@pytest.mark.parametrize(
    "place",
    [
        "nowhere.py::test_x",
        "test_x.py::test_gone",
        "test_x.py::test_alone",
    ],
)
def test_a_test_that_is_not_there_or_tries_alone_is_found(tmp_path: Path, place: str) -> None:
    (tmp_path / "test_x.py").write_text(
        "def test_alone():\n    work()\n\ndef test_together():\n    at_once(work)\n"
    )

    assert find_missing_tests({"uq": "test_x.py::test_together"}, tmp_path) == []
    assert find_missing_tests({"uq": place}, tmp_path) == [f"uq: {place} does nothing at once"]
