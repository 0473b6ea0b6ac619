"""The interface is translated: every message, with the placeholders and tags of its source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from soar_lms.paths import PACKAGE, bundled
from soar_lms.translations import (
    catalogue_files,
    check_catalogue,
    extract_messages,
    message_faults,
    read_catalogue,
    update_catalogue,
)
from tests.rules.templates import TemplateSource, read_templates

CATALOGUES = catalogue_files(bundled("translations"))


@pytest.fixture(scope="module")
def messages() -> Catalog:
    """Return every message of the code and the templates."""
    return extract_messages()


def test_english_and_spanish_are_there() -> None:
    assert {"en", "es"} <= set(CATALOGUES)


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_message_is_translated_and_fits_its_source(language: str, messages: Catalog) -> None:
    problems = check_catalogue(language, CATALOGUES[language], messages)

    assert not problems, "\n".join(str(problem) for problem in problems)


def find_other_english(catalogue: Catalog) -> list[str]:
    """Return where the English catalogue says something else than the source."""
    return [
        f"{message.id!r} is shown as {message.string!r}"
        for message in catalogue
        if message.id and message.string != message.id
    ]


def test_english_pages_say_what_the_source_says() -> None:
    faults = find_other_english(read_catalogue("en", CATALOGUES["en"]))

    assert not faults, "\n".join(faults)


def find_overlooked(template: TemplateSource, messages: Catalog) -> list[str]:
    """Return the messages of a template that the extraction does not find."""
    return [
        f"{template.name}: not extracted: {words!r}"
        for words in sorted(template.messages())
        if words not in messages
    ]


def test_every_message_of_every_template_is_extracted(messages: Catalog) -> None:
    """Babel passes over a template that it cannot parse, and `update` then drops its messages."""
    templates = read_templates().values()
    faults = [fault for template in templates for fault in find_overlooked(template, messages)]

    assert not faults, "\n".join(faults)


def test_messages_of_the_code_are_extracted(messages: Catalog) -> None:
    code = (PACKAGE / "errors.py").read_text(encoding="utf-8")
    found = re.findall(r'lazy_gettext\("(.+?)"\)', code)

    assert found
    assert [words for words in found if words not in messages] == []


# --- what the check must see --------------------------------------------------------------------

SOURCE = ("Sign in", "Hello, %(name)s", "Written for: <b>%(setting)s</b>", "Save")
PLURAL = ("%(num)d lesson", "%(num)d lessons")
GOOD = """
msgid "Sign in"
msgstr "Entrar"

msgid "Hello, %(name)s"
msgstr "Hola, %(name)s"

msgid "Written for: <b>%(setting)s</b>"
msgstr "Escrito para: <b>%(setting)s</b>"

msgid "Save"
msgstr "Guardar"

