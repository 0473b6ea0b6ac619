"""The certificates of a whole group as one file."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from pypdf.generic import Destination
from sqlalchemy import delete, select, update

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.certificates import bundles
from soar_lms.certificates.bundles import Form
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.documents import make_document
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts import certificates, services
from soar_lms.cohorts.certificates import Wish
from soar_lms.cohorts.models import Cohort, CohortTrainer
from soar_lms.config import Config
from soar_lms.database import db, transaction
from soar_lms.tables import BYTE_ORDER_MARK
from soar_lms.tasks import kinds
from soar_lms.tasks.kinds import Beat, Item, Order, Tally
from soar_lms.tasks.models import State, Task
from soar_lms.tasks.services import get_file
from soar_lms.tasks.worker import work
from tests.conftest import SignIn
from tests.factories import NOW, make_certificate, make_person
from tests.support.page import errors_of, get_page, post_form, text_of
from tests.support.queries import statements_of
from tests.tasks.asking import Clock, read_task, run_until_killed

NAMES = ("Zoë Łukasz", "Ana Torres", "Ángel Peña", "محمد علي", "../../etc/passwd", "=1+1")
IN_ORDER = ("../../etc/passwd", "=1+1", "Ana Torres", "Ángel Peña", "Zoë Łukasz", "محمد علي")


@dataclass(frozen=True)
class Group:
    """A cohort in which everybody has completed."""

    cohort: Cohort
    trainer: Person
    certificates: dict[str, Certificate]

    def ask(self, form: Form = Form.ZIP, language: str = "en", **changes: object) -> int:
        """Ask for a file; return the number of the task."""
        values = {"module_id": None, "with_expired": False, "person_ids": None} | changes
        with transaction():
            return certificates.ask_for_certificates(
                self.cohort,
                Wish(form=form, **values),  # type: ignore[arg-type]  # as changed
                owner=self.trainer,
                language=language,
                now=NOW,
            ).id


@pytest.fixture
def group(context: Flask, cohort: Cohort, trainer: Person, module: Module) -> Group:
    shutil.rmtree(context.config["SOAR"].files_folder, ignore_errors=True)
    made = {}
    with transaction():
        for name in NAMES:
            person = make_person(name=name)
            services.join_cohort(cohort, person, NOW)
            made[name] = make_certificate(person, module)
        make_certificate(make_person(name="Of another group"), module)
    return Group(cohort, trainer, made)


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two certificates made at a time."""
    kind = replace(certificates.CERTIFICATES, slice_size=2)
    monkeypatch.setitem(kinds._kinds, kind.name, kind)


def finish(task_id: int, clock: Clock | None = None) -> Task:
    """Let a worker do all of it."""
    clock = clock or Clock()
    for _ in range(20):
        work(clock(), clock)
    task = read_task(task_id)
    assert isinstance(task, Task)
    return task


def archive_of(task: Task) -> ZipFile:
    return ZipFile(io.BytesIO(get_file(task).read_bytes()))


def table_of(archive: ZipFile, name: str = "certificates.csv") -> list[list[str]]:
    text = archive.read(name).decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))


def bookmarks(content: bytes) -> list[tuple[str, int | None]]:
    reader = PdfReader(io.BytesIO(content))
    return [
        (str(mark.title), reader.get_destination_page_number(mark))
        for mark in reader.outline
        if isinstance(mark, Destination)
    ]


# --- the ZIP ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_slices")
def test_a_zip_has_the_document_of_everybody_in_order(group: Group) -> None:
    task = finish(group.ask())

    archive = archive_of(task)
    documents = [archive.read(name) for name in archive.namelist() if name.endswith(".pdf")]
    assert archive.testzip() is None
    assert documents == [make_document(group.certificates[name]) for name in IN_ORDER]
    assert (task.done, task.total, dict(task.tally)) == (6, 6, {"made": 6})


def test_the_names_in_a_zip_are_plain_and_lead_nowhere(group: Group) -> None:
    archive = archive_of(finish(group.ask()))

    names = archive.namelist()
    shape = r"[a-z0-9-]+-soar-to-health-and-wellness-2026-11-22-([0-9A-Z]{4}-){6}[0-9A-Z]{3}\.pdf"
    assert all(re.fullmatch(shape, name) for name in names[:-1])
    starts = [name.split("-soar-")[0] for name in names[:-1]]
    assert starts == ["etc-passwd", "1-1", "ana-torres", "angel-pena", "zoe-lukasz", "certificate"]
    assert names[-1] == "certificates.csv"
    assert len(set(names)) == len(names)


