"""Who may open what: one table for every address, asked for six people, nothing changed by any."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from soar_lms.access import Access, access, access_level, guard
from tests.conftest import empty_tables
from tests.rules.source import Source, dotted, read_sources
from tests.rules.world import World, make_world, read_database

PEOPLE = ("anonymous", "owner", "other learner", "trainer", "other trainer", "administrator")
"""The trainer is the one of the owner's cohort."""

SIGN_IN = "/en/sign-in"
Answer = int | str
"""A status; for a redirect, the path it leads to."""
Answers = tuple[Answer, Answer, Answer, Answer, Answer, Answer]

EVERYBODY: Answers = (200,) * 6
NOBODY: Answers = (404,) * 6
SIGNED_IN: Answers = (SIGN_IN, 200, 200, 200, 200, 200)
OWNER: Answers = (SIGN_IN, 200, 404, 404, 404, 404)
STAFF: Answers = (SIGN_IN, 404, 404, 200, 200, 200)
ADMINISTRATOR: Answers = (SIGN_IN, 404, 404, 404, 404, 200)
ONLY_TRAINER: Answers = (SIGN_IN, 404, 404, 200, 404, 404)
OWN_STAFF: Answers = (SIGN_IN, 404, 404, 200, 404, 200)
OWNER_AND_OWN_STAFF: Answers = (SIGN_IN, 200, 404, 200, 404, 200)


def refused(answers: Answers) -> Answers:
    """Return what a form sent without its token gets, where it would be taken with one."""
    return _change(answers, 422)


def to(path: str, answers: Answers = EVERYBODY) -> Answers:
    """Return the answers with a redirect where there was a page."""
    return _change(answers, path)


def _change(answers: Answers, answer: Answer) -> Answers:
    first, *others = [answer if item == 200 else item for item in answers]
    return (first, *others)  # type: ignore[return-value]  # as many as before


@dataclass(frozen=True)
class Row:
    """An address, what each person is answered there, and who its owner is."""

    address: str
    answers: Answers
    owner: str = "learner"


MODULE = "/en/learn/{module}"
LESSON = f"{MODULE}/{{setting}}/{{lesson}}"
CHECK_LESSON = f"{MODULE}/{{setting}}/{{check_lesson}}"
ATTEMPT = f"{MODULE}/tests/post/1"
COHORT = "/en/cohorts/{cohort}"
MEMBER = "/en/cohorts/{cohort}/members/{member}"
GRANT = f"{MEMBER}/{{module}}/grant"
INVITATIONS = "/en/cohorts/{cohort}/invitations"
ROSTER = "/en/cohorts/{cohort}/roster"
DRAFT = f"{ROSTER}/{{draft}}"
REMINDERS = "/en/cohorts/{cohort}/reminders"
NOT_ENROLLED = (MODULE,) * 4
EMAILS = "/en/profile/emails"
LICENSES = "/en/profile/licenses"
ADMIN = "/en/administration"
PAIR = f"{ADMIN}/people/merge/{{member}}/{{other_learner}}"
ASKED: Answers = (SIGN_IN, 200, 410, 410, 410, 410)

DRAFTED: Answers = (SIGN_IN, 404, 404, 200, 404, 410)
"""A list is for whoever sent it; others who may see the group are told that it is not there."""

DELETABLE: Answers = (SIGN_IN, 200, 200, 200, 200, 409)
"""The site's only administrator cannot go."""

