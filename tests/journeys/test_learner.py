"""The whole way, from the first visit to a certificate that a stranger verifies. No mocks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.catalogue.evaluation import ItemKind
from soar_lms.catalogue.model import Module
from soar_lms.messages.models import OutboxMessage
from tests.factories import PASSWORD
from tests.support.page import get_page, post_form, text_of

Outbox = Callable[[], list[OutboxMessage]]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("setting", ["health-care", "social-services"])
def test_a_newcomer_signs_up_learns_passes_and_is_certified(
    app: Flask, client: FlaskClient, module: Module, outbox: Outbox, language: str, setting: str
) -> None:
    sign_up(client, outbox, language)
    place = f"/{language}/learn/{module.id}"

    post_form(client, place, {"setting": setting})
    take_test(client, module, f"{place}/tests/pre")
    for lesson in module.spec.lessons:
        post_form(client, f"{place}/{setting}/{lesson.id}")
    take_test(client, module, f"{place}/tests/post")
    post_form(client, f"{place}/evaluation", evaluation(module))
    done = post_form(
        client, f"{place}/certificate", {"name": "María José Núñez de la Cruz", "step": "issue"}
    )

    page = get_page(client, str(done.location))
    code = text_of(page, "dd.code")
    document = client.get(f"/certificates/{code}.pdf")
    assert document.content_type == "application/pdf"
    assert document.data.startswith(b"%PDF-1.7")
    verified = get_page(app.test_client(), f"/{language}/verify/{code}")
    assert "María José Núñez de la Cruz" in text_of(verified, "main")
    assert verified.select_one("html")["lang"] == language  # type: ignore[index]  # every page has one


def sign_up(client: FlaskClient, outbox: Outbox, language: str) -> None:
    data = {
        "name": "María",
        "email": "maria@example.org",
        "password": PASSWORD,
        "language": language,
        "time_zone": "America/Chicago",
    }
    post_form(client, f"/{language}/sign-up", data)
    (mail,) = outbox()
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+/confirm/\S+)", mail.body)
    assert found
    post_form(client, found.group(1))
    post_form(client, f"/{language}/sign-in", {"email": data["email"], "password": PASSWORD})
    get_page(client, f"/{language}/home")


def take_test(client: FlaskClient, module: Module, address: str) -> None:
    """Answer every question of a test rightly and hand it in."""
    started = str(post_form(client, address).location)
    attempt = started.rsplit("/", 1)[0]
    page = get_page(client, started)
    total = int(page.select_one(".lesson-place progress")["max"])  # type: ignore[index,arg-type]  # there is one
    for position in range(1, total + 1):
        stem = text_of(get_page(client, f"{attempt}/{position}"), ".question legend")
        right = right_options(module, stem)
        post_form(client, f"{attempt}/{position}", {"choice": right, "go": "next"})
    post_form(client, f"{attempt}/review")
    get_page(client, f"{attempt}/result")


def right_options(module: Module, stem: str) -> list[str]:
    for text in module.texts.values():
        for name, words in text.questions.items():
            if " ".join(words.stem.split()) == stem:
                return list(module.spec.questions[name].correct)
    raise AssertionError(stem)


def evaluation(module: Module) -> dict[str, str]:
    spec = module.spec.evaluation
    assert spec is not None
    data: dict[str, str] = {}
    for item_id, item in spec.items_of(spec.completion).items():
        if item.kind is ItemKind.BEFORE_NOW:
            data |= {f"{item_id}-before": "2", f"{item_id}-now": "4"}
        elif item.kind is ItemKind.SCALE:
            data[item_id] = "5"
    return data
