"""The ways into a group: as its trainers set them, and as learners take them."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.catalogue.model import Module
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import joining, services
from soar_lms.cohorts.codes import format_join_code
from soar_lms.cohorts.group_forms import EditLinkForm
from soar_lms.cohorts.joining import (
    LONGEST,
    JoinLinkEndedError,
    LimitTooLowError,
    Standing,
    Way,
)
from soar_lms.cohorts.models import Cohort, JoinLink
from soar_lms.cohorts.poster import Paper, make_poster, make_qr
from soar_lms.cohorts.questions import Question, ask_for_new_link, ask_for_no_link
from soar_lms.cohorts.views.asking import ask
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.files import file_name
from soar_lms.cohorts.waiting import count_waiting
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import ActionForm
from soar_lms.i18n import gettext
from soar_lms.messages.services import public_url

_COHORT = "/cohorts/<int:cohort_id>"
_LONGEST_CODE = 100


# --- trainers ---------------------------------------------------------------------------------


@blueprint.route(f"{_COHORT}/joining", methods=["GET", "POST"])
@access(Access.TRAINER)
def edit_link(cohort_id: int) -> ResponseReturnValue:
    reader, now = current_reader(), utc_now()
    cohort = services.get_cohort(reader, cohort_id)
    link = joining.find_link(cohort)
    form = _link_form(cohort, link)
    if not form.validate_on_submit():
        return _joining_page(cohort, link, form), 422 if form.is_submitted() else 200
    try:
        with transaction():
            joining.change_link(
                cohort,
                form.link.data,
                last_on=form.last_on.data,
                most_uses=form.most_uses.data,
                needs_approval=form.needs_approval.data,
                actor=reader,
                now=now,
            )
    except LimitTooLowError as error:
        form.refuse_limit(error.uses)
        return _joining_page(cohort, link, form), 422
    except JoinLinkEndedError:
        form.form_errors = [gettext("Somebody else changed this group meanwhile.")]
        return _joining_page(cohort, joining.find_link(cohort), form), 409
    flash(gettext("The link is saved."), "success")
    return _back(cohort)


def _link_form(cohort: Cohort, link: JoinLink | None) -> EditLinkForm:
    today = local_date(utc_now(), cohort.time_zone)
    values = {
        "link": link.id if link else None,
        "last_on": joining.last_day(link, cohort) if link else None,
        "most_uses": link.most_uses if link else None,
        "needs_approval": link is not None and link.needs_approval,
    }
    return EditLinkForm.between(today, today + LONGEST, values)


def _joining_page(cohort: Cohort, link: JoinLink | None, form: EditLinkForm) -> str:
    return render_template(
        "cohorts/link_edit.html",
        cohort=cohort,
        form=form,
        link=link,
        is_live=link is not None and link.is_live(utc_now()),
        last_on=joining.last_day(link, cohort) if link else None,
        join_address=public_url("cohorts.show_join", token=link.token) if link else None,
        code=format_join_code(link.code) if link and link.code else None,
        code_address=public_url("cohorts.ask_for_code"),
        waiting=count_waiting(cohort),
    )


def _back(cohort: Cohort) -> ResponseReturnValue:
    return redirect(url_for("cohorts.edit_link", cohort_id=cohort.id))


def _ask(cohort: Cohort, question: Question, form: ActionForm) -> ResponseReturnValue:
    return ask(cohort, question, form, room="cohorts.edit_link", label=gettext("Ways to join"))


@blueprint.route(f"{_COHORT}/link", methods=["GET", "POST"])
@access(Access.TRAINER)
def replace_link(cohort_id: int) -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        return _ask(cohort, ask_for_new_link(joining.find_link(cohort)), form)
    with transaction():
        joining.rotate(cohort, actor=reader, now=utc_now())
    flash(gettext("There is a new link. The old one no longer works."), "success")
    return _back(cohort)


@blueprint.route(f"{_COHORT}/link/end", methods=["GET", "POST"])
@access(Access.TRAINER)
def end_link(cohort_id: int) -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        return _ask(cohort, ask_for_no_link(joining.find_link(cohort)), form)
    with transaction():
        joining.switch_off(cohort, actor=reader, now=utc_now())
    flash(gettext("The link is switched off. Nobody can join by it any more."), "success")
    return _back(cohort)


@blueprint.get(f"{_COHORT}/join.svg")
@access(Access.TRAINER)
def show_qr(cohort_id: int) -> ResponseReturnValue:
    """Show the QR code of the link, to be put on a slide or a page."""
    _, link = _open_link(cohort_id)
    return Response(make_qr(_short_address(link)), content_type="image/svg+xml")


@blueprint.get(f"{_COHORT}/poster.pdf")
@access(Access.TRAINER)
def show_poster(cohort_id: int) -> ResponseReturnValue:
    """Make a page to hang up: the QR code, the code to type, and what it is about."""
    cohort, link = _open_link(cohort_id)
    paper = Paper.A4 if request.args.get("paper") == Paper.A4 else Paper.LETTER
    body = make_poster(
        cohort,
        link,
        modules=_modules_of(cohort),
        due_days=services.list_due_days(cohort),
        address=_short_address(link),
        paper=paper,
    )
    response = Response(body, content_type="application/pdf")
    name = file_name(cohort.name, cohort.id, "pdf", ["poster", paper])
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _open_link(cohort_id: int) -> tuple[Cohort, JoinLink]:
    """Return a group and the link that lets people in now.

    :raises NotFoundError: when there is none.
    """
    cohort = services.get_cohort(current_reader(), cohort_id)
    link = services.find_open_link(cohort, utc_now())
    if link is None:
        raise NotFoundError
    return cohort, link


def _short_address(link: JoinLink) -> str:
    secret = format_join_code(link.code) if link.code else link.token
    return public_url("cohorts.show_join", token=secret)


# --- learners ---------------------------------------------------------------------------------


@blueprint.get("/join")
@access(Access.PUBLIC)
def ask_for_code() -> ResponseReturnValue:
    """Ask for the code of a poster; every code that leads nowhere gets the same answer."""
    typed = request.args.get("code", "").strip()[:_LONGEST_CODE]
    code = joining.find_code(typed) if typed else None
    if code is not None:
        return redirect(url_for("cohorts.show_join", token=format_join_code(code)))
    page = render_template("cohorts/code_edit.html", typed=typed)
    return page, 422 if typed else 200


@blueprint.get("/join/<string:token>")
@access(Access.PUBLIC)
def show_join(token: str) -> ResponseReturnValue:
    reader = current_reader() if current_user.is_authenticated else None
    way = joining.open_way(token, reader, utc_now())
    return _join_page(way, ActionForm() if reader else None)


def _join_page(way: Way, form: ActionForm | None) -> str:
    return render_template(
        "cohorts/join_edit.html",
        cohort=way.cohort,
        link=way.link,
        standing=way.standing,
        modules=_modules_of(way.cohort),
        form=form,
        here=request.path,
    )


def _modules_of(cohort: Cohort) -> list[Module]:
    taken = services.list_module_ids(cohort)
    return [module for name, module in catalogue().modules.items() if name in taken]


@blueprint.post("/join/<string:token>")
@access(Access.LEARNER)
def join_cohort(token: str) -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    way = joining.open_way(token, reader, utc_now())
    if not form.validate_on_submit():
        return _join_page(way, form), 422
    with transaction():
        standing = joining.join_by_link(token, reader, utc_now())
    if standing is Standing.MEMBER:  # who waits is told so at home, for as long as it is true
        flash(gettext("You have joined the group %(name)s.", name=way.cohort.name), "success")
    return redirect(url_for("learning.show_home"))
