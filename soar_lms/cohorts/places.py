"""Keeping the roster: a place for everybody whom the report shows, and a line for each module.

A member has a place, and so has somebody who was invited and is not a member by any other way.
Each function here brings places and lines in step with memberships, invitations, names and
addresses, in the transaction that changes them; `standings` and its triggers do the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from soar_lms.accounts.emails import list_verified_emails
from soar_lms.accounts.followers import follows_people
from soar_lms.accounts.models import Person, PersonEmail
from soar_lms.cohorts.models import (
    Cohort,
    CohortMember,
    CohortModule,
    ReportCount,
    ReportLine,
    RosterLine,
    RosterPlace,
    RosterWord,
)
from soar_lms.cohorts.sorting import fold
from soar_lms.cohorts.words import Called, mend_words, write_words
from soar_lms.database import Among, Numbers, db, transaction
from soar_lms.learning.models import KeptStanding

INVITED = "invited"
NOT_STARTED = "not-started"
_NO_SYNC = {"synchronize_session": False}


class Source(NamedTuple):
    """Whose a place is: of a member or a line, as they are called now."""

    id: int
    name: str
    email: str


# --- one change at a time -----------------------------------------------------------------------


def place_member(cohort_id: int, person_id: int) -> None:
    """Give a member a place; lines of the roster at their addresses give theirs up."""
    _lock_person(person_id)
    _settle_members(cohort_id, [person_id])
    addresses = list(list_verified_emails([person_id]))
    here = and_(RosterLine.cohort_id == cohort_id, RosterLine.email.in_(addresses))
    _take_places(RosterPlace.line_id.in_(select(RosterLine.id).where(here)))


def place_lines(cohort_id: int, sources: Sequence[Source]) -> None:
    """Give places to those who were just invited."""
    _give_places(cohort_id, RosterPlace.line_id, sources)
    if sources:
        _add_lines(cohort_id, RosterPlace.line_id, [source.id for source in sources])


def rename_lines(sources: Collection[Source]) -> None:
    """Bring the places of lines in step with new names, in two statements whatever their number.

    :param sources: the lines, as they are called now; for one that has no place nothing is done.
    """
    if not sources:
        return
    values = [
        {f"new_{name}": text for name, text in _called(source).items()} | {"of_line": source.id}
        for source in sources
    ]
    is_its = RosterPlace.line_id == bindparam("of_line")
    lines = (
        update(ReportLine)
        .where(ReportLine.place_id.in_(select(RosterPlace.id).where(is_its)))
        .values(sort_name=bindparam("new_sort_name"))
    )
    names: dict[str, Any] = {
        name: bindparam(f"new_{name}") for name in ("name", "email", "sort_name")
    }
    # The connection's own way: for many rows at once, the session takes primary keys only.
    for statement in (update(RosterPlace).where(is_its).values(names), lines):
        db.session.connection().execute(statement, values)


def take_line(line: RosterLine) -> None:
    """Take the place of a line that was accepted: its person has one as a member."""
    _take_places(RosterPlace.line_id == line.id)


@follows_people
def follow_people(person_ids: Collection[int]) -> None:
    """Bring the places of people in step with what they are called and where they are members."""
    db.session.flush()
    wanted = _numbers(person_ids)
    cohorts = (
        select(CohortMember.cohort_id)
        .where(Among(CohortMember.person_id, wanted))
        .union(select(RosterPlace.cohort_id).where(Among(RosterPlace.person_id, wanted)))
    )
    for cohort_id in sorted(db.session.scalars(cohorts)):
        _settle_members(cohort_id, person_ids)
        settle_lines(cohort_id)


def follow_modules(cohort_id: int) -> None:
    """Bring the lines of a cohort in step with the modules it takes."""
    taken = select(CohortModule.module_id).where(CohortModule.cohort_id == cohort_id)
    db.session.execute(
        delete(ReportLine).where(
            ReportLine.cohort_id == cohort_id, ReportLine.module_id.not_in(taken)
        ),
        execution_options=_NO_SYNC,
    )
    _add_lines(cohort_id)


def _lock_person(person_id: int) -> None:
    """See that nobody begins or does a step meanwhile: the new lines would not know of it."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    db.session.execute(
        select(KeptStanding.module_id)
        .where(KeptStanding.person_id == person_id)
        .with_for_update(read=True)
    )


# --- settling -----------------------------------------------------------------------------------


def settle(cohort_id: int) -> None:
    """Make all places, lines and counts of a cohort what they must be."""
    _settle_members(cohort_id, None)
    settle_lines(cohort_id)
    follow_modules(cohort_id)
    mend_words(cohort_id)
    _mend_lines(cohort_id)
    _mend_counts(cohort_id)


