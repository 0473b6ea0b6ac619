"""What I have started, what is next, my certificates."""

from __future__ import annotations

from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.certificates import services as certificates
from soar_lms.certificates.models import Certificate
from soar_lms.content import catalogue
from soar_lms.learning.notices import list_notices
from soar_lms.learning.renewal import Renewal
from soar_lms.learning.standing import find_renewal, list_standings
from soar_lms.learning.views.blueprint import (
    address_to_go_on,
    blueprint,
    time_left,
    utc_now,
)


@blueprint.get("/home")
@access(Access.LEARNER)
def show_home() -> ResponseReturnValue:
    modules, now = catalogue().modules, utc_now()
    standings = list_standings(catalogue(), [current_reader().id], list(modules))
    held = certificates.list_certificates(current_reader().id)
    renewals = _renewals(held, now)
    started = [
        {
            "module": modules[module_id],
            "standing": standing,
            "address": address_to_go_on(
                modules[module_id], standing.enrolment, standing.path.next_step
            ),
            "minutes_left": time_left(modules[module_id], standing),
            "renewal": renewals.get(module_id),
        }
        for (_, module_id), standing in standings.items()
    ]
    return render_template(
        "learning/home_show.html",
        notices=list_notices(current_reader().id),
        started=started,
        others=[
            module
            for module in modules.values()
            if (current_reader().id, module.id) not in standings
        ],
        certificates=[(item, item.status_at(now)) for item in held],
    )


def _renewals(held: list[Certificate], now: datetime) -> dict[str, Renewal]:
    """Return when each module can be renewed, by its newest certificate that counts."""
    newest: dict[str, Certificate] = {}
    for certificate in held:
        if certificate.revoked_at is None:
            newest.setdefault(certificate.module_id, certificate)
    found = {
        name: find_renewal(catalogue().modules[name], item, now)
        for name, item in newest.items()
        if name in catalogue().modules
    }
    return {name: renewal for name, renewal in found.items() if renewal is not None}
