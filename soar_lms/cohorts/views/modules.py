"""Which module of a group a page is about."""

from __future__ import annotations

from flask import request

from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services
from soar_lms.cohorts.models import Cohort
from soar_lms.content import catalogue
from soar_lms.errors import NotFoundError
from soar_lms.i18n import current_language


def modules_of(cohort: Cohort) -> list[Module]:
    """Return the modules of a cohort that there still are.

    :raises NotFoundError: when there is none.
    """
    module_ids = services.list_module_ids(cohort)
    found = [module for name, module in catalogue().modules.items() if name in module_ids]
    if not found:
        raise NotFoundError
    return found


def asked_module(modules: list[Module]) -> Module:
    """Return the module that the address asks for; the first one where it asks for none."""
    asked = request.args.get("module")
    return next((module for module in modules if module.id == asked), modules[0])


def module_options(modules: list[Module]) -> list[tuple[str, str]]:
    """Return the modules that can be chosen, as (value, words)."""
    tag = current_language().tag
    return [(module.id, module.title_in(tag)) for module in modules]
