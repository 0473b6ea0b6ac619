"""The demo's mailbox: where a demo sends no e-mail, people must still find their links."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access

blueprint = Blueprint("messages", __name__, url_prefix="/<language:language>")

SHOWN = 30


@blueprint.get("/demo-mail")
@access(Access.PUBLIC)
def list_demo_mail() -> ResponseReturnValue:
    """Show the newest files of the mail folder; only ever in a demo without a mail server."""
    config = current_app.config["SOAR"]
    if not config.is_demo or config.smtp_url:
        abort(404)
    files = sorted(config.mail_folder.glob("*.txt"), reverse=True)[:SHOWN]
    return render_template(
        "messages/demo_mail_list.html",
        messages=[(file.name, file.read_text(encoding="utf-8")) for file in files],
        folder=config.mail_folder,
    )
