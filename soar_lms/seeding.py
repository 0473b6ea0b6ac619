"""A large group of people who do not exist, for measuring and for trying things out.

Rows are written in bulk, and say what the services would have written: `learners standings --check`
and `cohorts settle --check` find nothing wrong. Names are invented and carry a number. The same
seed gives the same people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

import psycopg
from sqlalchemy import func, select, text

from soar_lms.accounts.models import Person
from soar_lms.accounts.professions import PROFESSIONS, TERRITORIES
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.clock import add_months, local_date, start_of_day
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.places import follow_modules
from soar_lms.cohorts.sorting import fold, words_of
from soar_lms.database import Base, db
from soar_lms.learning.path import (
    Facts,
    LessonKey,
    assess,
    fingerprint,
    requirements,
    write_left,
)
from soar_lms.learning.renewal import make_renewal

TIME_ZONE = "America/New_York"
MAIL_DOMAIN = "seed.example.org"
BATCH = 5_000
"""People whose rows are written at a time."""
_FIRST = (
    *("Alba", "Benno", "Cira", "Dario", "Élia", "Fenja", "Goran", "Hilde", "Ivo", "Jara"),
    *("Kenji", "Lúa", "Milo", "Nuria", "Ottoline", "Paz", "Quim", "Runa", "Sólveig", "Uma"),
)
_LAST = ("Ejemplo", "Muster", "Placeholder", "Ficticia", "Prueba", "Sample", "Nadie", "Testman")
_PLACES, _PROFESSIONS = tuple(TERRITORIES), tuple(PROFESSIONS)
NOTHING, BEGUN, PASSED, COMPLETED = "nothing", "begun", "passed", "completed"
_SHARES = {NOTHING: 30, BEGUN: 25, PASSED: 5, COMPLETED: 40}
"""Of a hundred people in a module."""
_LONGEST_AGO = 900
"""Days since somebody began: old certificates have expired where they do."""

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Seeded:
    """What was made."""

    cohort_id: int
    people: int
    invited: int


def seed_cohort(
    trainer: Person, catalogue: Catalogue, *, people: int, modules: int, seed: int, now: datetime
) -> Seeded:
    """Make a cohort with people at every stage of its modules; a tenth more of them is invited.

    :param modules: how many modules of the catalogue it takes, the first ones.
    :raises ValueError: when the catalogue has not as many.
    """
    chosen = list(catalogue.modules.values())[:modules]
    if len(chosen) < modules:
        raise ValueError(f"the catalogue has {len(chosen)} modules, not {modules}")
    cohort = cohorts.create_cohort(
        trainer,
        name=f"Seeded group of {people}",
        organisation="Nobody's Hospital",
        module_ids=[module.id for module in chosen],
        now=now,
    )
    db.session.flush()
    maker = _Maker(cohort.id, chosen, Random(seed), now)  # noqa: S311  # nobody's secret
    for start in range(0, people, BATCH):
        maker.make_people(start, min(BATCH, people - start))
    maker.make_invited(people // 10)
    follow_modules(cohort.id)
    _count_on()
    return Seeded(cohort.id, people, people // 10)


@dataclass
class _Maker:
    """Makes the rows of people, batch by batch."""

    cohort_id: int
    modules: Sequence[Module]
    random: Random
    now: datetime
    rows: dict[str, list[Values]] = field(default_factory=dict)
    next_ids: dict[str, int] = field(default_factory=dict)

    def make_people(self, start: int, count: int) -> None:
        for number in range(start, start + count):
            self._make_person(number)
        self._write()

    def make_invited(self, count: int) -> None:
        """Invite people who have not come."""
        sent, until = _moment(self.now), _moment(self.now + timedelta(days=60))
        for number in range(count):
            line_id = self._next_id("roster_lines")
            name, email = self._name(number), f"invited-{self.cohort_id}-{number}@{MAIL_DOMAIN}"
            token = f"seeded-{self.cohort_id}-{number}"  # the hash of nothing: it opens nothing
            line = (line_id, self.cohort_id, name, email, "en", token, sent, 1, until)
            self._add("roster_lines", line)
            self._place(None, line_id, name, email)
        self._write()

    def _make_person(self, number: int) -> None:
        person_id, joined = self._next_id("people"), self._ago()
        name, email = self._name(number), f"person-{person_id}@{MAIL_DOMAIN}"
        language = self.random.choice(("en", "en", "es"))
        made, uniquifier = _moment(joined), f"seeded-{person_id}"
        self._add(
            "people",
            (
                *(person_id, email, name, uniquifier, True, "learner", language, TIME_ZONE),
                *(self._tell(_PLACES), self._tell(_PROFESSIONS), made, made),
            ),
        )
        email_id = self._next_id("person_emails")
        self._add("person_emails", (email_id, person_id, email, True, made, made))
        self._add("cohort_members", (self.cohort_id, person_id, made))
        self._place(person_id, None, name, email)
        stages, weights = zip(*_SHARES.items(), strict=True)
        for module, stage in zip(
            self.modules, self.random.choices(stages, weights, k=len(self.modules)), strict=True
        ):
            if stage != NOTHING:
                self._take(person_id, name, module, stage, language, joined)

    def _tell(self, codes: Sequence[str]) -> str | None:
        """Return one of some codes, the first ones most often; None for one in ten who does not."""
        place = int(len(codes) * self.random.random() ** 3)
        return None if self.random.random() < 0.1 else codes[place]

    def _name(self, number: int) -> str:
        first, last = self.random.choice(_FIRST), self.random.choice(_LAST)
        return f"{first} {last} {number:06}"

    def _place(self, person_id: int | None, line_id: int | None, name: str, email: str) -> None:
        place_id = self._next_id("roster_places")
        place = (place_id, self.cohort_id, person_id, line_id, name, email, fold(name))
        self._add("roster_places", place)
        for word in words_of(name, email):
            self._add("roster_words", (place_id, word, self.cohort_id))

    def _take(
        self,
        person_id: int,
        name: str,
        module: Module,
        stage: str,
        language: str,
        joined: datetime,
    ) -> None:
        """Take somebody through a module up to a stage."""
        language = language if language in module.languages else module.languages[0]
        setting = self.random.choice(module.spec.settings)
        enrolment_id = self._next_id("enrolments")
        done = (
            joined + timedelta(minutes=self.random.randrange(60, 1_000))
            if stage == COMPLETED
            else None
        )
        facts = self._facts(enrolment_id, module, setting, stage, language, joined)
        self._add(
            "enrolments",
            (
                *(enrolment_id, person_id, module.id, 1, "full", setting, language),
                *(_moment(joined), _moment(done) if done else None),
            ),
        )
        end: Values = (0, 0, None, 0, 0)
        if done:
            end = self._certify(enrolment_id, person_id, name, module, setting, language, done)
        completed_day, until_day, code, opens_at, expires_at = end
        path = assess(requirements(module, setting), facts)
        self._add(
            "standings",
            (
                *(person_id, module.id, enrolment_id, 1, str(path.state), write_left(path.left)),
                *(setting, language, completed_day, until_day, code),
                *(int((done or joined).timestamp()), opens_at, expires_at, fingerprint(module)),
            ),
        )

    def _facts(
        self,
        enrolment_id: int,
        module: Module,
        setting: str,
        stage: str,
        language: str,
        joined: datetime,
    ) -> Facts:
        """Write the steps of a stage; return what they say. What is completed needs none."""
        if stage == COMPLETED:
            return Facts(completed=True)
        asked, made = requirements(module, setting).lessons, _moment(joined)
        count = len(asked) if stage == PASSED else self.random.randrange(len(asked))
        lessons: list[LessonKey] = list(asked[:count])
        for lesson_id, where in lessons:
            self._add("lesson_completions", (enrolment_id, lesson_id, where, made))
        if stage == PASSED:
            for instrument in ("pre", "post"):
                attempt_id, mark = self._next_id("attempts"), 80 if instrument == "post" else None
                self._add(
                    "attempts",
                    (
                        *(attempt_id, enrolment_id, instrument, 1, 0, "[]", mark),
                        *(module.spec.version, setting, language, made, made, 1, 1),
                        mark is not None or None,
                    ),
                )
        return Facts(frozenset(lessons), stage == PASSED, stage == PASSED)

    def _certify(
        self,
        enrolment_id: int,
        person_id: int,
        name: str,
        module: Module,
        setting: str,
        language: str,
        done: datetime,
    ) -> Values:
        """Write a certificate; return what a standing says of it."""
        certificate_id = self._next_id("certificates")
        code = f"SEED{enrolment_id:010X}{self.random.getrandbits(48):012X}"
        day = local_date(done, TIME_ZONE)
        months, made = module.spec.certificate.valid_months, _moment(done)
        until = add_months(day, months) if months else None
        self._add(
            "certificates",
            (
                *(certificate_id, code, enrolment_id, person_id, name, module.id),
                *(module.title_in(language), module.spec.version, setting, setting, language),
                *(module.spec.minutes, made, day.isoformat(), TIME_ZONE, made),
                *(until.isoformat() if until else None, 1),
            ),
        )
        return (day.toordinal(), until.toordinal() if until else 0, code, *_moments(until, module))

    def _ago(self) -> datetime:
        minutes = self.random.randrange(1_440, _LONGEST_AGO * 1_440)
        return (self.now - timedelta(minutes=minutes)).replace(microsecond=0)

    def _next_id(self, table: str) -> int:
        if table not in self.next_ids:
            column = Base.metadata.tables[table].c.id
            self.next_ids[table] = db.session.scalar(select(func.max(column))) or 0
        self.next_ids[table] += 1
        return self.next_ids[table]

    def _add(self, table: str, values: Values) -> None:
        self.rows.setdefault(table, []).append(values)

    def _write(self) -> None:
        for table, columns in _COLUMNS.items():
            _insert(table, columns, self.rows.pop(table, ()))


def _moments(until: date | None, module: Module) -> tuple[int, int]:
    if until is None:
        return 0, 0
    opens_on = make_renewal(module.spec.renewal, until, until).opens_on
    return _start(opens_on), _start(until + timedelta(days=1))


@lru_cache(maxsize=4_096)
def _start(day: date) -> int:
    return int(start_of_day(day, TIME_ZONE).timestamp())


def _moment(moment: datetime) -> str:
    """Return a moment as both databases read it."""
    zone = "+00" if db.engine.dialect.name == "postgresql" else ""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}{zone}"


# --- writing ------------------------------------------------------------------------------------

_COLUMNS = {
    "people": (
        "id email name fs_uniquifier active role language time_zone territory profession "
        "created_at confirmed_at"
    ),
    "person_emails": "id person_id email is_primary added_at verified_at",
    "cohort_members": "cohort_id person_id joined_at",
    "roster_lines": (
        "id cohort_id name email language token_hash invited_at invitations_sent expires_at"
    ),
    "roster_places": "id cohort_id person_id line_id name email sort_name",
    "roster_words": "place_id word cohort_id",
    "enrolments": ("id person_id module_id cycle path setting language enrolled_at completed_at"),
    "lesson_completions": "enrolment_id lesson_id setting completed_at",
    "attempts": (
        "id enrolment_id instrument number seed items pass_mark module_version setting language "
        "started_at submitted_at points points_of passed"
    ),
    "certificates": (
        "id code enrolment_id person_id name module_id module_title module_version setting "
        "setting_name language minutes completed_at completed_on time_zone issued_at expires_on "
        "template_version"
    ),
    "standings": (
        "person_id module_id enrolment_id cycle state steps_left setting language completed_day "
        "valid_until_day certificate_code active_at opens_at expires_at content"
    ),
}
"""The columns of the rows above, in an order in which keys are there before what points to them."""


def _insert(table: str, columns: str, rows: Iterable[Values]) -> None:
    """Write rows in bulk: by COPY on PostgreSQL, by one prepared statement on SQLite."""
    names = columns.split()
    raw: Any = db.session.connection().connection.dbapi_connection
    if isinstance(raw, psycopg.Connection):
        copy_in = f"COPY {table} ({', '.join(names)}) FROM STDIN"
        with raw.cursor() as cursor, cursor.copy(copy_in) as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(names))
    raw.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", list(rows))  # noqa: S608  # our own names


def _count_on() -> None:
    """Let PostgreSQL count its ids on from those that were given, and look at the tables."""
    if db.engine.dialect.name == "postgresql":
        for table, columns in _COLUMNS.items():
            if columns.startswith("id "):
                db.session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608  # our own names
                        f"(SELECT max(id) FROM {table}))"
                    )
                )
        db.session.execute(text("ANALYZE"))  # its own daemon would do so soon; SQLite has none
