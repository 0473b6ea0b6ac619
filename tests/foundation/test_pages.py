"""Pages that belong to no feature: help, safety, privacy; checked as every page is."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.content import catalogue
from tests.support.page import get_page


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("page", ["resources", "safety", "privacy"])
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
