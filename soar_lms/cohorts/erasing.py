"""Taking somebody out of every group."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, or_

from soar_lms.cohorts.models import (
    CohortMember,
    CohortTrainer,
    JoinRequest,
    RosterDraft,
    RosterLine,
)
from soar_lms.cohorts.trainers import choose_leads, list_led
from soar_lms.database import Among, Numbers, db


def delete_places(person_ids: Collection[int], addresses: Collection[str]) -> None:
    """Delete places, trainers' rights and invitations of people; groups stay.

    A group that one of them led is led by another of its trainers.

    :param addresses: theirs; somebody may have been invited and never have answered.
    """
    people = bindparam("people", list(person_ids), Numbers)
    led = list_led(person_ids)
    for where in (
        (CohortMember, Among(CohortMember.person_id, people)),
        (CohortTrainer, Among(CohortTrainer.person_id, people)),
        (JoinRequest, Among(JoinRequest.person_id, people)),
        (RosterDraft, Among(RosterDraft.owner_id, people)),
        (RosterLine, or_(Among(RosterLine.person_id, people), RosterLine.email.in_(addresses))),
    ):
        model, is_theirs = where
        db.session.execute(
            delete(model).where(is_theirs).execution_options(synchronize_session=False)
        )
    choose_leads(led)
