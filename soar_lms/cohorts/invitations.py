"""Invitations: a line of a group's roster is bound to whoever accepts it.

Not the address binds, but the secret in the e-mail: who was invited at one address and has an
account with another is one person. Why: `docs/decisions/0015-invitations.md`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select

from soar_lms.accounts.emails import add_proven_email, list_owners
from soar_lms.accounts.models import Person, Reader
from soar_lms.audit.services import Action, Actor, record
from soar_lms.cohorts.invitation_links import digest, make_link, renew, write_letter
from soar_lms.cohorts.models import Cohort, CohortMember, RosterLine
from soar_lms.cohorts.places import Source, place_lines, take_line
from soar_lms.cohorts.roster import Entry
from soar_lms.cohorts.services import (
    join_cohort,
    lock_cohort,
    require_joinable,
    require_open,
    require_running,
)
from soar_lms.database import Among, Numbers, db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.services import post_letters, public_url

KEPT_FOR = timedelta(days=90)
"""How long a line that nobody accepted stays after its end; the privacy page says it."""


class InvitationOverError(DomainError):
    """The link was right once, and is too old now."""

    status = 410
    title = lazy_gettext("This invitation has expired")
    message = lazy_gettext(
        "Invitations expire after some time. Please ask your trainer to send yours again."
    )


class InvitationTakenError(DomainError):
    """An account has accepted it already, and it is not the one that asks."""

    status = 410
    title = lazy_gettext("This invitation was accepted already")
    message = lazy_gettext(
        "An invitation is for one account. If you accepted it before, sign in with that account. "
        "If you did not, please ask your trainer for the link to join the group."
    )


class InvitationClosedError(DomainError):
    """A trainer wants to change a line that has been accepted meanwhile."""

    title = lazy_gettext("This invitation was accepted meanwhile")
    message = lazy_gettext("It stays as it is. Go back to the list to see who is in the group.")


@dataclass(frozen=True)
class Outcome:
    """What became of those who were to be invited, in numbers."""

    invited: int
    known: int
    """They stand on the roster already."""
    members: int
    """They are in the group already."""


# --- the trainer ------------------------------------------------------------------------------


def invite(
    cohort: Cohort,
    entries: Collection[Entry],
    *,
    inviter: Person | Reader,
    language: str,
    now: datetime,
) -> Outcome:
    """Put people on the roster of a cohort and write to them; whom it knows is left in peace.

    :param entries: each address once.
    :raises GroupArchivedError: when the cohort is history.
    :raises GroupClosedError: when it takes nobody.
    """
    lock_cohort(cohort)  # one at a time adds to a roster, so that nobody is written to twice
    require_open(cohort)
    known = _list_known(cohort, [entry.email for entry in entries])
    others = [entry for entry in entries if entry.email not in known]
    members = list_emails_of_members(cohort, [entry.email for entry in others])
    new = [entry for entry in others if entry.email not in members]
    add_lines(cohort, new, inviter=inviter, language=language, now=now)
    return Outcome(len(new), len(entries) - len(others), len(others) - len(new))


def _list_known(cohort: Cohort, emails: Collection[str]) -> set[str]:
    """Return which of a few addresses stand on the roster."""
    rows = select(RosterLine.email).where(
        RosterLine.cohort_id == cohort.id, RosterLine.email.in_(emails)
    )
    return set(db.session.scalars(rows))


def list_emails_of_members(cohort: Cohort, emails: Collection[str]) -> set[str]:
    """Return which addresses are verified ones of members, in two queries."""
    owners = list_owners(emails)
    members = bindparam("members", list(owners.values()), Numbers)
    inside = set(
        db.session.scalars(
            select(CohortMember.person_id).where(
                CohortMember.cohort_id == cohort.id, Among(CohortMember.person_id, members)
            )
        )
    )
    return {email for email, person_id in owners.items() if person_id in inside}


def add_lines(
    cohort: Cohort,
    entries: Collection[Entry],
    *,
    inviter: Person | Reader,
    language: str,
    now: datetime,
) -> None:
    """Put people on a roster that has not one of them, and write to them.

    The roster is locked by whoever found out that they are new (`lock_cohort`).

    :param language: of the e-mail to those whose entry has none.
    """
    if not entries:
        return
    rows, letters = [], []
    for entry in entries:
        token, link = make_link(now)
        spoken = entry.language or language
        called = {"name": entry.name, "email": entry.email, "language": spoken}
        rows.append({"cohort_id": cohort.id, "invitations_sent": 1, **called, **link})
        letters.append(write_letter(cohort, inviter, token, **called))
    columns = (RosterLine.id, RosterLine.name, RosterLine.email)
    lines = db.session.execute(insert(RosterLine).returning(*columns), rows)
    place_lines(cohort.id, [Source(*line) for line in lines])
    post_letters("invitation", letters, now)
    _note(Action.INVITED, cohort, inviter, now, number=len(rows))


def _send(line: RosterLine, cohort: Cohort, inviter: Person | Reader, now: datetime) -> None:
    """Write an e-mail with a new secret; that of an earlier one is worth nothing any more."""
    token = renew(line, now)
    called = {"name": line.name, "email": line.email, "language": line.language}
    post_letters("invitation", [write_letter(cohort, inviter, token, **called)], now)


def renew_link(line: RosterLine, now: datetime) -> str:
    """Give a line a new secret and a new end, for one more e-mail; return where it leads."""
    token = renew(line, now)
    return public_url("cohorts.show_invitation", token=token, language=line.language)


def _note(
    action: Action, cohort: Cohort, actor: Person | Reader, now: datetime, number: int | None = None
) -> None:
    record(action, actor=Actor(actor.id), now=now, cohort=cohort.id, number=number)


def send_again(
    cohort: Cohort, line_id: int, *, sent: int, inviter: Person | Reader, now: datetime
) -> bool:
    """Write to somebody once more, in the language of the first e-mail; return whether it was.

    :param sent: how many e-mails the trainer knows of: a second click writes no second one.
    :raises NotFoundError: when the line is not there any more.
    :raises InvitationClosedError: when it was accepted meanwhile.
    :raises GroupArchivedError: when the cohort is history.
    :raises GroupClosedError: when it takes nobody.
    """
    require_open(cohort)
    line = _find_open_line(cohort, line_id)
    if line is None:
        raise NotFoundError
    if line.invitations_sent != sent:
        return False
    _send(line, cohort, inviter, now)
    _note(Action.INVITED, cohort, inviter, now, number=1)
    return True


def withdraw(cohort: Cohort, line_id: int, *, actor: Person | Reader, now: datetime) -> None:
    """Take somebody off the roster; the link stops. One who is not on it stays off it.

    :raises InvitationClosedError: when the line was accepted meanwhile.
    :raises GroupArchivedError: when the cohort is history.
    """
    require_running(cohort)
    line = _find_open_line(cohort, line_id)
    if line is None:
        return
    db.session.delete(line)
    db.session.flush()
    _note(Action.INVITATION_WITHDRAWN, cohort, actor, now)


def count_open(cohort: Cohort) -> int:
    """Return how many were invited and have not accepted, in time or not."""
    counted = select(func.count()).where(
        RosterLine.cohort_id == cohort.id, RosterLine.accepted_at.is_(None)
    )
    return db.session.execute(counted).scalar_one()


def get_open_line(cohort: Cohort, line_id: int) -> RosterLine:
    """Return a line of a cohort that nobody has accepted.

    :raises NotFoundError: when there is none.
    :raises InvitationClosedError: when it was accepted meanwhile.
    """
    line = db.session.get(RosterLine, line_id)
    if line is None or line.cohort_id != cohort.id:
        raise NotFoundError
    if line.accepted_at is not None:
        raise InvitationClosedError
    return line


def _find_open_line(cohort: Cohort, line_id: int) -> RosterLine | None:
    """Return a line of a cohort as it is now, and keep others from it.

    :raises InvitationClosedError: when it was accepted.
    """
    line = db.session.scalar(
        select(RosterLine)
        .where(RosterLine.cohort_id == cohort.id, RosterLine.id == line_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if line is not None and line.accepted_at is not None:
        raise InvitationClosedError
    return line


# --- whoever was invited ----------------------------------------------------------------------


def get_invitation(
    token: str, person: Person | Reader | None, now: datetime
) -> tuple[RosterLine, Cohort]:
    """Return the line that a link stands for, and its cohort.

    :param person: who asks; None for somebody who is not signed in.
    :raises NotFoundError: when there is no such link, or not any more.
    :raises InvitationTakenError: when another account accepted it.
    :raises InvitationOverError: when it is too old.
    :raises NobodyJoinsError: when the cohort is closed.
    """
    row = db.session.execute(
        select(RosterLine, Cohort)
        .join(Cohort, Cohort.id == RosterLine.cohort_id)
        .where(RosterLine.token_hash == digest(token))
    ).first()
    if row is None:
        raise NotFoundError
    line, cohort = row
    _check_usable(line, cohort, person, now)
    return line, cohort


def _check_usable(
    line: RosterLine, cohort: Cohort, person: Person | Reader | None, now: datetime
) -> None:
    if line.accepted_at is not None:
        if person is None or line.person_id != person.id:
            raise InvitationTakenError
    elif now >= line.expires_at:
        raise InvitationOverError
    else:
        require_joinable(cohort)


def accept(token: str, person: Person, *, adds_address: bool, now: datetime) -> Cohort:
    """Bind a line to a person and make them a member; a second time it changes nothing.

    :param adds_address: whether the address of the line becomes one of the person's: the secret
        was sent to its mailbox. Never without being asked for.
    :raises NotFoundError: when there is no such link, or not any more.
    :raises InvitationTakenError: when another account was faster.
    :raises InvitationOverError: when it is too old.
    :raises NobodyJoinsError: when the cohort is closed.
    :raises TooManyEmailsError: when the account can have no more addresses.
    :raises EmailOfAnotherAccountError: when the address is somebody else's.
    """
    line = db.session.scalar(
        select(RosterLine)
        .where(RosterLine.token_hash == digest(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if line is None:
        raise NotFoundError
    cohort = db.session.get_one(Cohort, line.cohort_id)
    _check_usable(line, cohort, person, now)
    if line.accepted_at is None:
        _bind(line, cohort, person, now)
        if adds_address:
            add_proven_email(person, line.email, now)
    return cohort


def _bind(line: RosterLine, cohort: Cohort, person: Person, now: datetime) -> None:
    line.accepted_at = now
    line.person_id = person.id
    take_line(line)
    join_cohort(cohort, person, now)
    record(
        Action.INVITATION_ACCEPTED,
        actor=Actor(person.id),
        now=now,
        person_id=person.id,
        cohort=cohort.id,
    )


# --- keeping no more than needed --------------------------------------------------------------


def tidy_roster(now: datetime) -> int:
    """Delete what nobody accepted in time, and lines of accounts that are gone; return how many."""
    result = db.session.execute(
        delete(RosterLine)
        .where(
            or_(
                and_(RosterLine.accepted_at.is_(None), RosterLine.expires_at <= now - KEPT_FOR),
                and_(RosterLine.accepted_at.is_not(None), RosterLine.person_id.is_(None)),
            )
        )
        .returning(RosterLine.id)
        .execution_options(synchronize_session=False)
    )
    return len(result.all())
