"""Who may read programme reports beside administrators."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.accounts.rights import give_programme, list_programme_readers, withdraw_programme
from soar_lms.accounts.services import get_person
from soar_lms.administration.forms import GiveProgrammeForm
from soar_lms.administration.views.blueprint import blueprint
from soar_lms.audit.services import Actor
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import gettext

_READERS = "/programme-readers"


@blueprint.get(_READERS)
@access(Access.ADMINISTRATOR)
def list_programme_leads() -> ResponseReturnValue:
    return _page(GiveProgrammeForm())


@blueprint.post(_READERS)
@access(Access.ADMINISTRATOR)
def give_programme_reports() -> ResponseReturnValue:
    form = GiveProgrammeForm()
    if not form.validate_on_submit():
        return _page(form), 422
    person = get_person(form.email.data or "")
    with transaction():
        give_programme(person, actor=Actor(current_reader().id), now=utc_now())
    flash(gettext("%(name)s can read program reports now.", name=person.name), "success")
    return redirect(url_for("administration.list_programme_leads"))


@blueprint.post(f"{_READERS}/<int:person_id>/withdraw")
@access(Access.ADMINISTRATOR)
def withdraw_programme_reports(person_id: int) -> ResponseReturnValue:
    person, form = get_person(str(person_id)), ActionForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction():
        withdraw_programme(person, actor=Actor(current_reader().id), now=utc_now())
    flash(gettext("%(name)s no longer reads program reports.", name=person.name), "success")
    return redirect(url_for("administration.list_programme_leads"))


def _page(form: GiveProgrammeForm | ActionForm) -> str:
    give = form if isinstance(form, GiveProgrammeForm) else GiveProgrammeForm(formdata=None)
    return render_template(
        "administration/programme_readers_list.html",
        form=form,
        give=give,
        people=list_programme_readers(),
    )
