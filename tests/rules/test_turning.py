"""Who changes the language without scripts loses nothing typed, on any page of learners."""

from __future__ import annotations

import pytest

from tests.rules.templates import TemplateSource, read_templates

TEMPLATES = read_templates()
OF_LEARNERS = ("accounts/", "certificates/", "learning/", "security/")
AMONG_PAGES_OF_TRAINERS = {"cohorts/invitation_edit.html", "reminders/mail_edit.html"}
TYPED = {
    *("text_field", "text_area", "select_field", "choice_group", "checkbox"),
    *("claim_fields", "evaluation_items"),
}
TURNS = {"in_other_languages", "turn_buttons"}
EXCEPT = {
    # A password alone, which never comes back.
    "security/change_password.html",
    "security/reset_password.html",
    # One choice and nothing typed: the link at the top loses no more than a press.
    "learning/module_show.html",
    "learning/setting_edit.html",
    # Passkeys need scripts, which keep what was typed themselves.
    "accounts/passkeys_edit.html",
}


def find_forms_that_cannot_turn(page: TemplateSource) -> list[str]:
    """Return what a page lacks that has a form to fill in."""
    macros = {macro for _, _, macro, _ in page.imported_macros()}
    has_form = 'method="post"' in page.text and macros & TYPED
    if not has_form or macros & TURNS:
        return []
    return [page.at(1, "no way to change the language with what was typed")]


def is_of_learners(name: str) -> bool:
    return name.startswith(OF_LEARNERS) or name in AMONG_PAGES_OF_TRAINERS


def test_every_form_of_learners_can_be_turned() -> None:
    pages = [TEMPLATES[name] for name in TEMPLATES if is_of_learners(name) and name not in EXCEPT]

    assert not [fault for page in pages for fault in find_forms_that_cannot_turn(page)]


@pytest.mark.parametrize("name", sorted(EXCEPT))
def test_every_exception_is_needed(name: str) -> None:
    assert find_forms_that_cannot_turn(TEMPLATES[name])


IMPORT = '{% from "components/forms.html" import '


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(IMPORT + 'text_field %}<form method="post">', 1, id="typed-and-lost"),
        pytest.param(
            IMPORT + 'in_other_languages, text_field %}<form method="post">', 0, id="typed-and-kept"
        ),
        pytest.param(IMPORT + 'button %}<form method="post">', 0, id="a-button"),
        pytest.param(IMPORT + 'text_field %}<form method="get">', 0, id="in-the-address"),
    ],
)
def test_a_form_that_cannot_turn_is_seen(text: str, count: int) -> None:
    assert len(find_forms_that_cannot_turn(TemplateSource("accounts/x.html", text))) == count
