"""The base of all forms: clean text in, errors that say what to do out.

What a person typed is never lost: a form with errors is shown again with everything in it, and a
token that is too old is an error like any other.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF, validate_csrf
from wtforms import (
    DateField,
    Field,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from soar_lms.i18n import gettext, lazy_gettext

# Bidirectional overrides and isolates can make a name read as another one.
_TEXT_DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Letters by category that print nothing (Unicode: Default_Ignorable_Code_Point).
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")

TURN = "turn"
"""What a button is called that only shows a form in another language, with all that was typed."""

TOKEN_TOO_OLD = lazy_gettext(
    "This page was open for a long time. Please check it and send it again."
)


def clean_paragraphs(value: Any) -> Any:
    """Trim text and compose its accents (Unicode NFC); leave everything else as it is."""
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def clean_line(value: Any) -> Any:
    """Clean text that is one line: every run of white space becomes one space."""
    return " ".join(clean_paragraphs(value).split()) if isinstance(value, str) else value


def has_letters(text: str) -> bool:
    """Return whether there is a letter or a digit in it, of any script, that can be seen."""
    return any(
        unicodedata.category(character)[0] in "LN" and character not in _BLANK_LETTERS
        for character in text
    )


def require_letters(_form: object, field: Field) -> None:
    """Refuse a name of nothing but spaces, dashes or characters that cannot be seen."""
    if field.data and not has_letters(field.data):
        raise StopValidation(gettext("Write it with letters, please."))


def refuse_control_characters(_form: object, field: Field) -> None:
    """Refuse characters that nobody types on purpose and that a database may refuse."""
    text = field.data if isinstance(field.data, str) else ""
    if any(_is_control(character) for character in text):
        raise StopValidation(
            gettext("This has hidden characters in it. Please type it again instead of pasting it.")
        )


def _is_control(character: str) -> bool:
    if character in "\n\r\t":
        return False
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Co"} or character in _TEXT_DIRECTION_CONTROLS


class _CSRF(_FlaskFormCSRF):
    """Flask-WTF's token; a form that checked it may write (see `database.transaction`)."""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        try:
            super().validate_csrf_token(form, field)
        except ValidationError:
            raise ValidationError(str(TOKEN_TOO_OLD)) from None
        g.csrf_checked = True


class Form(FlaskForm):
    """Base of all forms."""

    class Meta(FlaskForm.Meta):
        """Clean and check every text field, whoever declares it."""

        csrf_class = _CSRF

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Read text only: neither JSON nor files can fill a field; None stays nothing."""
            if formdata is None:
                return None
            if request.is_json or request.files:
                return request.form
            return super().wrap_formdata(form, formdata)

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the filter and the check that all text fields share.

            Browsers keep and offer what is typed only where a form says whose it is: the others
            are about somebody else, or a group.
            """
            kind = unbound_field.field_class
            is_text = isinstance(kind, type) and issubclass(kind, StringField)
            if is_text and not issubclass(kind, PasswordField):
                filters: list[Callable[[Any], Any]] = [*unbound_field.kwargs.get("filters", ())]
                clean = clean_paragraphs if issubclass(kind, TextAreaField) else clean_line
                options = {**options, "filters": [clean, *filters]}
            field: Field = unbound_field.bind(form=form, **options)
            if isinstance(field, StringField):
                field.validators = (refuse_control_characters, *field.validators)
                if not isinstance(field.widget, HiddenInput):
                    field.render_kw = {"autocomplete": "off"} | (field.render_kw or {})
            return field

    def is_submitted(self) -> bool:
        """Whether it was sent to be acted upon, not only to be shown in another language."""
        return super().is_submitted() and TURN not in request.form

    def all_errors(self) -> list[tuple[str | None, str]]:
        """Return (field id, message) for the summary on top of the page, in the form's order.

        What is wrong with several fields names each of them: read alone, two equal links are one.
        """
        found: list[tuple[str | None, str]] = [(None, str(error)) for error in self.form_errors]
        said = Counter(words for field in self for words in set(map(str, _flat(field.errors))))
        for field in self:
            target = None if isinstance(field.widget, HiddenInput) else first_control(field)
            for error in _flat(field.errors):
                is_clear = said[str(error)] == 1 or target is None
                found.append((target, self.in_summary(field, str(error), is_clear=is_clear)))
        return found

    def in_summary(self, field: Field, error: str, *, is_clear: bool) -> str:
        """Return how the summary says what is wrong with a field.

        :param is_clear: whether no other field has the same fault.
        """
        return error if is_clear else _name(field, error)


class DayField(DateField):
    """A day, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; what is none keeps its words and says so."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("Enter a date, such as 2027-05-31.")) from None


def check_token() -> bool:
    """Check the token of a request that needs no other form; if it is right, it may write."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    g.csrf_checked = True
    return True


def is_one_click() -> bool:
    """Whether a mail program asks in its reader's name to end such e-mail (RFC 8058); it may write.

    It sends no token of a form: the address, which only the e-mail had, stands for it. So only
    views whose address is such a secret ask this.
    """
    asks = request.method == "POST" and request.form.get("List-Unsubscribe") == "One-Click"
    if asks:
        g.csrf_checked = True
    return asks


class ActionForm(Form):
    """A button: nothing to fill in, but a token to check."""


def first_control(field: Field) -> str:
    """Return the id of the element that a link to `field` should lead to."""
    is_group = isinstance(field, RadioField | SelectMultipleField)
    return f"{field.id}-0" if is_group else str(field.id)


def _name(field: Field, error: str) -> str:
    label = field.label.text.rstrip()
    return f"{label} {error}" if label.endswith((".", "?", ":")) else f"{label}: {error}"


def _flat(errors: Any) -> list[Any]:
    if isinstance(errors, dict):
        return [error for inner in errors.values() for error in _flat(inner)]
    found = []
    for error in errors:
        found.extend(_flat(error) if isinstance(error, (list, tuple, dict)) else [error])
    return found
