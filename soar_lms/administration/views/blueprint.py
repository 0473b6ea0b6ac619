"""The one blueprint of the administrators' pages, and the page that leads to the others."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access

blueprint = Blueprint("administration", __name__, url_prefix="/<language:language>/administration")


@blueprint.get("/")
@access(Access.ADMINISTRATOR)
def show_index() -> ResponseReturnValue:
    return render_template("administration/index_show.html")
