"""The layout leaves the values of pages alone: what it sets hides what a view hands over."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest
from jinja2 import nodes

from tests.rules.source import Source, dotted, read_sources
from tests.rules.templates import read_templates

SET_BY_LAYOUT = {
    node.target.name
    for node in read_templates()["layout.html"].tree.body
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name)
}


def find_hidden(source: Source, names: Collection[str]) -> Iterator[str]:
    """Yield where a view hands to a page what the layout hides."""
    for call in source.calls():
        if dotted(call.func) == "render_template":
            for item in call.keywords:
                if item.arg in names:
                    yield source.at(item.value, f"the layout has a value {item.arg} of its own")


def test_the_layout_sets_something() -> None:
    assert SET_BY_LAYOUT


def test_no_view_hands_over_what_the_layout_hides() -> None:
    faults = [fault for source in read_sources() for fault in find_hidden(source, SET_BY_LAYOUT)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("render_template('x.html', current=1, other=2)", 1, id="hidden"),
        pytest.param("render_template('x.html', other=2)", 0, id="another-name"),
        pytest.param("make(current=1)", 0, id="no-page"),
    ],
)
def test_a_hidden_value_is_seen(text: str, count: int) -> None:
    assert len([*find_hidden(Source("learning/views/home.py", text), {"current"})]) == count
