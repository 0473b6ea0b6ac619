"""The demonstration people: made from whatever the content asks of learners."""

from __future__ import annotations

from dataclasses import asdict, replace
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select

from soar_lms.assessments.draw import draw_items
from soar_lms.assessments.grading import earned, is_complete
from soar_lms.assessments.items import frozen_key
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank
from soar_lms.certificates.models import Certificate
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.demo import make_demo, wrong_answer
from tests.assessments.variants import with_attempts, with_kinds
from tests.factories import NOW


@pytest.mark.parametrize("wait_minutes", [0, 30])
def test_the_demo_waits_between_tries_as_learners_do(
    context: Flask, module: Module, wait_minutes: int
) -> None:
    version = with_attempts(module, wait_minutes=wait_minutes)

    with transaction():
        make_demo(replace(catalogue(), modules={module.id: version}), NOW)

    assert db.session.scalar(select(func.count()).select_from(Certificate))


def test_a_wrong_answer_is_complete_and_earns_nothing_in_every_kind(module: Module) -> None:
    questions = with_kinds(module).questions(Bank.POST, "health-care")

    for item in draw_items(questions, Random(1)):
        key, answer = frozen_key(asdict(item)), wrong_answer(asdict(item))
        assert is_complete(answer, key)
        assert earned(answer, key) == 0
