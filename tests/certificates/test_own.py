"""A learner's own certificates as one file."""

from __future__ import annotations

import io
from zipfile import ZipFile

from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.certificates import own
from soar_lms.certificates.documents import make_document
from soar_lms.database import transaction
from soar_lms.tasks.models import State
from soar_lms.tasks.services import get_file
from soar_lms.tasks.worker import work
from tests.factories import NOW, make_certificate, make_person
from tests.support.page import get_page, post_form, text_of
from tests.tasks.asking import Clock, read_task

PAGE = "/en/my-certificates/file"


def test_all_of_ones_own_certificates_are_in_it_and_no_others(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        mine = make_certificate(learner, module)
        make_certificate(make_person(), module)
        task_id = own.ask_for_own(learner, language="en", now=NOW).id
    clock = Clock()

    for _ in range(3):
        work(clock(), clock)

    archive = ZipFile(io.BytesIO(get_file(read_task(task_id)).read_bytes()))
    assert len(archive.namelist()) == 2
    assert archive.read(archive.namelist()[0]) == make_document(mine)


def test_a_closed_account_gets_no_file(context: Flask, learner: Person, module: Module) -> None:
    with transaction():
        make_certificate(learner, module)
        task_id = own.ask_for_own(learner, language="en", now=NOW).id
        learner.active = False
        context.extensions["sqlalchemy"].session.merge(learner)
    clock = Clock()

    work(clock(), clock)

    assert read_task(task_id).state == State.FAILED


def test_the_page_leads_to_the_file(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    with app.app_context(), transaction():
        make_certificate(learner, module)

    answer = post_form(as_learner, PAGE)

    assert text_of(get_page(as_learner, answer.location or ""), "h1") == (
        "My certificates as one file"
    )
    assert "My certificates as one file Waiting" in text_of(get_page(as_learner, PAGE), ".cards")


def test_without_a_certificate_there_is_nothing_to_ask_for(as_learner: FlaskClient) -> None:
    assert not get_page(as_learner, PAGE).select("main form")
