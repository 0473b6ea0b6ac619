"""The page of all components: in one language, in either direction, by day and by night."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.clock import utc_now
from soar_lms.i18n import current_language
from soar_lms.styleguide.forms import make_form, make_terms_form
from soar_lms.styleguide.samples import make_samples

blueprint = Blueprint("styleguide", __name__, url_prefix="/<language:language>")

DIRECTIONS = ("ltr", "rtl")
SCHEMES = ("light", "dark")


@blueprint.get("/styleguide")
@access(Access.PUBLIC)
def show_styleguide() -> ResponseReturnValue:
    """Show every component; the address says how: `?direction=rtl&scheme=dark&state=errors`."""
    direction = request.args.get("direction")
    scheme = request.args.get("scheme")
    shown = {
        "direction": direction if direction in DIRECTIONS else current_language().direction,
        "scheme": scheme if scheme in SCHEMES else None,
        "state": "errors" if request.args.get("state") == "errors" else None,
    }
    return render_template(
        "styleguide/styleguide_show.html",
        shown=shown,
        form_sample=make_form("sample", is_sent=shown["state"] is not None),
        terms_sample=make_terms_form(),
        **make_samples(utc_now(), make_form),
    )
