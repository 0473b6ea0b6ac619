"""The catalogue, at hand in a request; and the words the site adds to lessons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import cast

from flask import Flask, current_app
from markupsafe import Markup, escape

from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.catalogue.names import fill_names
from soar_lms.catalogue.render import Labels
from soar_lms.errors import NotFoundError
from soar_lms.i18n import current_language, get_language, languages
from soar_lms.i18n import marked as _

_EXTENSION = "soar_catalogue"

_LABELS = {
    "key_point": _("Key point"),
    "caution": _("Take care"),
    "words": _("Words you can use"),
    "scenario": _("Scenario"),
    "your_choice": _("Choose what you would do"),
    "helps": _("This helps"),
    "mixed": _("There is a better way"),
    "harms": _("This can do harm"),
    "go_on": _("Go on"),
    "try_again": _("Go back and choose again"),
    "the_end": _("This is where this path ends."),
    "start_again": _("Start the scenario again"),
    "source": _("Source"),
    "table": _("Table"),
    "transcript": _("Read the transcript"),
    "captions": _("Captions"),
}


def labels_in(app: Flask) -> Callable[[str], Labels]:
    """Return a function that gives the site's words in a language."""

    def labels(tag: str) -> Labels:
        with app.app_context():
            language = get_language(tag)
        names = (item.name for item in fields(Labels))
        return Labels(**{name: language.gettext(_LABELS[name]) for name in names})

    return labels


def configure_content(app: Flask, catalogue: Catalogue) -> None:
    """Make the catalogue known to the application and its templates."""
    with app.app_context():
        catalogue = fill_names(catalogue, languages(), get_language("").tag)
    app.extensions[_EXTENSION] = catalogue
    app.jinja_env.globals["help_lines"] = catalogue.help_lines()
    app.jinja_env.globals["settings"] = catalogue.settings
    app.jinja_env.globals["resources"] = catalogue.resources
    app.jinja_env.filters["title_here"] = title_here


def catalogue() -> Catalogue:
    """Return the catalogue of the running application."""
    return cast(Catalogue, current_app.extensions[_EXTENSION])


def get_module(module_id: str) -> Module:
    """Return a module.

    :raises NotFoundError: when there is none.
    """
    module = catalogue().find_module(module_id)
    if module is None:
        raise NotFoundError
    return module


def title_here(module: Module) -> Markup:
    """Return a module's title for a page: marked with its language, where that is another one."""
    tag = current_language().tag
    title = escape(module.title_in(tag))
    if tag in module.languages:
        return title
    return Markup('<bdi lang="{}">{}</bdi>').format(module.spec.source_language, title)
