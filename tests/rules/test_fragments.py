"""A piece of a page that is kept for others shows nobody anything of somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment, nodes

from soar_lms.fragments import FragmentExtension
from tests.conftest import empty_tables
from tests.rules.templates import TemplateSource, read_templates
from tests.rules.world import World, make_world

TEMPLATES = read_templates()

OF_ONE_PERSON = {
    "certificates",
    "current_user",
    "flash",
    "form",
    "g",
    "get_flashed_messages",
    "request",
    "session",
}
"""Names that stand for one person, one request or one form (a token leaves a gap instead)."""

PAGES = (
    "/en/",
    "/en/home",
    "/en/resources",
    "/en/sign-in",
    "/en/cohorts",
    "/en/learn/{module}",
    "/es/learn/{module}",
    "/en/learn/{module}/{setting}",
    "/en/learn/{module}/{setting}/{lesson}",
    "/en/learn/{module}/{setting}/{check_lesson}",
    "/en/learn/{module}/{other_setting}/{check_lesson}",
    "/es/learn/{module}/{setting}/{check_lesson}",
    "/en/learn/{module}/{setting}/{check_lesson}?version=brief",
    "/en/learn/{module}/{setting}/{check_lesson}?check={check}&choice=a",
)
READERS = (None, "learner", "graduate", "other learner", "trainer", "administrator")
_TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


# --- the checkers -------------------------------------------------------------------------------


def find_personal_pieces(name: str, templates: Mapping[str, TemplateSource]) -> list[str]:
    """Return what belongs to one person inside `{% fragment %}`, and in what it includes."""
    template = templates[name]
    return [
        template.at(piece.lineno, f"a fragment uses {used}: it is kept for everybody")
        for piece in template.tree.find_all(nodes.CallBlock)
        if piece.find(nodes.ExtensionAttribute)
        for used in sorted(_names_in(piece, templates) & OF_ONE_PERSON)
    ]


def _names_in(node: nodes.Node, templates: Mapping[str, TemplateSource]) -> set[str]:
    names = {item.name for item in node.find_all(nodes.Name) if item.ctx == "load"}
    for include in node.find_all(nodes.Include):
        if isinstance(include.template, nodes.Const):
            names |= _names_in(templates[include.template.value].tree, templates)
    return names


def find_mixed_up(
    render: Callable[[str | None], str], forget: Callable[[], object], people: Sequence[str | None]
) -> list[str]:
    """Return the people who see another page after others than they see alone."""
    alone = {}
    for person in people:
        forget()
        alone[person] = render(person)
    forget()
    after_others = [(person, render(person)) for person in (*people, *reversed(people))]
    return sorted({str(person) for person, page in after_others if page != alone[person]})


# --- the rules ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(session_app: Flask) -> Iterator[World]:
    """Return the world; no test below changes it."""
    yield make_world(session_app)
    with session_app.app_context():
        empty_tables()


def test_no_piece_uses_what_belongs_to_one_person() -> None:
    faults = [fault for name in TEMPLATES for fault in find_personal_pieces(name, TEMPLATES)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("page", PAGES)
def test_everybody_sees_the_same_page_whoever_came_before(world: World, page: str) -> None:
    address = page.format(**world.places)
    pieces = world.app.jinja_env.extensions[FragmentExtension.identifier]
    assert isinstance(pieces, FragmentExtension)

    def render(person: str | None) -> str:
        with world.client_of(person).get(address) as response:
            return _TOKEN.sub("", response.get_data(as_text=True))

    assert find_mixed_up(render, pieces.forget, READERS) == []


def test_every_reader_of_a_kept_page_gets_a_token_of_their_own(world: World) -> None:
    address = "/en/learn/{module}/{setting}/{check_lesson}".format(**world.places)

    tokens = []
    for person in ("learner", "finisher", "learner"):
        with world.client_of(person).get(address) as response:
            tokens.append(set(_TOKEN.findall(response.get_data(as_text=True))))

    assert [len(found) for found in tokens] == [1, 1, 1]
    assert len(set.union(*tokens)) == 3


# --- what the rules must see --------------------------------------------------------------------


def test_a_piece_that_does_not_name_what_it_depends_on_is_reported() -> None:
    texts = {
        "careless": '{% fragment "hello" %}Hello {{ name }}{% endfragment %}',
        "careful": '{% fragment "hello", name %}Hello {{ name }}{% endfragment %}',
    }
    environment = Environment(
        autoescape=True, extensions=[FragmentExtension], loader=DictLoader(texts)
    )
    pieces = environment.extensions[FragmentExtension.identifier]
    assert isinstance(pieces, FragmentExtension)

    mixed_up = {}
    with Flask("tiny").app_context():
        for name in texts:
            template = environment.get_template(name)
            mixed_up[name] = find_mixed_up(
                lambda person, template=template: template.render(name=person),  # type: ignore[misc]  # this one
                pieces.forget,
                ("ana", "ben"),
            )

    assert mixed_up == {"careless": ["ben"], "careful": []}


def test_what_belongs_to_one_person_inside_a_piece_is_reported() -> None:
    templates = {
        "pages/a.html": TemplateSource(
            "pages/a.html",
            '{{ form.name }}\n{% fragment "a", tag %}{{ form.name }}{% endfragment %}\n'
            '{% fragment "b" %}{% include "pages/b.html" %}{% endfragment %}',
        ),
        "pages/b.html": TemplateSource("pages/b.html", "{{ current_user.name }}"),
    }

    assert find_personal_pieces("pages/a.html", templates) == [
        "pages/a.html:2: a fragment uses form: it is kept for everybody",
        "pages/a.html:3: a fragment uses current_user: it is kept for everybody",
    ]
