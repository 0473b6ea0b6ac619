"""The list of a trainer's groups, and of those in the archive."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import utc_now
from soar_lms.cohorts import listing
from soar_lms.cohorts.group_wording import STATE_NAMES
from soar_lms.cohorts.views.blueprint import blueprint


@blueprint.get("/cohorts")
@access(Access.TRAINER)
def list_cohorts() -> ResponseReturnValue:
    return _list_page(archived=False)


@blueprint.get("/cohorts/archive")
@access(Access.TRAINER)
def list_archive() -> ResponseReturnValue:
    return _list_page(archived=True)


def _list_page(*, archived: bool) -> str:
    words = request.args.get("q", "").strip()[: listing.LONGEST_SEARCH]
    found = listing.list_cohorts(
        current_reader(),
        utc_now(),
        archived=archived,
        words=words,
        asked=request.args.get("page"),
    )
    return render_template(
        "cohorts/archive_list.html" if archived else "cohorts/cohorts_list.html",
        found=found,
        words=words,
        can_search=found.total > listing.GROUPS_ON_A_PAGE,
        states=STATE_NAMES,
    )
