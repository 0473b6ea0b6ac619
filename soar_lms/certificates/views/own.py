"""All of one's own certificates as one file."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.certificates import own
from soar_lms.certificates.views.blueprint import blueprint
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import current_language
from soar_lms.tasks.wording import say_status, say_title


@blueprint.route("/<language:language>/my-certificates/file", methods=["GET", "POST"])
@access(Access.LEARNER)
def export_own() -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    if form.validate_on_submit():
        with transaction():
            task = own.ask_for_own(reader, language=current_language().tag, now=utc_now())
        return redirect(url_for("tasks.show_task", task_id=task.id))
    page = render_template(
        "certificates/own_export.html",
        form=form,
        count=own.count_own(reader),
        files=own.list_own_files(reader, utc_now()),
        say_title=say_title,
        say_status=say_status,
        time_zone=reader.time_zone,
    )
    return page, 422 if form.is_submitted() else 200