def test_the_table_in_a_zip_says_what_is_in_it(group: Group) -> None:
    archive = archive_of(finish(group.ask()))

    header, *rows = table_of(archive)

    assert header == [
        "Name",
        "Module",
        "Language",
        "Completed on",
        "Valid until",
        "Code",
        "Address to verify it",
        "File",
    ]
    assert [row[0] for row in rows] == ["'=1+1" if name == "=1+1" else name for name in IN_ORDER]
    assert rows[2][2:4] == ["English", "2026-11-22"]
    assert rows[2][6].endswith(f"/verify/{rows[2][5]}")
    assert [row[7] for row in rows] == archive.namelist()[:-1]


def test_the_file_is_in_the_language_it_was_asked_for_in(group: Group) -> None:
    task = finish(group.ask(language="es"))

    assert task.file_name is not None
    assert re.fullmatch(r"certificados-night-shift-2026-11-\d\d\.zip", task.file_name)
    assert table_of(archive_of(task), "certificados.csv")[0][0] == "Nombre"


# --- one PDF ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_slices")
def test_one_pdf_has_everybody_with_a_bookmark_and_can_be_read_aloud(group: Group) -> None:
    task = finish(group.ask(Form.PDF))

    content = get_file(task).read_bytes()
    assert bookmarks(content) == [(name, place) for place, name in enumerate(IN_ORDER)]
    assert "Ana Torres" in PdfReader(io.BytesIO(content)).pages[2].extract_text()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)) == len(IN_ORDER)
    assert (task.file_name or "").endswith(".pdf")


# --- which --------------------------------------------------------------------------------------


def test_only_those_who_were_named_are_in_it(group: Group) -> None:
    chosen = tuple(
        number
        for name in ("Zoë Łukasz", "Ana Torres")
        if (number := group.certificates[name].person_id) is not None
    )

    rows = table_of(archive_of(finish(group.ask(person_ids=chosen))))

    assert [row[0] for row in rows[1:]] == ["Ana Torres", "Zoë Łukasz"]


@pytest.mark.parametrize(("with_expired", "count"), [(False, 5), (True, 6)])
def test_what_has_expired_is_in_it_when_asked_for(
    group: Group, with_expired: bool, count: int
) -> None:
    with transaction():
        group.certificates["Ana Torres"].expires_on = NOW.date() - timedelta(days=1)
        db.session.add(group.certificates["Ana Torres"])

    task = finish(group.ask(with_expired=with_expired))

    assert task.tally == {"made": count}


def test_a_module_that_the_group_does_not_take_has_no_certificates(group: Group) -> None:
    task = finish(group.ask(module_id="another-module"))

    assert (task.state, task.total, task.file) == (State.DONE, 0, None)


# --- one that cannot be made --------------------------------------------------------------------

WITHOUT_A_GLYPH = "Ana \ue000"


def rename(certificate: Certificate, name: str) -> None:
    with transaction():
        db.session.execute(
            update(Certificate).where(Certificate.id == certificate.id).values(name=name)
        )


@pytest.mark.parametrize("form", Form)
def test_one_that_cannot_be_made_does_not_cost_the_others(group: Group, form: Form) -> None:
    rename(group.certificates["Ana Torres"], WITHOUT_A_GLYPH)

    task = finish(group.ask(form))

    assert task.tally == {"faulty": 1, "made": 5}
    assert bundles.say_result(task.tally)[1].startswith("1 could not be made and is left out.")
    if form is Form.ZIP:
        files = {row[0]: row[7] for row in table_of(archive_of(task))}
        assert files[WITHOUT_A_GLYPH] == ""


@pytest.mark.parametrize("form", Form)
def test_when_none_can_be_made_it_is_tried_again_later(group: Group, form: Form) -> None:
    for certificate in group.certificates.values():
        rename(certificate, WITHOUT_A_GLYPH)
    task_id, clock = group.ask(form), Clock()

    for _ in range(2):
        work(clock(), clock)

    task = read_task(task_id)
    assert (task.state, task.done) == (State.RUNNING, 0)
    assert task.last_error.startswith("PDFError: ")


# --- changes in between -------------------------------------------------------------------------


def revoke(certificate: Certificate) -> None:
    with transaction():
        db.session.execute(
            update(Certificate)
            .where(Certificate.id == certificate.id)
            .values(revoked_at=NOW, revoked_reason="a mistake")
        )


