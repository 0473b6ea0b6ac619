"""A task's page: how far it is, stopping it, its file."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import local_date, utc_now
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.i18n import gettext
from soar_lms.tasks import services
from soar_lms.tasks.kinds import kind_of, order_of
from soar_lms.tasks.models import Task
from soar_lms.tasks.wording import say_result, say_state, say_status, say_title

blueprint = Blueprint("tasks", __name__, url_prefix="/<language:language>/tasks")


@blueprint.get("")
@access(Access.LEARNER)
def list_tasks() -> ResponseReturnValue:
    """List whatever was asked for, wherever that was: who comes back finds it here."""
    reader = current_reader()
    return render_template(
        "tasks/tasks_list.html",
        tasks=services.list_all_tasks(reader.id, utc_now()),
        say_title=say_title,
        say_status=say_status,
        time_zone=reader.time_zone,
    )


@blueprint.get("/<int:task_id>")
@access(Access.LEARNER)
def show_task(task_id: int) -> ResponseReturnValue:
    task = _own(task_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            words=say_state(task),
            done=task.done,
            total=task.total,
            title=f"{say_status(task)}: {say_title(task)} – {current_app.config['SOAR'].site_name}",
            html=render_template("tasks/task_over.html", **_words(task)) if task.is_over else None,
        )
    return _page(task)


def _own(task_id: int) -> Task:
    return services.get_task(current_reader().id, task_id, utc_now())


def _page(task: Task) -> str:
    return render_template(
        "tasks/task_show.html",
        is_still="still" in request.args,
        **_words(task),
    )


def _words(task: Task) -> dict[str, object]:
    zone = current_reader().time_zone
    return {
        "task": task,
        "name": say_title(task),
        "status": say_status(task),
        "words": say_state(task),
        "results": say_result(task),
        "way_back": _way_back(task),
        "kept_until": local_date(task.expires_at, zone) if task.expires_at else None,
    }


def _way_back(task: Task) -> str:
    endpoint, values = kind_of(task).came_from(order_of(task))
    return url_for(endpoint, **values)


@blueprint.post("/<int:task_id>/stop")
@access(Access.LEARNER)
def stop_task(task_id: int) -> ResponseReturnValue:
    task = _own(task_id)
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return _page(task), 422
    with transaction():
        was_stopped = services.cancel_task(task, utc_now())
    if not was_stopped:
        return redirect(url_for("tasks.show_task", task_id=task.id))
    flash(gettext("It was stopped. There is no file."), "success")
    return redirect(_way_back(task))


@blueprint.get("/<int:task_id>/file")
@access(Access.LEARNER)
def download_file(task_id: int) -> ResponseReturnValue:
    """Send the file; a download that broke off goes on where it was."""
    task = _own(task_id)
    response: Response = send_file(
        services.get_file(task), as_attachment=True, download_name=task.file_name, conditional=True
    )
    response.headers["Cache-Control"] = "no-store"
    return response
