"""Learners, brought to a place on the way by the services, not by clicks."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.catalogue.model import Module
from soar_lms.database import db, transaction
from soar_lms.learning.models import Enrolment
from tests.factories import finish_lessons, give_evaluation, make_enrolment, take_test

SETTING = "health-care"
ENROLLED, READY, PASSED, EVALUATED = range(4)
"""Enrolled; before the post-test; after it; before the confirmation of the name."""


def bring(
    app: Flask, person: Person, module: Module, place: int, *, setting: str = SETTING
) -> Enrolment:
    """Take somebody to a place on the way through a module."""
    with app.app_context(), transaction():
        person = db.session.get_one(Person, person.id)
        enrolment = make_enrolment(person, module, setting=setting)
        if place >= READY:
            take_test(enrolment, module, assessments.PRE, right=2)
            finish_lessons(enrolment, module)
        if place >= PASSED:
            take_test(enrolment, module, assessments.POST)
        if place >= EVALUATED:
            give_evaluation(enrolment, module)
    return enrolment


def address(module: Module, *rest: object, language: str = "en") -> str:
    return "/".join(["", language, "learn", module.id, *map(str, rest)])


def serve(app: Flask, monkeypatch: pytest.MonkeyPatch, module: Module) -> None:
    """Let the application serve another version of a module during this test."""
    old = app.extensions["soar_catalogue"]
    new = replace(old, modules={**old.modules, module.id: module})
    monkeypatch.setitem(app.extensions, "soar_catalogue", new)


def plain(text: str) -> str:
    """Return text as a person reads it, however it is escaped, quoted and wrapped."""
    unescaped = html.unescape(re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text))
    return " ".join(re.sub(r"<[^>]+>", " ", unescaped).split())


def rationales_in(response: TestResponse, module: Module) -> set[str]:
    """Return the questions whose rationale, in any language, stands anywhere in a response."""
    found = plain(response.text)
    return {
        name
        for text in module.texts.values()
        for name, words in text.questions.items()
        if plain(words.rationale) in found
    }