def _settle_members(cohort_id: int, person_ids: Collection[int] | None) -> None:
    """Settle the places of members.

    :param person_ids: only of these people; None: of everybody.
    """
    members = (
        select(Person.id, Person.name, Person.email)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort_id, _among(Person.id, person_ids))
    )
    _settle(cohort_id, RosterPlace.person_id, members, _among(RosterPlace.person_id, person_ids))


def settle_lines(cohort_id: int) -> None:
    """Settle the places of those who were invited and are not in the cohort by any way."""
    _settle(cohort_id, RosterPlace.line_id, waited_for(cohort_id), RosterPlace.line_id.is_not(None))


def waited_for(cohort_id: int) -> Select[int, str, str]:
    """Return the select of the lines whose people are not in the cohort: (id, name, e-mail)."""
    is_in = (
        select(literal(1))
        .select_from(PersonEmail)
        .join(CohortMember, CohortMember.person_id == PersonEmail.person_id)
        .where(
            CohortMember.cohort_id == cohort_id,
            PersonEmail.email == RosterLine.email,
            PersonEmail.verified_at.is_not(None),
        )
    )
    return select(RosterLine.id, RosterLine.name, RosterLine.email).where(
        RosterLine.cohort_id == cohort_id, RosterLine.accepted_at.is_(None), ~is_in.exists()
    )


def _settle(
    cohort_id: int, owner: Any, sources: Select[int, str, str], scope: ColumnElement[bool]
) -> None:
    """Compare the places of a scope with whose they must be, and mend what differs."""
    wanted = {row[0]: Source(*row) for row in db.session.execute(sources)}
    places = db.session.execute(
        select(owner, RosterPlace.id, RosterPlace.name, RosterPlace.email).where(
            RosterPlace.cohort_id == cohort_id, owner.is_not(None), scope
        )
    ).all()
    gone = [place_id for number, place_id, _, _ in places if number not in wanted]
    if gone:
        _take_places(Among(RosterPlace.id, _numbers(gone)))
    for number, place_id, name, email in places:
        if number in wanted and wanted[number] != (number, name, email):
            _rename(cohort_id, place_id, wanted[number])
    there = {row[0] for row in places}
    new = [source for number, source in wanted.items() if number not in there]
    _give_places(cohort_id, owner, new)
    if new:
        _add_lines(cohort_id, owner, [source.id for source in new])


def _give_places(cohort_id: int, owner: Any, sources: Sequence[Source]) -> None:
    if not sources:
        return
    rows = [
        {
            "cohort_id": cohort_id,
            "person_id": None,
            "line_id": None,
            owner.key: source.id,
            **_called(source),
        }
        for source in sources
    ]
    db.session.execute(insert(RosterPlace.__table__), rows)  # type: ignore[arg-type]  # a table
    owners = {source.id: source for source in sources}
    numbers = db.session.execute(
        select(owner, RosterPlace.id).where(
            RosterPlace.cohort_id == cohort_id, Among(owner, _numbers(owners))
        )
    )
    write_words(cohort_id, {place_id: Called(*owners[number][1:]) for number, place_id in numbers})


def _called(source: Source) -> dict[str, str]:
    sort_name = fold(source.name) or fold(source.email)
    return {"name": source.name, "email": source.email, "sort_name": sort_name}


def _rename(cohort_id: int, place_id: int, source: Source) -> None:
    called = _called(source)
    for statement in (
        update(RosterPlace).where(RosterPlace.id == place_id).values(called),
        update(ReportLine)
        .where(ReportLine.place_id == place_id)
        .values(sort_name=called["sort_name"]),
        delete(RosterWord).where(RosterWord.place_id == place_id),
    ):
        db.session.execute(statement, execution_options=_NO_SYNC)
    write_words(cohort_id, {place_id: Called(*source[1:])})


def _take_places(which: ColumnElement[bool]) -> None:
    """Take places away; their lines go with them."""
    db.session.execute(delete(RosterPlace).where(which), execution_options=_NO_SYNC)


def _add_lines(cohort_id: int, owner: Any = None, owner_ids: Collection[int] = ()) -> None:
    """Add the lines that places of a cohort want.

    :param owner: the column that says whose places; None: all of the cohort.
    """
    there = select(literal(1)).where(
        ReportLine.place_id == RosterPlace.id, ReportLine.module_id == CohortModule.module_id
    )
    lines = _wanted_lines(cohort_id).where(
        true() if owner is None else Among(owner, _numbers(owner_ids)), ~there.exists()
    )
    names = [column.name for column in lines.selected_columns]
    db.session.execute(insert(ReportLine).from_select(names, lines), execution_options=_NO_SYNC)