# Forms are sent without their token: what is not forbidden is refused, and nothing changes.
ACCESS: Mapping[tuple[str, str], Row] = {
    ("account.delete_account", "GET"): Row("/en/profile/delete", DELETABLE),
    ("account.delete_account", "POST"): Row("/en/profile/delete", refused(DELETABLE)),
    ("accounts.choose_primary", "POST"): Row(f"{EMAILS}/{{email}}/primary", refused(SIGNED_IN)),
    ("accounts.edit_emails", "GET"): Row(EMAILS, SIGNED_IN),
    ("accounts.edit_emails", "POST"): Row(EMAILS, refused(SIGNED_IN)),
    ("accounts.edit_licenses", "GET"): Row(LICENSES, SIGNED_IN),
    ("accounts.edit_licenses", "POST"): Row(LICENSES, refused(SIGNED_IN)),
    ("accounts.remove_license", "POST"): Row(f"{LICENSES}/{{license}}/remove", refused(SIGNED_IN)),
    ("accounts.remove_email", "POST"): Row(f"{EMAILS}/{{email}}/remove", refused(SIGNED_IN)),
    # A link to confirm an address is for whoever asked for it.
    ("accounts.verify_email", "GET"): Row(f"{EMAILS}/verify/{{email_link}}", ASKED),
    ("accounts.verify_email", "POST"): Row(f"{EMAILS}/verify/{{email_link}}", refused(ASKED)),
    ("accounts.edit_profile", "GET"): Row("/en/profile", SIGNED_IN),
    ("accounts.edit_profile", "POST"): Row("/en/profile", refused(SIGNED_IN)),
    ("accounts.show_check_mail", "GET"): Row("/en/check-mail", EVERYBODY),
    ("accounts.show_sign_out", "GET"): Row("/en/sign-out-page", SIGNED_IN),
    ("accounts.ask_for_link", "GET"): Row("/en/sign-in/link", EVERYBODY),
    ("accounts.ask_for_link", "POST"): Row("/en/sign-in/link", (422,) * 6),
    ("accounts.show_link_sent", "GET"): Row("/en/sign-in/link-sent", EVERYBODY),
    ("accounts.use_link", "GET"): Row("/en/sign-in/link/{sign_in_link}", EVERYBODY),
    ("accounts.use_link", "POST"): Row("/en/sign-in/link/{sign_in_link}", (422,) * 6),
    ("accounts.edit_passkeys", "GET"): Row("/en/profile/passkeys", SIGNED_IN),
    # Nobody in the matrix has a password, or has just signed in: there is no form for them.
    ("accounts.edit_passkeys", "POST"): Row(
        "/en/profile/passkeys", to("/en/profile/passkeys", SIGNED_IN)
    ),
    # A passkey is made by whoever has just given the password.
    ("accounts.create_passkey", "GET"): Row(
        "/en/profile/passkeys/new", to("/en/profile/passkeys", SIGNED_IN)
    ),
    ("accounts.create_passkey", "POST"): Row(
        "/en/profile/passkeys/new", to("/en/profile/passkeys", SIGNED_IN)
    ),
    ("accounts.remove_passkey", "POST"): Row(
        "/en/profile/passkeys/{passkey}/remove", refused(SIGNED_IN)
    ),
    ("accounts.offer_passkeys", "POST"): Row("/en/sign-in/passkey/offer", (422,) * 6),
    ("accounts.sign_in_with_passkey", "POST"): Row("/en/sign-in/passkey", ("/en/sign-in",) * 6),
    ("accounts.show_time_left", "GET"): Row("/en/signed-in", EVERYBODY),
    ("accounts.list_sign_ins", "GET"): Row("/en/profile/sessions", SIGNED_IN),
    ("accounts.end_sign_in", "POST"): Row("/en/profile/sessions/{sign_in}/end", refused(SIGNED_IN)),
    ("accounts.end_other_sign_ins", "POST"): Row(
        "/en/profile/sessions/end-others", refused(SIGNED_IN)
    ),
    ("accounts.list_views", "GET"): Row("/en/profile/views", SIGNED_IN),
    ("administration.search_entries", "POST"): Row(
        "/en/administration/audit", refused(ADMINISTRATOR)
    ),
    ("administration.ask_for_accounts", "GET"): Row(f"{ADMIN}/people/merge", ADMINISTRATOR),
    ("administration.find_accounts", "POST"): Row(f"{ADMIN}/people/merge", refused(ADMINISTRATOR)),
    ("administration.list_entries", "GET"): Row("/en/administration/audit", ADMINISTRATOR),
    ("administration.list_duplicates", "GET"): Row(f"{ADMIN}/people/duplicates", ADMINISTRATOR),
    ("administration.list_merges", "GET"): Row(f"{ADMIN}/people/merges", ADMINISTRATOR),
    ("administration.merge_people", "POST"): Row(PAIR, refused(ADMINISTRATOR)),
    ("administration.list_programme_leads", "GET"): Row(
        f"{ADMIN}/programme-readers", ADMINISTRATOR
    ),
    ("administration.give_programme_reports", "POST"): Row(
        f"{ADMIN}/programme-readers", refused(ADMINISTRATOR)
    ),
    ("administration.withdraw_programme_reports", "POST"): Row(
        f"{ADMIN}/programme-readers/{{member}}/withdraw", refused(ADMINISTRATOR)
    ),
    ("administration.show_index", "GET"): Row(ADMIN, ADMINISTRATOR),
    ("administration.show_merge", "GET"): Row(PAIR, ADMINISTRATOR),
    ("administration.show_undo", "GET"): Row(f"{ADMIN}/people/merges/{{merge}}", ADMINISTRATOR),
    ("administration.undo_merge", "POST"): Row(
        f"{ADMIN}/people/merges/{{merge}}", refused(ADMINISTRATOR)
    ),
    ("administration.ask_for_certificate", "GET"): Row(f"{ADMIN}/certificates", ADMINISTRATOR),
    ("administration.find_certificate", "POST"): Row(
        f"{ADMIN}/certificates", refused(ADMINISTRATOR)
    ),
    ("administration.show_certificate", "GET"): Row(
        f"{ADMIN}/certificates/{{code}}", ADMINISTRATOR, "graduate"
    ),
    ("administration.restore_certificate", "POST"): Row(
        f"{ADMIN}/certificates/{{code}}/restore", refused(ADMINISTRATOR), "graduate"
    ),
    ("administration.revoke_certificate", "POST"): Row(
        f"{ADMIN}/certificates/{{code}}/revoke", refused(ADMINISTRATOR), "graduate"
    ),
    ("programme.show_report", "GET"): Row("/en/programme/reports", ADMINISTRATOR),
    ("programme.export_text", "GET"): Row("/en/programme/reports.csv", ADMINISTRATOR),
    ("programme.export_workbook", "GET"): Row("/en/programme/reports.xlsx", ADMINISTRATOR),
    ("certificates.correct_name", "GET"): Row(
        "/en/certificates/{code}/name", OWNER_AND_OWN_STAFF, "graduate"
    ),
    ("certificates.correct_name", "POST"): Row(
        "/en/certificates/{code}/name", refused(OWNER_AND_OWN_STAFF), "graduate"
    ),
    ("certificates.list_certificates", "GET"): Row("/en/certificates", SIGNED_IN),
    ("certificates.export_own", "GET"): Row("/en/my-certificates/file", SIGNED_IN),
    ("certificates.export_own", "POST"): Row("/en/my-certificates/file", refused(SIGNED_IN)),
    # A file is compared, nothing is written: without one, everybody is told to choose it.
    ("certificates.check_upload", "POST"): Row("/en/verify", refused(EVERYBODY)),
    ("certificates.download_certificate", "GET"): Row(
        "/certificates/{code}.pdf", OWNER_AND_OWN_STAFF, "graduate"
    ),
    ("certificates.show_badge", "GET"): Row("/badges/{code}", EVERYBODY, "graduate"),
    ("certificates.show_badge_achievement", "GET"): Row("/badges/achievements/{module}", EVERYBODY),
    ("certificates.show_badge_issuer", "GET"): Row("/badges/issuer", EVERYBODY),
    ("certificates.show_badge_key", "GET"): Row("/badges/keys/{badge_key}", EVERYBODY),
    ("certificates.show_badge_status", "GET"): Row("/badges/status/0", EVERYBODY),
    ("certificates.show_certificate", "GET"): Row(
        "/en/certificates/{code}", OWNER_AND_OWN_STAFF, "graduate"
    ),
    ("certificates.show_verify_form", "GET"): Row("/en/verify", EVERYBODY),
    ("certificates.verify_code", "GET"): Row("/verify/{code}", EVERYBODY, "graduate"),
    ("certificates.verify_code_in_language", "GET"): Row(
        "/en/verify/{code}", EVERYBODY, "graduate"
    ),
    ("cohorts.accept_invitation", "POST"): Row("/en/invitation/{invitation}", refused(SIGNED_IN)),
    ("cohorts.create_cohort", "GET"): Row("/en/cohorts/new", STAFF),
    ("cohorts.create_cohort", "POST"): Row("/en/cohorts/new", refused(STAFF)),
    ("cohorts.export_learning", "GET"): Row("/en/cohorts/{cohort}/learning.csv", OWN_STAFF),
    # Fewer than five have both tests: their charts are not there for anybody.
    ("cohorts.export_learning_chart", "GET"): Row(
        "/en/cohorts/{cohort}/learning/results.csv", (SIGN_IN, 404, 404, 404, 404, 404)
    ),
    ("cohorts.export_members", "GET"): Row("/en/cohorts/{cohort}/members.csv", OWN_STAFF),
    ("cohorts.ask_for_paper", "POST"): Row("/en/cohorts/{cohort}/members.pdf", refused(OWN_STAFF)),
    ("cohorts.export_paper", "GET"): Row("/en/cohorts/{cohort}/members.pdf", OWN_STAFF),
    ("cohorts.export_progress", "GET"): Row("/en/cohorts/{cohort}/progress/days.csv", OWN_STAFF),
    ("cohorts.export_workbook", "GET"): Row("/en/cohorts/{cohort}/members.xlsx", OWN_STAFF),
    ("cohorts.grant_more", "GET"): Row(GRANT, OWN_STAFF),
    # The learner of the matrix is in the test: there is nothing to give, and no form.
    ("cohorts.grant_more", "POST"): Row(GRANT, to(GRANT, OWN_STAFF)),
    ("cohorts.invite_people", "GET"): Row(INVITATIONS, OWN_STAFF),
    ("cohorts.import_roster", "GET"): Row(ROSTER, OWN_STAFF),
    ("cohorts.import_roster", "POST"): Row(ROSTER, refused(OWN_STAFF)),
    ("cohorts.choose_columns", "POST"): Row(f"{ROSTER}/columns", refused(OWN_STAFF)),
    ("cohorts.download_sample", "GET"): Row("/en/cohorts/roster-sample.csv", STAFF),
    ("cohorts.show_draft", "GET"): Row(DRAFT, DRAFTED),
    ("cohorts.apply_draft", "POST"): Row(f"{DRAFT}/import", refused(DRAFTED)),
    ("cohorts.discard_draft", "POST"): Row(f"{DRAFT}/discard", refused(DRAFTED)),
    ("cohorts.export_certificates", "GET"): Row("/en/cohorts/{cohort}/certificates", OWN_STAFF),
    ("cohorts.export_certificates", "POST"): Row(
        "/en/cohorts/{cohort}/certificates", refused(OWN_STAFF)
    ),
    ("cohorts.invite_people", "POST"): Row(INVITATIONS, refused(OWN_STAFF)),
    ("cohorts.join_cohort", "POST"): Row("/en/join/{join}", refused(SIGNED_IN)),
    ("cohorts.list_cohorts", "GET"): Row("/en/cohorts", STAFF),
    ("cohorts.replace_link", "GET"): Row("/en/cohorts/{cohort}/link", OWN_STAFF),
    ("cohorts.replace_link", "POST"): Row("/en/cohorts/{cohort}/link", refused(OWN_STAFF)),
    ("cohorts.send_again", "POST"): Row(f"{INVITATIONS}/{{line}}/send", refused(OWN_STAFF)),
    ("cohorts.show_cohort", "GET"): Row("/en/cohorts/{cohort}", OWN_STAFF),
    ("cohorts.show_learning", "GET"): Row("/en/cohorts/{cohort}/learning", OWN_STAFF),
    ("cohorts.show_progress", "GET"): Row("/en/cohorts/{cohort}/progress", OWN_STAFF),
    ("cohorts.show_invitation", "GET"): Row("/en/invitation/{invitation}", EVERYBODY),
    ("cohorts.show_join", "GET"): Row("/en/join/{join}", EVERYBODY),
    ("cohorts.show_member", "GET"): Row(MEMBER, OWN_STAFF),
    ("cohorts.approve_waiting", "POST"): Row(f"{COHORT}/waiting/approve", refused(OWN_STAFF)),
    ("cohorts.archive_cohort", "GET"): Row(f"{COHORT}/archive", OWN_STAFF),
    ("cohorts.archive_cohort", "POST"): Row(f"{COHORT}/archive", refused(OWN_STAFF)),
    ("cohorts.ask_for_code", "GET"): Row("/en/join", EVERYBODY),
    ("cohorts.close_cohort", "POST"): Row(f"{COHORT}/close", refused(OWN_STAFF)),
    ("cohorts.approve_all", "GET"): Row(f"{COHORT}/waiting/approve-all", OWN_STAFF),
    ("cohorts.approve_all", "POST"): Row(f"{COHORT}/waiting/approve-all", refused(OWN_STAFF)),
    ("cohorts.decline_waiting", "GET"): Row(f"{COHORT}/waiting/decline", OWN_STAFF),
    ("cohorts.decline_waiting", "POST"): Row(f"{COHORT}/waiting/decline", refused(OWN_STAFF)),
    ("cohorts.edit_link", "GET"): Row(f"{COHORT}/joining", OWN_STAFF),
    ("cohorts.edit_link", "POST"): Row(f"{COHORT}/joining", refused(OWN_STAFF)),
    ("cohorts.edit_terms", "GET"): Row(f"{COHORT}/settings", OWN_STAFF),
    ("cohorts.edit_terms", "POST"): Row(f"{COHORT}/settings", refused(OWN_STAFF)),
    ("cohorts.edit_trainers", "GET"): Row(f"{COHORT}/trainers", OWN_STAFF),
    ("cohorts.edit_trainers", "POST"): Row(f"{COHORT}/trainers", refused(OWN_STAFF)),
    ("cohorts.end_link", "GET"): Row(f"{COHORT}/link/end", OWN_STAFF),
    ("cohorts.end_link", "POST"): Row(f"{COHORT}/link/end", refused(OWN_STAFF)),
    ("cohorts.hand_over", "GET"): Row(f"{COHORT}/trainers/{{colleague}}/lead", OWN_STAFF),
    ("cohorts.hand_over", "POST"): Row(f"{COHORT}/trainers/{{colleague}}/lead", refused(OWN_STAFF)),
    ("cohorts.list_archive", "GET"): Row("/en/cohorts/archive", STAFF),
    ("cohorts.list_waiting", "GET"): Row(f"{COHORT}/waiting", OWN_STAFF),
    ("cohorts.open_cohort", "POST"): Row(f"{COHORT}/open", refused(OWN_STAFF)),
    ("cohorts.remove_trainer", "GET"): Row(f"{COHORT}/trainers/{{colleague}}/remove", OWN_STAFF),
    ("cohorts.remove_trainer", "POST"): Row(
        f"{COHORT}/trainers/{{colleague}}/remove", refused(OWN_STAFF)
    ),
    ("cohorts.show_poster", "GET"): Row(f"{COHORT}/poster.pdf", OWN_STAFF),
    ("cohorts.show_qr", "GET"): Row(f"{COHORT}/join.svg", OWN_STAFF),
    ("cohorts.withdraw_invitation", "GET"): Row(f"{INVITATIONS}/{{line}}/remove", OWN_STAFF),
    ("cohorts.withdraw_invitation", "POST"): Row(
        f"{INVITATIONS}/{{line}}/remove", refused(OWN_STAFF)
    ),
    ("healthz", "GET"): Row("/healthz", EVERYBODY),
    ("learning.answer_check", "POST"): Row(
        f"{CHECK_LESSON}/checks/{{check}}", to(CHECK_LESSON, OWNER)
    ),
    ("learning.choose_setting", "GET"): Row(f"{MODULE}/setting", (SIGN_IN, 200, *NOT_ENROLLED)),
    ("learning.complete_lesson", "POST"): Row(LESSON, to(LESSON, OWNER)),
    ("learning.confirm_completion", "GET"): Row(f"{MODULE}/certificate", OWNER, "confirmer"),
    ("learning.confirm_completion", "POST"): Row(
        f"{MODULE}/certificate", refused(OWNER), "confirmer"
    ),
    ("learning.continue_module", "GET"): Row(
        f"{MODULE}/continue", (SIGN_IN, f"{MODULE}/tests/post", *NOT_ENROLLED)
    ),
    ("learning.decline_follow_up", "POST"): Row(
        f"{MODULE}/follow-up", to(MODULE, OWNER), "graduate"
    ),
    # Whoever has begun goes on: the page of the module has no form for them.
    ("learning.enrol", "POST"): Row(MODULE, (SIGN_IN, MODULE, 422, 422, 422, 422)),
    ("learning.give_evaluation", "GET"): Row(f"{MODULE}/evaluation", OWNER, "finisher"),
    ("learning.give_evaluation", "POST"): Row(f"{MODULE}/evaluation", refused(OWNER), "finisher"),
    ("learning.give_follow_up", "GET"): Row("/en/follow-up/{follow_up}", EVERYBODY),
    ("learning.give_follow_up", "POST"): Row("/en/follow-up/{follow_up}", refused(EVERYBODY)),
    ("learning.renew_module", "POST"): Row(f"{MODULE}/renew", refused(OWNER)),
    ("learning.review_attempt", "GET"): Row(f"{ATTEMPT}/review", OWNER),
    ("learning.save_answer", "POST"): Row(f"{ATTEMPT}/1", refused(OWNER)),
    ("learning.show_catalogue", "GET"): Row("/en/", EVERYBODY),
    ("learning.show_home", "GET"): Row("/en/home", SIGNED_IN),
    ("learning.show_lesson", "GET"): Row(LESSON, EVERYBODY),
    ("learning.show_lessons", "GET"): Row(f"{MODULE}/{{setting}}", EVERYBODY),
    ("learning.show_media", "GET"): Row(f"{MODULE}/media/soar-steps.svg", EVERYBODY),
    ("learning.show_module", "GET"): Row(MODULE, EVERYBODY),
    ("learning.show_question", "GET"): Row(f"{ATTEMPT}/1", OWNER),
    ("learning.show_result", "GET"): Row(f"{MODULE}/tests/pre/1/result", OWNER),
    ("learning.show_sources", "GET"): Row(f"{MODULE}/sources", EVERYBODY),
    ("learning.show_test", "GET"): Row(f"{MODULE}/tests/post", OWNER),
    ("learning.start_test", "POST"): Row(f"{MODULE}/tests/post", refused(OWNER)),
    ("learning.stop_follow_up", "GET"): Row("/en/follow-up/{follow_up}/stop", EVERYBODY),
    ("learning.stop_follow_up", "POST"): Row("/en/follow-up/{follow_up}/stop", refused(EVERYBODY)),
    ("learning.submit_attempt", "POST"): Row(f"{ATTEMPT}/review", refused(OWNER)),
    # Only a demonstration has a mailbox, and metrics need a token.
    ("messages.list_demo_mail", "GET"): Row("/en/demo-mail", NOBODY),
    ("metrics", "GET"): Row("/metrics", NOBODY),
    ("pages.show_font", "GET"): Row("/fonts/public-sans.ttf", EVERYBODY),
    ("pages.leave", "GET"): Row("/exit", to("https://www.weather.gov/")),
    ("pages.show_help", "GET"): Row("/en/help", EVERYBODY),
    ("pages.show_privacy", "GET"): Row("/en/privacy", EVERYBODY),
    ("pages.show_resources", "GET"): Row("/en/resources", EVERYBODY),
    ("pages.show_safety", "GET"): Row("/en/safety", EVERYBODY),
    ("pages.start", "GET"): Row("/", to("/en/")),
    ("readyz", "GET"): Row("/readyz", EVERYBODY),
    ("reminders.choose_mail", "GET"): Row("/en/profile/reminders", SIGNED_IN),
    ("reminders.choose_mail", "POST"): Row("/en/profile/reminders", refused(SIGNED_IN)),
    ("reminders.edit_ladder", "GET"): Row(REMINDERS, OWN_STAFF),
    ("reminders.edit_ladder", "POST"): Row(REMINDERS, refused(OWN_STAFF)),
    ("reminders.list_reminders", "GET"): Row(f"{REMINDERS}/log", OWN_STAFF),
    ("reminders.preview_reminders", "GET"): Row(f"{REMINDERS}/{{module}}/send", OWN_STAFF),
    ("reminders.send_reminders", "POST"): Row(f"{REMINDERS}/{{module}}/send", refused(OWN_STAFF)),
    ("reminders.preview_shown", "GET"): Row(f"{REMINDERS}/send", OWN_STAFF),
    ("reminders.remind_shown", "POST"): Row(f"{REMINDERS}/send", refused(OWN_STAFF)),
    ("reminders.remind_member", "POST"): Row(f"{MEMBER}/reminders", refused(OWN_STAFF)),
    ("reminders.show_member", "GET"): Row(f"{MEMBER}/reminders", OWN_STAFF),
    ("reminders.stop_mail", "GET"): Row("/en/reminders/stop/{stop}", EVERYBODY),
    ("reminders.stop_mail", "POST"): Row("/en/reminders/stop/{stop}", refused(EVERYBODY)),
    ("security.change_password", "GET"): Row("/en/profile/password", SIGNED_IN),
    ("security.change_password", "POST"): Row("/en/profile/password", refused(SIGNED_IN)),
    ("security.confirm_email", "GET"): Row("/en/confirm/{confirmation}", EVERYBODY),
    ("security.confirm_email", "POST"): Row("/en/confirm/{confirmation}", refused(EVERYBODY)),
    ("security.forgot_password", "GET"): Row("/en/new-password", EVERYBODY),
    ("security.forgot_password", "POST"): Row("/en/new-password", refused(EVERYBODY)),
    ("security.login", "GET"): Row(SIGN_IN, (200, *("/en/home",) * 5)),
    ("security.login", "POST"): Row(SIGN_IN, (422, *("/en/home",) * 5)),
    # Who is not signed in is signed out already; others see the page with its button.
    ("security.logout", "POST"): Row("/en/sign-out", ("/en/", *(422,) * 5)),
    ("security.register", "GET"): Row("/en/sign-up", (200, *("/en/home",) * 5)),
    ("security.register", "POST"): Row("/en/sign-up", (422, *("/en/home",) * 5)),
    ("security.reset_password", "GET"): Row("/en/new-password/{reset}", EVERYBODY),
    ("security.reset_password", "POST"): Row("/en/new-password/{reset}", refused(EVERYBODY)),
    ("security.send_confirmation", "GET"): Row("/en/confirm", EVERYBODY),
    ("security.send_confirmation", "POST"): Row("/en/confirm", refused(EVERYBODY)),
    ("static", "GET"): Row("/static/site.css", EVERYBODY),
    # A task is for whoever asked for it: here the trainer. It has no file yet.
    # With faults: then it shows all it has.
    ("styleguide.show_styleguide", "GET"): Row("/en/styleguide?state=errors", EVERYBODY),
    ("tasks.download_file", "GET"): Row("/en/tasks/{task}/file", (SIGN_IN, *(404,) * 5)),
    ("tasks.list_tasks", "GET"): Row("/en/tasks", SIGNED_IN),
    ("tasks.show_task", "GET"): Row("/en/tasks/{task}", ONLY_TRAINER),
    ("tasks.stop_task", "POST"): Row("/en/tasks/{task}/stop", refused(ONLY_TRAINER)),
}


