"""Pages that belong to no feature: help, safety, privacy; checked as every page is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.messages.services import post_message
from tests.support.page import get_page


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("page", ["help", "resources", "safety", "privacy"])
def test_a_page_for_everybody_is_whole_in_each_language(
    client: FlaskClient, language: str, page: str
) -> None:
    found = get_page(client, f"/{language}/{page}")

    root = found.select_one("html")
    assert root is not None
    assert root["lang"] == language


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_help_line_is_listed_with_a_way_to_reach_it(
    app: Flask, client: FlaskClient, language: str
) -> None:
    with app.app_context():
        resources = catalogue().resources
    page = get_page(client, f"/{language}/resources")

    listed = [item.get_text() for item in page.select("main .resource-name")]
    assert listed == [item.name[language] for item in resources.values()]
    assert all(item.select("a[href]") for item in page.select("main .resource"))


@pytest.mark.parametrize(
    ("minutes", "sent", "said"),
    [
        pytest.param(None, False, "goes out without delay", id="nothing-waits"),
        pytest.param(9, False, "goes out without delay", id="just-written"),
        pytest.param(11, False, "our e-mail is late", id="waits"),
        pytest.param(11, True, "goes out without delay", id="sent"),
    ],
)
def test_help_says_whether_e_mail_goes_out(
    app: Flask, client: FlaskClient, minutes: int | None, sent: bool, said: str
) -> None:
    if minutes is not None:
        written = utc_now() - timedelta(minutes=minutes)
        with app.app_context(), transaction():
            message = post_message(
                "reset-notice", recipient="a@example.org", language="en", now=written, name="Ana"
            )
            message.sent_at = utc_now() if sent else None

    page = get_page(client, "/en/help")

    assert said in page.get_text()