msgid "%(num)d lesson"
msgid_plural "%(num)d lessons"
msgstr[0] "una lección"
msgstr[1] "%(num)d lecciones"
"""
HEAD = (
    'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    '"Content-Type: text/plain; charset=utf-8\\n"\n'
)


def problems_of(folder: Path, body: str, head: str = HEAD) -> list[str]:
    path, messages = folder / "messages.po", Catalog()
    path.write_text(head + body, encoding="utf-8")
    for message in (*SOURCE, PLURAL):
        messages.add(message)
    return [str(problem) for problem in check_catalogue("es", path, messages)]


def test_a_good_catalogue_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(
            'msgid "Save"\nmsgstr "Guardar"', "", "is missing: 'Save'", id="message-missing"
        ),
        pytest.param('"Guardar"', '""', "is not translated: 'Save'", id="not-translated"),
        pytest.param(
            'msgid "Save"', '#, fuzzy\nmsgid "Save"', "is marked as fuzzy: 'Save'", id="fuzzy"
        ),
        pytest.param(
            'msgid "Save"',
            'msgid "Store"\nmsgstr "Guardar"\n\nmsgid "Save"',
            "is not in the source any more: 'Store'",
            id="left-over",
        ),
        pytest.param(
            "Hola, %(name)s",
            "Hola",
            "does not have the placeholders of the source: 'Hello, %(name)s'",
            id="placeholder-lost",
        ),
        pytest.param(
            "Hola, %(name)s",
            "Hola, %(nombre)s",
            "has a placeholder that the source has not: 'Hello, %(name)s'",
            id="placeholder-translated",
        ),
        pytest.param(
            '<b>%(setting)s</b>"\n\nmsgid "Save',
            '<i>%(setting)s</i>"\n\nmsgid "Save',
            "does not have the tags of the source: 'Written for: <b>%(setting)s</b>'",
            id="tag-changed",
        ),
        pytest.param(
            '"%(num)d lecciones"', '""', "is not translated: '%(num)d lesson'", id="plural-missing"
        ),
        pytest.param(
            "%(num)d lecciones",
            "%(n)d lecciones",
            "has a placeholder that the source has not: '%(num)d lesson'",
            id="placeholder-of-a-plural",
        ),
    ],
)
def test_a_fault_of_a_catalogue_is_reported(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in GOOD

    assert problems_of(tmp_path, GOOD.replace(old, new)) == [f"es: {problem}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(
            "nplurals=2; plural=(n != 1);",
            "nplurals=1; plural=0;",
            "its plural forms are not 'nplurals=2; plural=(n != 1);': 'nplurals=1; plural=0;'",
            id="plural-forms-of-another-language",
        ),
        pytest.param(
            "Language: es", "Language: pt", "its head names another language: 'pt'", id="copied"
        ),
    ],
)
def test_a_fault_in_the_head_of_a_catalogue_is_reported(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in HEAD

    assert f"es: {problem}" in problems_of(tmp_path, GOOD, HEAD.replace(old, new))


def test_a_language_with_more_plural_forms_needs_them_all(tmp_path: Path) -> None:
    path, messages = tmp_path / "ar" / "messages.po", Catalog()
    messages.add(PLURAL)
    update_catalogue("ar", path, messages)
    text = path.read_text(encoding="utf-8")
    assert "nplurals=6" in text
    for number in range(5):
        text = text.replace(f'msgstr[{number}] ""', f'msgstr[{number}] "%(num)d دروس"')
    path.write_text(text, encoding="utf-8")

    problems = check_catalogue("ar", path, messages)

    assert [str(problem) for problem in problems] == ["ar: is not translated: '%(num)d lesson'"]


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        pytest.param("80% right", "80% correcto", None, id="a-percent-sign"),
        pytest.param(
            "100%% of %(n)s",
            "100 de %(n)s",
            "does not have the placeholders of the source",
            id="an-escaped-percent-sign-lost",
        ),
        pytest.param(
            "<b>a</b>",
            "<b>a<b>",
            "does not have the tags of the source",
            id="a-tag-that-is-not-closed",
        ),
    ],
)
def test_placeholders_and_tags_are_compared_one_by_one(
    source: str, translation: str, fault: str | None
) -> None:
    assert list(message_faults(Message(source, translation))) == ([fault] if fault else [])


def test_a_message_that_is_not_extracted_is_reported() -> None:
    template = TemplateSource(
        "pages/a.html",
        "{% trans %}Found{% endtrans %}{% trans name=x %}Lost, {{ name }}{% endtrans %}"
        '{{ button(_("Lost too")) }}{% trans n=1 %}one{% pluralize %}{{ n }}{% endtrans %}',
    )
    messages = Catalog()
    messages.add("Found")

    assert find_overlooked(template, messages) == [
        f"pages/a.html: not extracted: {words!r}" for words in ("Lost too", "Lost, %(name)s", "one")
    ]


def test_english_that_differs_from_its_source_is_reported() -> None:
    catalogue = Catalog()
    catalogue.add("Save", "Save")
    catalogue.add("Skip to main content", "Skip to the main part")
    catalogue.add(PLURAL, PLURAL)
    catalogue.add(("%(num)d day", "%(num)d days"), ("%(num)d day", "%(num)d weeks"))

    assert find_other_english(catalogue) == [
        "'Skip to main content' is shown as 'Skip to the main part'",
        "('%(num)d day', '%(num)d days') is shown as ('%(num)d day', '%(num)d weeks')",
    ]
