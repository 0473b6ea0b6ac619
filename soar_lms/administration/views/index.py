"""The way into the administrators' pages."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.administration.views.blueprint import blueprint


@blueprint.get("")
@access(Access.ADMINISTRATOR)
def show_index() -> ResponseReturnValue:
    return render_template("administration/index_show.html")