def _wanted_lines(cohort_id: int) -> Select[*tuple[Any, ...]]:
    """Return the select of the lines that a cohort must have."""
    kept = KeptStanding
    states = case((RosterPlace.line_id.is_not(None), INVITED), else_=NOT_STARTED)
    numbers = (kept.completed_day, kept.active_at, kept.opens_at, kept.expires_at)
    return (
        select(
            RosterPlace.id.label("place_id"),
            CohortModule.module_id,
            RosterPlace.cohort_id,
            RosterPlace.person_id,
            RosterPlace.sort_name,
            func.coalesce(kept.state, states).label("state"),
            func.coalesce(kept.setting, "").label("setting"),
            func.coalesce(kept.language, "").label("language"),
            *(func.coalesce(column, 0).label(column.key) for column in numbers),
        )
        .join(CohortModule, CohortModule.cohort_id == RosterPlace.cohort_id)
        .outerjoin(
            kept,
            and_(kept.person_id == RosterPlace.person_id, kept.module_id == CohortModule.module_id),
        )
        .where(RosterPlace.cohort_id == cohort_id)
    )


def _among(column: Any, numbers: Collection[int] | None) -> ColumnElement[bool]:
    return column.is_not(None) if numbers is None else Among(column, _numbers(numbers))


def _numbers(numbers: Collection[int]) -> Any:
    return bindparam(None, list(numbers), Numbers, unique=True)


# --- proving and repairing ----------------------------------------------------------------------


def find_wrong_lines(cohort_id: int) -> list[tuple[Any, ...]]:
    """Return the lines that are there and must not be, or the other way round; and wrong counts.

    Places and their words are not compared here: `settle` says nothing and mends them.
    """
    names = [column.name for column in ReportLine.__table__.columns]
    there = select(*(ReportLine.__table__.c[name] for name in names)).where(
        ReportLine.cohort_id == cohort_id
    )
    wanted = _wanted_lines(cohort_id).subquery()
    must = select(*(wanted.c[name] for name in names))
    return [
        *(tuple(row) for row in db.session.execute(there.except_(must))),
        *(tuple(row) for row in db.session.execute(must.except_(there))),
        *_find_wrong_counts(cohort_id),
    ]


_GROUP = (
    ReportLine.cohort_id,
    ReportLine.module_id,
    ReportLine.state,
    ReportLine.setting,
    ReportLine.language,
)


def _counted(cohort_id: int) -> Select[*tuple[Any, ...]]:
    people = func.count().cast(Integer).label("people")
    return select(*_GROUP, people).where(ReportLine.cohort_id == cohort_id).group_by(*_GROUP)


def _find_wrong_counts(cohort_id: int) -> Iterator[tuple[Any, ...]]:
    kept = select(*ReportCount.__table__.columns).where(
        ReportCount.cohort_id == cohort_id, ReportCount.people != 0
    )
    counted = _counted(cohort_id)
    for statement in (kept.except_(counted), counted.except_(kept)):
        yield from (tuple(row) for row in db.session.execute(statement))


def _mend_lines(cohort_id: int) -> None:
    """Make the lines anew that are not what they must be."""
    wrong = {(row[0], row[1]) for row in find_wrong_lines(cohort_id) if len(row) > len(_GROUP) + 1}
    for place_id, module_id in wrong:
        db.session.execute(
            delete(ReportLine).where(
                ReportLine.place_id == place_id, ReportLine.module_id == module_id
            ),
            execution_options=_NO_SYNC,
        )
    if wrong:
        _add_lines(cohort_id)


def _mend_counts(cohort_id: int) -> None:
    if not any(_find_wrong_counts(cohort_id)):
        return
    mine = delete(ReportCount).where(ReportCount.cohort_id == cohort_id)
    db.session.execute(mine, execution_options=_NO_SYNC)
    names = [column.name for column in ReportCount.__table__.columns]
    counts = insert(ReportCount).from_select(names, _counted(cohort_id))
    db.session.execute(counts, execution_options=_NO_SYNC)


def settle_all(cohort_ids: Collection[int]) -> None:
    """Settle cohorts, each in a transaction of its own."""
    for cohort_id in cohort_ids:
        with transaction():
            settle(cohort_id)


def list_unsettled() -> list[int]:
    """Return the cohorts that an earlier release left without places, or places without words."""
    placed = select(RosterPlace.id).where(RosterPlace.cohort_id == Cohort.id)
    called = select(RosterWord.place_id).where(RosterWord.place_id == RosterPlace.id)
    member = select(CohortMember.person_id).where(CohortMember.cohort_id == Cohort.id)
    line = select(RosterLine.id).where(RosterLine.cohort_id == Cohort.id)
    statement = select(Cohort.id).where(
        or_(
            and_(~placed.exists(), or_(member.exists(), line.exists())),
            placed.where(~called.exists()).exists(),
        )
    )
    return list(db.session.scalars(statement.order_by(Cohort.id)))