# --- the checkers -------------------------------------------------------------------------------


def find_surprises(world: World, method: str, row: Row) -> list[str]:
    """Send a request in the name of each person; return what is not as the row says."""
    address = row.address.format(**world.places)
    before = read_database(world.app)
    found = []
    for who, wanted in zip(PEOPLE, row.answers, strict=True):
        name = {"anonymous": None, "owner": row.owner}.get(who, who)
        with world.client_of(name).open(address, method=method) as response:
            answer = _answer(response)
        expected = wanted.format(**world.places) if isinstance(wanted, str) else wanted
        if answer != expected:
            found.append(f"{who}: {answer}, not {expected}")
    return found + find_changes(before, read_database(world.app))


def _answer(response: Response) -> Answer:
    """Say what somebody gets; a streamed page is read, so that nothing of it is left over."""
    response.get_data()
    if not response.location:
        return response.status_code
    parts = urlsplit(response.location)
    return parts._replace(query="", fragment="").geturl()


def find_changes(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    """Return the tables whose rows are not what they were."""
    return [f"{table} has changed" for table in before if before[table] != after[table]]


def find_undecided(app: Flask, table: Mapping[tuple[str, str], Row]) -> list[str]:
    """Return what the table does not know, and what it knows that is not there any more."""
    pairs = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    views = {endpoint for endpoint, _ in pairs}
    return sorted(
        [f"{method} {endpoint} is not in the table" for endpoint, method in pairs - set(table)]
        + [f"{method} {endpoint} is not in the app" for endpoint, method in set(table) - pairs]
        + [f"{endpoint} has no address" for endpoint in set(app.view_functions) - views]
    )


def find_wrong_addresses(world: World, table: Mapping[tuple[str, str], Row]) -> list[str]:
    """Return the rows whose address leads to another view."""
    adapter = world.app.url_map.bind("localhost")
    found = []
    for (endpoint, method), row in table.items():
        path = urlsplit(row.address.format(**world.places)).path
        reached, _ = adapter.match(path, method)
        if reached != endpoint:
            found.append(f"{method} {endpoint}: its address leads to {reached}")
    return found


def find_undeclared(app: Flask) -> list[str]:
    """Return the endpoints that declare no level."""
    return sorted(name for name in app.view_functions if access_level(app, name) is None)


def find_routes_without_access(source: Source) -> list[str]:
    """Return the views that do not have `@access` directly under their route."""
    return [
        source.at(view, f"{view.name} has no @access under its route")
        for view in source.functions()
        for route, below in pairwise([*view.decorator_list, None])
        if _decorator(route).startswith("blueprint.") and _decorator(below) != "access"
    ]


def _decorator(node: ast.expr | None) -> str:
    return dotted(node.func) if isinstance(node, ast.Call) else ""


# --- the rules ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(session_app: Flask) -> Iterator[World]:
    """Return the world; no test below changes it."""
    yield make_world(session_app)
    with session_app.app_context():
        empty_tables()


@pytest.mark.parametrize(
    ("endpoint", "method"), [pytest.param(*key, id=f"{key[1]}-{key[0]}") for key in ACCESS]
)
def test_everybody_gets_what_the_table_says(world: World, endpoint: str, method: str) -> None:
    surprises = find_surprises(world, method, ACCESS[endpoint, method])

    assert not surprises, "\n".join(surprises)


def test_the_table_has_every_endpoint(session_app: Flask) -> None:
    undecided = find_undecided(session_app, ACCESS)

    assert not undecided, "\n".join(undecided)


def test_every_address_of_the_table_leads_to_its_view(world: World) -> None:
    wrong = find_wrong_addresses(world, ACCESS)

    assert not wrong, "\n".join(wrong)


def test_every_endpoint_declares_its_level(session_app: Flask) -> None:
    undeclared = find_undeclared(session_app)

    assert not undeclared, "\n".join(undeclared)


def test_every_view_declares_its_level_under_its_route() -> None:
    faults = [fault for source in read_sources() for fault in find_routes_without_access(source)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "key", [key for key in ACCESS if "show_lesson" in key[0] or "show_media" in key[0]], ids=str
)
def test_where_reading_is_not_open_a_stranger_signs_in_first(
    world: World, key: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = replace(world.app.config["SOAR"], open_reading=False)
    monkeypatch.setitem(world.app.config, "SOAR", closed)
    _, *signed_in = ACCESS[key].answers

    row = replace(ACCESS[key], answers=(SIGN_IN, *signed_in))  # type: ignore[arg-type]  # six

    surprises = find_surprises(world, "GET", row)

    assert access_level(world.app, key[0]) is Access.READER
    assert not surprises, "\n".join(surprises)


# --- what the rules must see --------------------------------------------------------------------


def test_an_answer_that_is_not_in_the_table_is_reported(world: World) -> None:
    assert find_surprises(world, "GET", Row("/en/cohorts", SIGNED_IN)) == [
        "owner: 404, not 200",
        "other learner: 404, not 200",
    ]


def test_a_row_that_was_changed_added_or_lost_is_reported() -> None:
    before = {"people": ["1", "2"], "answers": [], "cohorts": ["1"], "attempts": ["1"]}
    after = {"people": ["1", "3"], "answers": ["1"], "cohorts": [], "attempts": ["1"]}

    assert find_changes(before, after) == [
        "people has changed",
        "answers has changed",
        "cohorts has changed",
    ]


@pytest.fixture
def small_app() -> Flask:
    """Return an application with a view that declares its level and one that forgot."""
    app = Flask("small")
    app.before_request(guard)

    @app.get("/open")
    @access(Access.PUBLIC)
    def open_view() -> str:
        return "for everybody"

    @app.get("/forgotten")
    def forgotten() -> str:
        return "for whom?"

    return app


def test_a_view_without_a_level_is_reported_and_refused(small_app: Flask) -> None:
    client = small_app.test_client()

    assert find_undeclared(small_app) == ["forgotten", "static"]
    assert client.get("/forgotten").status_code == 403
    assert client.get("/open").status_code == 200


def test_a_new_and_a_vanished_endpoint_are_reported(small_app: Flask) -> None:
    small_app.view_functions["lost"] = lambda: ""
    table = {
        ("open_view", "GET"): Row("/open", EVERYBODY),
        ("open_view", "POST"): Row("/open", EVERYBODY),
        ("static", "GET"): Row("/static/x", EVERYBODY),
    }

    assert find_undecided(small_app, table) == [
        "GET forgotten is not in the table",
        "POST open_view is not in the app",
        "lost has no address",
    ]


def test_an_address_of_another_view_is_reported(world: World) -> None:
    table = {("learning.show_lessons", "GET"): Row(f"{MODULE}/sources", EVERYBODY)}

    assert find_wrong_addresses(world, table) == [
        "GET learning.show_lessons: its address leads to learning.show_sources"
    ]


def test_a_route_without_access_under_it_is_reported() -> None:
    source = Source(
        "pages.py",
        "@blueprint.get('/a')\n@access(Access.PUBLIC)\ndef a(): pass\n"
        "@blueprint.get('/b')\ndef b(): pass\n"
        "@access(Access.PUBLIC)\n@blueprint.post('/c')\ndef c(): pass\n",
    )

    assert find_routes_without_access(source) == [
        "pages.py:5: b has no @access under its route",
        "pages.py:8: c has no @access under its route",
    ]
