"""Every template and macro is used by somebody, and everything that is named exists."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterable
from types import ModuleType

from flask import Flask
from jinja2 import nodes

from tests.rules.source import Source, dotted, read_sources
from tests.rules.templates import Templates, made_up, read_templates

TEMPLATES = read_templates()


# --- the checkers -------------------------------------------------------------------------------


def find_lost_and_idle(templates: Templates, rendered: Iterable[str]) -> list[str]:
    """Return templates that are named and not there, and those that nothing names."""
    named = set(rendered)
    for template in templates.values():
        named |= template.referred()
    return sorted(
        [f"{name} is named, and is not there" for name in named - set(templates)]
        + [f"{name} is there, and nothing names it" for name in set(templates) - named]
    )


def find_idle_macros(templates: Templates) -> list[str]:
    """Return the macros that nothing imports or calls, and imports of macros that are not there."""
    imported = {
        (template, macro)
        for source in templates.values()
        for _, template, macro, _ in source.imported_macros()
    }
    defined = {
        (source.name, item.name): item.name in source.names_used()
        for source in templates.values()
        for item in source.tree.find_all(nodes.Macro)
    }
    return sorted(
        [
            f"{name}: nothing uses the macro {macro}"
            for (name, macro), used in defined.items()
            if not used and (name, macro) not in imported
        ]
        + [f"{name}: there is no macro {macro}" for name, macro in imported - set(defined)]
    )


# --- which templates the code names -------------------------------------------------------------


def rendered_by(source: Source) -> set[str]:
    """Return the templates that a file names, and the e-mails that it posts."""
    named = {
        item.value
        for item in ast.walk(source.tree)
        if isinstance(item, ast.Constant)
        and isinstance(item.value, str)
        and re.fullmatch(r"[\w/-]+/[\w-]+\.(html|css|txt)", item.value)
    }
    posted = {
        f"mail/{kind.value}.txt"
        for call in source.calls()
        if dotted(call.func) in {"post_message", "post_letters", "compose"}
        for kind in call.args[:1]
        if isinstance(kind, ast.Constant) and isinstance(kind.value, str)
    }
    return named | posted


MAILERS = ("changeable", "confirmable", "recoverable", "registerable")
"""The parts of Flask-Security that are turned on and send e-mail."""

NO_USERNAMES = {
    # People sign in with their address: Flask-Security's mails about usernames are never sent.
    "REGISTER_EMAIL_EXISTING_USERNAME_TEMPLATE",
    "USERNAME_RECOVERY_EMAIL_TEMPLATE",
}
_SETTING = re.compile(r'cv\("(\w*TEMPLATE\w*)"\)')


def rendered_by_flask_security(app: Flask) -> set[str]:
    """Return the pages of its views that we use, and the e-mails that they send."""
    pages = {
        name
        for endpoint, view in app.view_functions.items()
        if endpoint.startswith("security.")
        for name in _SETTING.findall(inspect.getsource(inspect.unwrap(view)))
    }
    mails = {
        name
        for part in MAILERS
        for name in _SETTING.findall(inspect.getsource(_part_of_flask_security(part)))
        if name not in NO_USERNAMES
    }
    return {app.config[f"SECURITY_{name}"] for name in pages} | {
        f"mail/{kind.rsplit('/', 1)[-1].replace('_', '-')}.txt"
        for kind in (app.config[f"SECURITY_{name}"] for name in mails)
    }


def _part_of_flask_security(name: str) -> ModuleType:
    return importlib.import_module(f"flask_security.{name}")


# --- the rules ----------------------------------------------------------------------------------


def test_every_template_is_used_and_every_used_one_exists(session_app: Flask) -> None:
    rendered = {name for source in read_sources() for name in rendered_by(source)}

    faults = find_lost_and_idle(TEMPLATES, rendered | rendered_by_flask_security(session_app))

    assert not faults, "\n".join(faults)


def test_every_macro_is_used_and_every_used_one_exists() -> None:
    faults = find_idle_macros(TEMPLATES)

    assert not faults, "\n".join(faults)


# --- what the rules must see --------------------------------------------------------------------


def test_lost_and_idle_templates_and_macros_are_reported() -> None:
    templates = made_up(
        pages__a='{% extends "pages/b.html" %}{% from "components/c.html" import m, n %}',
        pages__idle="",
        components__c="{% macro m() %}{{ o() }}{% endmacro %}{% macro o() %}{% endmacro %}"
        "{% macro p() %}{% endmacro %}",
    )

    assert find_lost_and_idle(templates, ["pages/a.html", "pages/d.html"]) == [
        "pages/b.html is named, and is not there",
        "pages/d.html is named, and is not there",
        "pages/idle.html is there, and nothing names it",
    ]
    assert find_idle_macros(templates) == [
        "components/c.html: nothing uses the macro p",
        "components/c.html: there is no macro n",
    ]


def test_the_templates_that_code_names_are_found() -> None:
    source = Source(
        "pages.py",
        "render_template('pages/a.html', x=1)\npost_message('ready', recipient='x')\n"
        "_page('pages/b.html')\npost_message(kind)\npost_letters('many', [], now)",
    )

    assert rendered_by(source) == {
        "pages/a.html",
        "pages/b.html",
        "mail/many.txt",
        "mail/ready.txt",
    }
