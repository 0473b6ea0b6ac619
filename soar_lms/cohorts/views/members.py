"""One member of a group: what is done, what is left, and one more try where it is needed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.audit.services import Action, Actor, note_view
from soar_lms.catalogue.model import Module
from soar_lms.clock import utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.forms import GrantAttemptForm
from soar_lms.cohorts.members import find_coming, get_member, list_records
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.timeline import tell
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.content import catalogue, get_module
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.i18n import gettext
from soar_lms.learning.granting import find_held_back, grant_attempt
from soar_lms.learning.standing import get_enrolment
from soar_lms.learning.wording import STATUSES, say_left

_MEMBER = "/cohorts/<int:cohort_id>/members/<int:person_id>"
_GRANT = f"{_MEMBER}/<string:module_id>/grant"


@blueprint.get(_MEMBER)
@access(Access.TRAINER)
def show_member(cohort_id: int, person_id: int) -> ResponseReturnValue:
    reader, now = current_reader(), utc_now()
    cohort = services.get_cohort(reader, cohort_id)
    person = get_member(cohort, person_id)
    note_view(
        Action.RECORD_VIEWED, viewer_id=reader.id, now=now, person_id=person.id, cohort=cohort.id
    )
    return render_template(
        "cohorts/member_show.html",
        cohort=cohort,
        person=person,
        records=list_records(cohort, person, catalogue(), now),
        coming=find_coming(cohort, person),
        tell=tell,
        statuses=STATUSES,
        say_left=say_left,
    )


@blueprint.route(_GRANT, methods=["GET", "POST"])
@access(Access.TRAINER)
def grant_more(cohort_id: int, person_id: int, module_id: str) -> ResponseReturnValue:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    person, module = get_member(cohort, person_id), _module_of(cohort, module_id)
    enrolment, form = get_enrolment(person.id, module.id), GrantAttemptForm()
    if form.validate_on_submit():
        with transaction():
            grant_attempt(
                person,
                enrolment,
                module,
                number=form.number.data,
                reason=form.reason.data,
                actor=Actor(person_id=reader.id),
                now=utc_now(),
            )
        told = gettext("%(name)s has one more try and is told by e-mail.", name=person.name)
        flash(told, "success")
        return redirect(url_for("cohorts.show_member", cohort_id=cohort.id, person_id=person.id))
    held_back = find_held_back(enrolment, module, utc_now())
    if form.is_submitted() and held_back is None:
        return redirect(request.path)  # there is no form any more: the page says why
    page = render_template(
        "cohorts/grant_create.html",
        cohort=cohort,
        person=person,
        module=module,
        held_back=held_back,
        form=form,
    )
    return page, 422 if form.is_submitted() else 200


def _module_of(cohort: Cohort, module_id: str) -> Module:
    """Return a module that a cohort takes.

    :raises NotFoundError: when it does not.
    """
    if module_id not in services.list_module_ids(cohort):
        raise NotFoundError
    return get_module(module_id)
