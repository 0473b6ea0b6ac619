"""What I have started, what is next, my certificates."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.certificates import services as certificates
from soar_lms.content import catalogue
from soar_lms.learning.standing import list_standings
from soar_lms.learning.views.blueprint import (
    address_of_step,
    blueprint,
    minutes_left,
)


@blueprint.get("/home")
@access(Access.LEARNER)
def show_home() -> ResponseReturnValue:
    modules = catalogue().modules
    standings = list_standings(catalogue(), [current_reader().id], list(modules))
    started = [
        {
            "module": modules[module_id],
            "standing": standing,
            "address": address_of_step(
                modules[module_id], standing.enrolment, standing.path.next_step
            ),
            "minutes_left": minutes_left(modules[module_id], standing.path),
        }
        for (_, module_id), standing in standings.items()
    ]
    return render_template(
        "learning/home_show.html",
        started=started,
        others=[
            module
            for module in modules.values()
            if (current_reader().id, module.id) not in standings
        ],
        certificates=certificates.list_certificates(current_reader().id),
    )
