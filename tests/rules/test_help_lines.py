"""Numbers of help lines come from the dated list; who may text finds the relay beside it."""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest

from soar_lms.paths import bundled
from tests.rules.templates import TemplateSource, read_templates

TEMPLATES = read_templates()


def list_numbers() -> set[str]:
    """Return every number of the list, as it is written there."""
    text = (bundled("modules") / "resources.yaml").read_text()
    return set(re.findall(r'value: "([^"]+)"', text))


def find_numbers(template: TemplateSource, numbers: Collection[str]) -> list[str]:
    """Return the numbers that a template prints by itself."""
    return [
        template.at(template.line_of(found.start()), found.group())
        for number in numbers
        for found in re.finditer(rf"(?<![\w-]){re.escape(number)}(?![\w-])", template.text)
    ]


def lacks_relay(template: TemplateSource) -> bool:
    """Return whether it offers a text, and not the relay for who calls by typing (TTY)."""
    macros = {macro for _, _, macro, _ in template.imported_macros()}
    return "text_link" in macros and "tty_link" not in macros


def test_no_template_has_a_number_of_its_own() -> None:
    numbers = list_numbers()

    assert {"1-888-373-7888", "988", "711"} <= numbers
    assert not [said for item in TEMPLATES.values() for said in find_numbers(item, numbers)]


def test_where_a_text_can_be_sent_the_relay_is_there_too() -> None:
    assert not [name for name, template in TEMPLATES.items() if lacks_relay(template)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("<p>Call 988.</p>", 1, id="written"),
        pytest.param("<p>{{ line.value }}</p>", 0, id="of-the-list"),
        pytest.param("<rect width='1988'/>", 0, id="another-number"),
    ],
)
def test_a_number_that_is_written_is_seen(text: str, count: int) -> None:
    assert len(find_numbers(TemplateSource("pages/x.html", text), {"988"})) == count


def test_a_text_without_the_relay_is_seen() -> None:
    text = '{% from "components/contact.html" import text_link %}'

    assert lacks_relay(TemplateSource("pages/x.html", text))
