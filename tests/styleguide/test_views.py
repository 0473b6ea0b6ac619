"""The style guide: every component is on it, in every way, and never in production."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2 import nodes

from soar_lms.app import create_app
from soar_lms.config import Config, Mode
from tests.conftest import SECRET
from tests.rules.styles import colours_of, read_style_sheets
from tests.rules.templates import Templates, made_up, read_templates
from tests.support.page import check_page, get_page

ADDRESS = "/en/styleguide"
WORDS_ONLY = {
    ("components/certificate.html", "certificate_state"),
    ("components/device.html", "device_name"),
}
"""Macros that say something and look like nothing: no tag, no class."""

Macro = tuple[str, str]


def find_unshown(templates: Templates) -> list[str]:
    """Return the components that the style guide does not have, alone, in another or around it."""
    shown: set[Macro] = set()
    waiting = [
        (template, macro)
        for name, source in templates.items()
        if name.startswith("styleguide/") or name == "layout.html"
        for _, template, macro, _ in source.imported_macros()
    ]
    while waiting:
        macro = waiting.pop()
        if macro not in shown:
            shown.add(macro)
            waiting += _called_by(macro, templates)
    return [
        f"{name}: the style guide does not show {item.name}"
        for name, source in templates.items()
        if source.is_component
        for item in source.tree.find_all(nodes.Macro)
        if (name, item.name) not in shown | WORDS_ONLY
    ]


def _called_by(macro: Macro, templates: Templates) -> Iterator[Macro]:
    source = templates[macro[0]]
    imported = {here: (there, name) for _, there, name, here in source.imported_macros()}
    own = {item.name: item for item in source.tree.find_all(nodes.Macro)}
    for name in {item.name for item in own[macro[1]].find_all(nodes.Name)}:
        if name in imported:
            yield imported[name]
        elif name in own:
            yield macro[0], name


def test_every_component_is_shown() -> None:
    faults = find_unshown(read_templates())

    assert not faults, "\n".join(faults)


def test_every_colour_is_shown(client: FlaskClient) -> None:
    page = get_page(client, ADDRESS)

    shown = [item.get_text(strip=True) for item in page.select(".swatches .code")]

    assert shown == [f"--{name}" for name in colours_of(read_style_sheets()["site.css"])]


@pytest.mark.parametrize(
    ("query", "direction", "scheme", "faults"),
    [
        pytest.param("", "ltr", None, 0, id="as-it-is"),
        pytest.param("?direction=rtl", "rtl", None, 0, id="from-right-to-left"),
        pytest.param("?scheme=dark", "ltr", "dark", 0, id="by-night"),
        pytest.param("?state=errors", "ltr", None, 1, id="with-faults"),
        pytest.param("?direction=up&scheme=pink&state=x", "ltr", None, 0, id="something-else"),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_shown_as_the_address_says(
    client: FlaskClient, language: str, query: str, direction: str, scheme: str | None, faults: int
) -> None:
    page = check_page(client.get(f"/{language}/styleguide{query}"))

    root = page.select_one("html")
    assert root is not None
    assert (root["dir"], root.get("data-scheme")) == (direction, scheme)
    assert len(page.select(".error-summary")) == faults


def test_it_is_not_there_in_production(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'soar.db'}"
    app = create_app(
        Config(
            secret_key=SECRET,
            mode=Mode.PRODUCTION,
            instance=tmp_path,
            database_url=database,
            log_level="error",
        )
    )

    assert "styleguide.show_styleguide" not in app.view_functions
    assert not [rule for rule in app.url_map.iter_rules() if "styleguide" in rule.rule]


def test_a_component_that_is_not_shown_is_reported() -> None:
    templates = made_up(
        styleguide__all='{% from "components/a.html" import one %}{{ one() }}',
        components__a="{% macro one() %}{{ two() }}{% endmacro %}{% macro two() %}{% endmacro %}"
        "{% macro three() %}{% endmacro %}",
    )

    assert find_unshown(templates) == ["components/a.html: the style guide does not show three"]