def replace_with(certificate: Certificate, name: str) -> None:
    """Give somebody a certificate with another name in place of theirs."""
    columns = {column.name for column in Certificate.__table__.columns} - {"id", "status_index"}
    values = {key: getattr(certificate, key) for key in columns}
    with transaction():
        row = Certificate(**values | {"name": name, "code": make_code()})
        row.enrolment_id = None
        db.session.add(row)
        db.session.flush()
        db.session.execute(
            update(Certificate)
            .where(Certificate.id == certificate.id)
            .values(replaced_by_id=row.id)
        )


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("turns", [1, 2, 4], ids=["planned", "begun", "made"])
@pytest.mark.parametrize("form", Form)
def test_what_was_revoked_meanwhile_is_left_out_and_what_was_replaced_is_swapped(
    group: Group, turns: int, form: Form
) -> None:
    task_id, clock = group.ask(form), Clock()
    for _ in range(turns):
        work(clock(), clock)
    revoke(group.certificates["Ana Torres"])
    replace_with(group.certificates["=1+1"], "Ben Okonkwo")

    task = finish(task_id, clock)

    assert task.tally == {"made": 4, "revoked": 1, "swapped": 1}
    content = get_file(task).read_bytes()
    if form is Form.ZIP:
        names = [row[0] for row in table_of(ZipFile(io.BytesIO(content)))[1:]]
    else:
        names = [name for name, _ in bookmarks(content)]
    assert names == ["../../etc/passwd", "Ben Okonkwo", "Ángel Peña", "Zoë Łukasz", "محمد علي"]
    assert bundles.say_result(task.tally) == [
        "5 certificates.",
        "1 was replaced in the meantime: the newer one is in the file.",
        "1 was revoked in the meantime and is left out.",
    ]


@pytest.mark.parametrize("form", Form)
def test_when_all_were_revoked_there_is_no_file(group: Group, form: Form) -> None:
    task_id = group.ask(form)
    clock = Clock()
    work(clock(), clock)
    for certificate in group.certificates.values():
        revoke(certificate)

    task = finish(task_id, clock)

    assert (task.state, task.file, dict(task.tally)) == (State.DONE, None, {"revoked": 6})
    assert bundles.say_result(task.tally)[0] == "There is no certificate to put into a file."


def test_a_trainer_who_left_the_group_gets_nothing(group: Group) -> None:
    task_id = group.ask()
    with transaction():
        db.session.execute(delete(CohortTrainer).where(CohortTrainer.cohort_id == group.cohort.id))

    assert finish(task_id).state == State.FAILED


def die_in_the_middle(config: Config) -> None:
    """Be a worker that is killed while it makes the fourth certificate."""
    app, clock, left = create_app(config), Clock(), iter(range(3))

    def make(order: Order, items: Sequence[Item], target: Path, beat: Beat) -> Tally:
        def die_at_the_fourth() -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            beat()

        return certificates.CERTIFICATES.make(order, items, target, die_at_the_fourth)

    kinds.add_kind(replace(certificates.CERTIFICATES, slice_size=2, make=make))
    with app.app_context():
        for _ in range(5):
            work(clock(), clock)


@pytest.mark.usefixtures("small_slices")
def test_a_worker_killed_in_the_middle_costs_nothing(group: Group, config: Config) -> None:
    task_id = group.ask()
    ended = run_until_killed(die_in_the_middle, config)
    before = read_task(task_id).done
    clock = Clock(read_task(task_id).due_at)
    turns = 0
    while read_task(task_id).state == State.RUNNING:
        turns += work(clock(), clock)

    archive = archive_of(read_task(task_id))
    assert (ended, before, turns) == (-signal.SIGKILL, 2, 3)
    assert len(archive.namelist()) == len(set(archive.namelist())) == 7
    assert archive.testzip() is None


def test_a_slice_takes_as_many_queries_however_many_are_in_it(group: Group, tmp_path: Path) -> None:
    ids = [certificate.id for certificate in group.certificates.values()]
    costs = []

    for part in (ids[:1], ids):
        with statements_of(db.engine) as statements:
            bundles.make_slice(Form.ZIP, part, tmp_path / "part", lambda: None)
        costs.append(len(statements))

    assert costs == [1, 1]


# --- the page -----------------------------------------------------------------------------------


@pytest.fixture
def page(group: Group) -> str:
    return f"/en/cohorts/{group.cohort.id}/certificates"


def test_the_page_says_how_many_there_are(as_trainer: FlaskClient, page: str) -> None:
    text = text_of(get_page(as_trainer, page), "main")

    assert "6 certificates in this group; valid today: 6." in text


