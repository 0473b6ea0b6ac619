"""Renewing: a new cycle of a module, by the refresher or by the whole module."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_person
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import current_language
from soar_lms.learning import services
from soar_lms.learning.path import PathKind
from soar_lms.learning.standing import get_standing
from soar_lms.learning.views.blueprint import (
    blueprint,
    enrolment_in,
    go_on,
    offered_module,
    utc_now,
)
from soar_lms.learning.views.catalogue import module_page


@blueprint.post("/learn/<string:module_id>/renew")
@access(Access.LEARNER)
def renew_module(module_id: str) -> ResponseReturnValue:
    """Begin a new cycle: the whole module, unless the refresher was chosen in so many words."""
    module, form = offered_module(module_id), ActionForm()
    enrolment_in(module)
    if not form.validate_on_submit():
        return module_page(module, form), 422
    wants_refresher = request.form.get("path") == PathKind.REFRESHER
    with transaction():
        enrolment = services.renew(
            current_person(),
            module,
            kind=PathKind.REFRESHER if wants_refresher else PathKind.FULL,
            language=current_language().tag,
            now=utc_now(),
        )
    return go_on(module, enrolment, get_standing(enrolment, module).path)
