"""Nothing that cannot be undone is done by one press of a button: it is asked about before.

Every form of the site is declared here: it does no harm, it can be undone, or the only way to it is
a page that says what will happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.conftest import empty_tables
from tests.pages import walk
from tests.pages.walk import ENDPOINTS, FORMS, Page
from tests.rules.world import World, make_world


@dataclass(frozen=True)
class Harmless:
    """Nothing is lost, and nobody is told anything that would have to be called back."""

    why: str


@dataclass(frozen=True)
class Undoable:
    """Whoever did it can take it back, or set it again, in the same place."""

    by: str


@dataclass(frozen=True)
class Asked:
    """It is done on one page only, which says before what will happen."""

    on: str


LOOKS = Harmless("it only looks for something")
SIGNS_IN = Harmless("it is about signing in, and can be done again")
FILE = Undoable("tasks.stop_task")

THOUGHTS: Mapping[str, Harmless | Undoable | Asked] = {
    "account.delete_account": Asked("account.delete_account"),
    "accounts.ask_for_link": SIGNS_IN,
    "accounts.choose_primary": Undoable("accounts.choose_primary"),
    "accounts.create_passkey": Undoable("accounts.remove_passkey"),
    "accounts.edit_emails": Undoable("accounts.remove_email"),
    "accounts.edit_licenses": Undoable("accounts.remove_license"),
    "accounts.edit_passkeys": SIGNS_IN,
    "accounts.edit_profile": Undoable("accounts.edit_profile"),
    "accounts.end_other_sign_ins": SIGNS_IN,
    "accounts.end_sign_in": SIGNS_IN,
    "accounts.offer_passkeys": SIGNS_IN,
    "accounts.remove_email": Undoable("accounts.edit_emails"),
    "accounts.remove_license": Undoable("accounts.edit_licenses"),
    "accounts.remove_passkey": Undoable("accounts.create_passkey"),
    "accounts.sign_in_with_passkey": SIGNS_IN,
    "accounts.use_link": SIGNS_IN,
    "accounts.verify_email": Asked("accounts.verify_email"),
    "administration.find_accounts": LOOKS,
    "administration.find_certificate": LOOKS,
    "administration.give_programme_reports": Undoable("administration.withdraw_programme_reports"),
    "administration.merge_people": Asked("administration.show_merge"),
    "administration.restore_certificate": Undoable("administration.revoke_certificate"),
    "administration.revoke_certificate": Undoable("administration.restore_certificate"),
    "administration.search_entries": LOOKS,
    "administration.undo_merge": Asked("administration.show_undo"),
    "administration.withdraw_programme_reports": Undoable("administration.give_programme_reports"),
    "certificates.check_upload": LOOKS,
    "certificates.correct_name": Undoable("certificates.correct_name"),
    "certificates.export_own": FILE,
    "cohorts.accept_invitation": Asked("cohorts.show_invitation"),
    "cohorts.apply_draft": Asked("cohorts.show_draft"),
    "cohorts.approve_all": Asked("cohorts.approve_all"),
    "cohorts.approve_waiting": Harmless("one person is let in, who asked for it"),
    "cohorts.archive_cohort": Asked("cohorts.archive_cohort"),
    "cohorts.ask_for_paper": FILE,
    "cohorts.choose_columns": Harmless("the list is shown once more, and nobody is invited"),
    "cohorts.close_cohort": Undoable("cohorts.open_cohort"),
    "cohorts.create_cohort": Undoable("cohorts.archive_cohort"),
    "cohorts.decline_waiting": Asked("cohorts.decline_waiting"),
    "cohorts.discard_draft": Harmless("whoever sent the list still has it"),
    "cohorts.edit_link": Undoable("cohorts.edit_link"),
    "cohorts.edit_terms": Undoable("cohorts.edit_terms"),
    "cohorts.edit_trainers": Undoable("cohorts.remove_trainer"),
    "cohorts.end_link": Asked("cohorts.end_link"),
    "cohorts.export_certificates": FILE,
    "cohorts.grant_more": Asked("cohorts.grant_more"),
    "cohorts.hand_over": Asked("cohorts.hand_over"),
    "cohorts.import_roster": Harmless("the list is shown first, and nobody is invited"),
    "cohorts.invite_people": Undoable("cohorts.withdraw_invitation"),
    "cohorts.join_cohort": Asked("cohorts.show_join"),
    "cohorts.open_cohort": Undoable("cohorts.close_cohort"),
    "cohorts.remove_trainer": Asked("cohorts.remove_trainer"),
    "cohorts.replace_link": Asked("cohorts.replace_link"),
    "cohorts.send_again": Harmless("one more e-mail to somebody who was invited"),
    "cohorts.withdraw_invitation": Asked("cohorts.withdraw_invitation"),
    "learning.answer_check": Harmless("it can be answered as often as one likes"),
    "learning.complete_lesson": Harmless("the lesson can be read again"),
    "learning.confirm_completion": Asked("learning.confirm_completion"),
    "learning.decline_follow_up": Harmless("a question less; the e-mail has its link still"),
    "learning.enrol": Harmless("a module can be left at any time"),
    "learning.give_evaluation": Asked("learning.give_evaluation"),
    "learning.give_follow_up": Asked("learning.give_follow_up"),
    "learning.renew_module": Harmless("what was done before stays as it is"),
    "learning.save_answer": Undoable("learning.save_answer"),
    "learning.start_test": Asked("learning.show_test"),
    "learning.stop_follow_up": Asked("learning.stop_follow_up"),
    "learning.submit_attempt": Asked("learning.review_attempt"),
    "reminders.choose_mail": Undoable("reminders.choose_mail"),
    "reminders.edit_ladder": Undoable("reminders.edit_ladder"),
    "reminders.remind_member": Asked("reminders.show_member"),
    "reminders.remind_shown": Asked("reminders.preview_shown"),
    "reminders.send_reminders": Asked("reminders.preview_reminders"),
    "reminders.stop_mail": Asked("reminders.stop_mail"),
    "security.change_password": SIGNS_IN,
    "security.confirm_email": SIGNS_IN,
    "security.forgot_password": SIGNS_IN,
    "security.login": SIGNS_IN,
    "security.logout": SIGNS_IN,
    "security.register": Undoable("account.delete_account"),
    "security.reset_password": SIGNS_IN,
    "security.send_confirmation": SIGNS_IN,
    "tasks.stop_task": Harmless("the same can be asked for again"),
}
NOT_IN_THIS_WORLD = {"cohorts.grant_more", "learning.start_test"}
"""Its page has no form here: the learner of the matrix is in the middle of the test."""


# --- the checkers -------------------------------------------------------------------------------


def find_forgotten(forms: list[str], thoughts: Mapping[str, object]) -> list[str]:
    """Return the forms that nobody thought about, and the thoughts about none."""
    return sorted(set(forms) ^ set(thoughts))


def find_without_return(thoughts: Mapping[str, object], forms: list[str]) -> list[str]:
    """Return what is said to be undone by something that is no form."""
    return [
        name
        for name, thought in thoughts.items()
        if isinstance(thought, Undoable) and thought.by not in forms
    ]


def read_forms(world: World, page: Page) -> Iterator[str]:
    """Return the endpoints that the forms of a page lead to."""
    adapter = world.app.url_map.bind("localhost")
    for form in BeautifulSoup(page.html, "html.parser").select("form[method=post]"):
        path = urlsplit(urljoin(page.address, str(form.get("action") or ""))).path
        endpoint, _ = adapter.match(path, "POST")
        yield str(endpoint)


def find_unasked(found: Mapping[str, set[str]], thoughts: Mapping[str, object]) -> list[str]:
    """Return what is done from other pages than the one that asks, or is not asked there.

    :param found: by the endpoint of a form, the pages that it stands on.
    """
    return [
        f"{name}: on {sorted(found.get(name, set()))}, not on {thought.on} only"
        for name, thought in thoughts.items()
        if isinstance(thought, Asked) and found.get(name, set()) != {thought.on}
    ]


def list_forms(world: World) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for endpoint in ENDPOINTS:
        for page in walk.show(world, endpoint, "en"):
            for name in read_forms(world, page):
                found.setdefault(name, set()).add(endpoint)
    return found


# --- the site -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(session_app: Flask) -> Iterator[World]:
    """Return the world; no test below changes it."""
    yield make_world(session_app)
    with session_app.app_context():
        empty_tables()


def test_somebody_has_thought_about_every_form() -> None:
    assert find_forgotten(FORMS, THOUGHTS) == []


def test_whatever_can_be_undone_has_a_way_back() -> None:
    assert find_without_return(THOUGHTS, FORMS) == []


def test_whatever_cannot_be_undone_is_done_only_where_it_is_asked(world: World) -> None:
    thoughts = {
        name: thought for name, thought in THOUGHTS.items() if name not in NOT_IN_THIS_WORLD
    }

    assert find_unasked(list_forms(world), thoughts) == []


# --- what the checkers must see -----------------------------------------------------------------


def test_faults_are_seen() -> None:
    thoughts = {"a.erase": Asked("a.ask_first"), "a.keep": Undoable("a.gone")}

    assert find_forgotten(["a.erase", "a.new"], thoughts) == ["a.keep", "a.new"]
    assert find_without_return(thoughts, ["a.erase"]) == ["a.keep"]
    assert find_unasked({"a.erase": {"a.ask_first", "a.list"}}, thoughts) == [
        "a.erase: on ['a.ask_first', 'a.list'], not on a.ask_first only"
    ]
    assert find_unasked({}, thoughts) == ["a.erase: on [], not on a.ask_first only"]