def test_asking_leads_to_the_page_of_the_task_and_is_noted(
    group: Group, as_trainer: FlaskClient, page: str
) -> None:
    answer = post_form(as_trainer, page, {"file_form": "zip", "which": "valid"})

    task = db.session.scalars(select(Task)).one()
    assert answer.location == f"/en/tasks/{task.id}"
    title = text_of(get_page(as_trainer, answer.location or ""), "h1")
    assert title == "Certificates of Night shift (ZIP)"
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "certificates-exported")
    ).one()
    assert (entry.actor_id, entry.facts) == (
        group.trainer.id,
        {"cohort": group.cohort.id, "number": 6},
    )


def test_a_second_click_is_the_same_task(as_trainer: FlaskClient, page: str) -> None:
    places = {
        post_form(as_trainer, page, {"file_form": "pdf", "which": "all"}).location for _ in range(2)
    }

    assert len(places) == 1


def test_what_was_asked_for_stands_on_the_page(as_trainer: FlaskClient, page: str) -> None:
    post_form(as_trainer, page, {"file_form": "pdf", "which": "valid"})

    listed = text_of(get_page(as_trainer, page), ".cards li")

    assert listed.startswith("Certificates of Night shift (one PDF) Waiting")


def test_people_can_be_named_by_their_addresses(
    group: Group, as_trainer: FlaskClient, page: str
) -> None:
    ana = group.certificates["Ana Torres"]
    person = db.session.get_one(Person, ana.person_id)
    data = {"file_form": "zip", "which": "valid", "people": f"Ana, {person.email.upper()}"}

    post_form(as_trainer, page, data)

    task = db.session.scalars(select(Task)).one()
    assert task.parameters["people"] == [person.id]


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        ("who@example.org", "No member of this group has the address who@example.org."),
        ("nobody", "Line 1: there is no e-mail address like name@example.org at its end."),
        ("a@example.org\n" * 201, "These are 201 lines. Write at most 200 at a time."),
    ],
)
def test_people_who_cannot_be_found_are_named_and_stay_in_the_box(
    as_trainer: FlaskClient, page: str, people: str, fault: str
) -> None:
    data = {"file_form": "zip", "which": "valid", "people": people}

    answer = post_form(as_trainer, page, data, status=422)

    assert errors_of(answer) == [fault]
    assert people.split("\n", 1)[0] in answer.text
    assert db.session.scalars(select(Task)).all() == []


def test_a_line_with_a_fault_is_named_by_its_place_in_the_box(
    group: Group, as_trainer: FlaskClient, page: str
) -> None:
    ana = db.session.get_one(Person, group.certificates["Ana Torres"].person_id)
    data = {"file_form": "zip", "which": "valid", "people": f"{ana.email}\nnobody"}

    answer = post_form(as_trainer, page, data, status=422)

    assert [fault.split(":")[0] for fault in errors_of(answer)] == ["Line 2"]


def test_a_wish_that_means_no_certificate_is_refused(
    group: Group, as_trainer: FlaskClient, page: str
) -> None:
    for certificate in group.certificates.values():
        revoke(certificate)
    with transaction():
        db.session.execute(
            update(Certificate)
            .where(Certificate.person_id == group.certificates["Ana Torres"].person_id)
            .values(
                revoked_at=None, revoked_reason=None, expires_on=NOW.date() - timedelta(days=400)
            )
        )

    answer = post_form(as_trainer, page, {"file_form": "zip", "which": "valid"}, status=422)

    assert errors_of(answer) == ["There is no certificate like that yet. Choose others, or wait."]


def test_more_than_anybody_prints_is_refused(
    as_trainer: FlaskClient, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soar_lms.cohorts.views.certificates.MOST_IN_A_PDF", 5)

    answer = post_form(as_trainer, page, {"file_form": "pdf", "which": "valid"}, status=422)

    assert errors_of(answer)[0].startswith("These are 6 certificates, and one PDF holds 5.")


def test_a_group_without_certificates_says_so(as_trainer: FlaskClient, cohort: Cohort) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}/certificates")

    assert "Nobody in this group has a certificate yet." in text_of(page, "main")
    assert not page.select("main form")


def test_another_trainer_finds_neither_page_nor_task(
    group: Group, page: str, sign_in: SignIn, person: Callable[..., Person]
) -> None:
    stranger = sign_in(person(role=Role.TRAINER))
    task_id = group.ask()

    assert stranger.get(page).status_code == 404
    assert stranger.get(f"/en/tasks/{task_id}").status_code == 404
