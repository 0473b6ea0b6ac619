"""The base of all forms: clean text in, errors that say what to do out, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from soar_lms.forms import Form, clean_line, clean_paragraphs, require_letters
from soar_lms.i18n import speaking
from tests.support.quick import post, summary, value_of

TOO_OLD = "This page was open for a long time. Please check it and send it again."


class NoteForm(Form):
    class Meta(Form.Meta):
        csrf = False

    name = StringField("Name", validators=[DataRequired("Enter a name."), require_letters])
    note = TextAreaField("Note")
    secret = PasswordField("Secret")
    many = SelectMultipleField("Many", choices=["a", "b"])


@pytest.fixture
def request_context(context: Flask) -> Iterator[None]:
    with context.test_request_context("/en/"):
        yield


def filled(**values: Any) -> NoteForm:
    return NoteForm(MultiDict({"name": "Ana", **values}))


# --- cleaning -----------------------------------------------------------------------------------


@given(st.text(max_size=40))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for clean in (clean_line, clean_paragraphs):
        assert clean(clean(text)) == clean(text)


@given(st.text(max_size=40))
def test_a_line_is_one_line_without_space_at_its_ends_or_twice_inside(text: str) -> None:
    line = clean_line(text)

    assert line == " ".join(line.split())
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize("value", [None, 5, ["a"], b"x"])
def test_what_is_no_text_stays_as_it_is(value: object) -> None:
    assert clean_line(value) is value
    assert clean_paragraphs(value) is value


@pytest.mark.usefixtures("request_context")
def test_text_is_trimmed_and_composed_but_a_password_is_not() -> None:
    form = filled(name="  Jose\u0301\u00a0\u2028\tN. ", note=" two\n\nparts ", secret="  a\u0301 ")

    assert form.validate()
    assert (form.name.data, form.note.data, form.secret.data) == (
        "José N.",
        "two\n\nparts",
        "  a\u0301 ",
    )


@pytest.mark.usefixtures("request_context")
@pytest.mark.parametrize("field", ["name", "note"])
@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x1b", "\x7f", "\u202e", "\u2066", "\ue000", "\ud800"],
    ids=ascii,
)
def test_characters_that_nobody_types_are_refused(field: str, character: str) -> None:
    form = filled(**{field: f"a{character}b"})

    assert not form.validate()
    assert len(form.errors[field]) == 1


@pytest.mark.usefixtures("request_context")
@pytest.mark.parametrize("text", ["נחמה", "محمد", "a\u200db", "ﬁ", "e\u0301", "Ana 👩🏽‍⚕️", "a – b"])
def test_what_people_type_is_not_refused(text: str) -> None:
    assert filled(name=text).validate()


@pytest.mark.usefixtures("request_context")
@pytest.mark.parametrize("name", ["\u200b", "\u200d\u200c", "\u00ad", "\ufe0f", "--", "...", "🌻"])
def test_a_name_needs_a_letter(name: str) -> None:
    form = filled(name=name)

    assert not form.validate()
    assert form.errors == {"name": ["Write it with letters, please."]}


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("request_context")
def test_the_summary_leads_to_each_field_in_its_order() -> None:
    form = NoteForm(MultiDict({"note": "a\x00", "many": "z"}))
    assert not form.validate()

    assert [target for target, _ in form.all_errors()] == ["name", "note", "many-0"]


@pytest.mark.usefixtures("request_context")
def test_the_summary_tells_fields_with_the_same_fault_apart() -> None:
    form = NoteForm(MultiDict({"name": "a\x00", "note": "b\x00", "many": "z"}))
    assert not form.validate()

    words = [message for _, message in form.all_errors()]

    fault = form.errors["note"][0]
    assert words[:2] == [f"Name: {fault}", f"Note: {fault}"]
    assert words[2] == form.errors["many"][0]


@pytest.mark.usefixtures("request_context")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_library_speaks_the_language_of_the_page(language: str) -> None:
    with speaking(language):
        form = filled(many="z")
        assert not form.validate()
        (message,) = form.errors["many"]

    assert str(message).isascii() == (language == "en")


# --- the token, on real pages -------------------------------------------------------------------


@pytest.mark.parametrize("given", ["old", "", "a.b.c", None], ids=str)
def test_a_token_that_does_not_fit_is_an_error_like_any_other(
    as_learner: FlaskClient, given: str | None
) -> None:
    as_learner.get("/en/profile")
    data = {"name": "Typed before lunch", "language": "en", "time_zone": "UTC"}

    response = as_learner.post(
        "/en/profile", data=data if given is None else {**data, "csrf_token": given}
    )

    assert response.status_code == 422
    assert summary(response) == [TOO_OLD]
    assert value_of(response, "name") == "Typed before lunch"


def test_sending_it_again_from_that_page_works(as_learner: FlaskClient) -> None:
    data = {"name": "Typed before lunch", "language": "en", "time_zone": "UTC"}
    first = as_learner.post("/en/profile", data={**data, "csrf_token": "old"})

    second = as_learner.post(
        "/en/profile", data={**data, "csrf_token": value_of(first, "csrf_token")}
    )

    assert second.location == "/en/profile"


def test_a_token_of_another_session_does_not_fit(
    app: Flask, as_learner: FlaskClient, as_trainer: FlaskClient
) -> None:
    from tests.support.quick import token

    stolen = token(as_trainer)
    token(as_learner)

    response = as_learner.post("/en/profile", data={"csrf_token": stolen, "name": "x"})

    assert (response.status_code, TOO_OLD in summary(response)) == (422, True)


def test_a_token_works_as_long_as_the_session(
    as_learner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page left open over lunch, or for a week, still works."""
    import time

    from tests.support.quick import token

    old = token(as_learner)
    later = time.time() + 7 * 24 * 3600
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)

    response = as_learner.post(
        "/en/profile",
        data={"csrf_token": old, "name": "Ana", "language": "en", "time_zone": "UTC"},
    )

    assert response.status_code == 302


def test_the_title_of_a_page_with_errors_says_so(as_learner: FlaskClient) -> None:
    response = post(as_learner, "/en/profile", {"name": ""})

    assert "<title>Error: Profile" in response.text
