"""One small world: everybody that the access matrix asks about, and what is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from soar_lms.access import Role
from soar_lms.accounts import emails
from soar_lms.accounts.devices import Device
from soar_lms.accounts.licenses import add_license
from soar_lms.accounts.links import make_link
from soar_lms.accounts.models import Passkey, Person
from soar_lms.accounts.sign_ins import begin_sign_in
from soar_lms.administration.merging import merge_people
from soar_lms.assessments import services as assessments
from soar_lms.audit.services import Actor
from soar_lms.catalogue.model import Module
from soar_lms.certificates.badge import list_public_keys
from soar_lms.certificates.bundles import Form
from soar_lms.clock import utc_now
from soar_lms.cohorts import certificates as cohort_certificates
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.certificates import Wish
from soar_lms.cohorts.invitations import invite
from soar_lms.cohorts.models import Cohort, JoinRequest, RosterLine
from soar_lms.cohorts.roster import Entry
from soar_lms.cohorts.roster_drafts import keep_draft
from soar_lms.cohorts.roster_rows import Row
from soar_lms.cohorts.trainers import add_trainer
from soar_lms.content import catalogue
from soar_lms.database import Base, db, transaction
from soar_lms.learning import services as learning
from soar_lms.messages.models import OutboxMessage
from soar_lms.reminders.choices import Mail, make_token
from tests.factories import (
    NOW,
    finish_lessons,
    make_certificate,
    make_enrolment,
    make_follow_up_link,
    make_person,
    pass_module,
    take_test,
)
from tests.support.mail import token_in


@dataclass(frozen=True)
class World:
    """People by name, and the values that stand in addresses."""

    app: Flask
    people: Mapping[str, Person]
    places: Mapping[str, str | int]

    def client_of(self, name: str | None) -> FlaskClient:
        """Return a fresh client of somebody who is signed in; of a stranger for None."""
        client = self.app.test_client()
        if name is not None:
            with client.session_transaction() as session:
                session["_user_id"] = self.people[name].fs_uniquifier
                session["_fresh"] = True
        return client


def make_world(app: Flask) -> World:
    """Make it: four learners along the way, all in the cohort of one trainer, and three others."""
    with app.app_context(), transaction():
        module = next(iter(catalogue().modules.values()))
        people = {
            "learner": make_person(name="In the test"),
            "finisher": make_person(name="Before the evaluation"),
            "confirmer": make_person(name="Before the certificate"),
            "graduate": make_person(name="With a certificate"),
            "other learner": make_person(),
            "trainer": make_person(role=Role.TRAINER),
            "other trainer": make_person(role=Role.TRAINER),
            "administrator": make_person(role=Role.ADMINISTRATOR),
            "colleague": make_person(role=Role.TRAINER),
            "waiting": make_person(name="Asks to be let in"),
        }
        _send_along(people, module)
        code = make_certificate(people["graduate"], module).code
        cohort = _gather(people, module)
        link = cohorts.find_open_link(cohort, NOW)
        assert link is not None
        add_trainer(cohort, people["colleague"].email, actor=people["trainer"], now=NOW)
        waiting = JoinRequest(
            cohort_id=cohort.id, person_id=people["waiting"].id, link_id=link.id, asked_at=NOW
        )
        db.session.add(waiting)
        merge = merge_people(
            make_person().id, make_person().id, actor=Actor(operator="root"), now=NOW
        )
        emails.add_email(people["learner"], "another@example.org", NOW)
        confirmation = generate_confirmation_token(people["learner"])  # type: ignore[no-untyped-call]  # Flask-Security's
        reset = generate_reset_password_token(people["learner"])  # type: ignore[no-untyped-call]  # Flask-Security's
        places = {
            "module": module.id,
            "setting": module.spec.settings[0],
            "other_setting": module.spec.settings[1],
            "lesson": module.spec.lessons[0].id,
            **_check_place(module),
            "code": code,
            "badge_key": list_public_keys()[0],
            "cohort": cohort.id,
            "member": people["learner"].id,
            "colleague": people["colleague"].id,
            "other_learner": people["other learner"].id,
            "join": link.token,
            **_invite(cohort, people["trainer"]),
            "confirmation": confirmation,
            "reset": reset,
            "follow_up": make_follow_up_link(people["graduate"], module, "a-link-of-an-e-mail"),
            "merge": merge.id,
            "stop": make_token(Mail.REMINDERS, people["learner"].id),
            "email": emails.list_emails(people["learner"].id)[-1].id,
            "passkey": _give_passkey(people["learner"]),
            "sign_in_link": make_link(people["learner"].id, None, utc_now()),
            "sign_in": begin_sign_in(people["learner"], Device("Firefox", "Android"), NOW).id,
            "license": add_license(
                people["learner"],
                number="RN-1",
                territory="PR",
                profession=None,
                renews_on=None,
                now=NOW,
            ).id,
            "task": _ask_for_certificates(cohort, people["trainer"]),
            "draft": _send_list(cohort, people["trainer"]),
            "email_link": emails.make_token(people["learner"].id, "another@example.org"),
        }
    return World(app, people, places)


def _send_along(people: Mapping[str, Person], module: Module) -> None:
    """Leave one learner in the open test, one before the evaluation, one before the last step."""
    for name in ("learner", "finisher"):
        enrolment = make_enrolment(people[name], module)
        take_test(enrolment, module, assessments.PRE)
        finish_lessons(enrolment, module)
        if name == "finisher":
            take_test(enrolment, module, assessments.POST)
        else:
            learning.start_test(enrolment, module, assessments.POST, language="en", now=NOW)
    pass_module(make_enrolment(people["confirmer"], module), module)


def _gather(people: Mapping[str, Person], module: Module) -> Cohort:
    cohort = cohorts.create_cohort(
        people["trainer"], name="Night shift", organisation=None, module_ids=[module.id], now=NOW
    )
    for name in ("learner", "finisher", "confirmer", "graduate"):
        cohorts.join_cohort(cohort, people[name], NOW)
    return cohort


def _give_passkey(person: Person) -> int:
    """Return the number of a passkey; nobody could sign in with it."""
    passkey = Passkey(
        person_id=person.id,
        credential_id=f"credential-{person.id}",
        public_key="",
        user_handle=f"handle-{person.id}",
        sign_count=0,
        name="My phone",
        added_at=NOW,
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey.id


def _ask_for_certificates(cohort: Cohort, trainer: Person) -> int:
    """Return the number of a task of the trainer."""
    wish = Wish(Form.ZIP, module_id=None, with_expired=False, person_ids=None)
    return cohort_certificates.ask_for_certificates(
        cohort, wish, owner=trainer, language="en", now=NOW
    ).id


def _send_list(cohort: Cohort, trainer: Person) -> int:
    """Return the number of a list that waits to be imported."""
    rows = [Row(2, "", "listed@example.org", "")]
    facts: dict[str, Any] = {"unused": [], "clients": [], "sheet": None}
    return keep_draft(cohort, rows, facts=facts, language="en", owner=trainer, now=utc_now()).id


def _invite(cohort: Cohort, trainer: Person) -> dict[str, str | int]:
    """Invite somebody; return the secret of the e-mail, and the number of the line."""
    invite(
        cohort, [Entry("", "invited@example.org")], inviter=trainer, language="en", now=utc_now()
    )
    line = db.session.scalars(select(RosterLine)).one()
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "invitation")).one()
    return {"invitation": token_in(mail), "line": line.id}


def _check_place(module: Module) -> dict[str, str | int]:
    """Return a lesson with a knowledge check that asks for an option, and the check."""
    setting = module.spec.settings[0]
    for lesson in module.spec.lessons:
        page = module.find_page(lesson.id, setting, "en")
        for name in page.check_ids() if page else ():
            if "a" in module.spec.questions[name].options:
                return {"check_lesson": lesson.id, "check": name}
    raise AssertionError("no lesson has a knowledge check")


def read_database(app: Flask) -> dict[str, list[str]]:
    """Return every row of every table: what nobody may have changed.

    Not the audit trail: that staff looked at a record is noted there.
    """
    with app.app_context():
        found = {
            table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name != "audit_entries"
        }
        db.session.rollback()
    return found
