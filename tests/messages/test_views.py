"""The mailbox of the demo; and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from soar_lms.config import Mode
from tests.support.pack import PACK
from tests.support.quick import parsed, words
from tests.support.sites import make_site


def demo(folder: Path, **values: object) -> FlaskClient:
    return make_site(folder, mode=Mode.DEMO, modules=PACK, **values).test_client()


@pytest.mark.parametrize("language", ["en", "es"])
def test_outside_a_demo_there_is_no_mailbox(client: FlaskClient, language: str) -> None:
    assert client.get(f"/{language}/demo-mail").status_code == 404


def test_a_demo_with_a_mail_server_has_no_mailbox(tmp_path: Path) -> None:
    client = demo(tmp_path, smtp_url="smtp://127.0.0.1:2525")

    assert client.get("/en/demo-mail").status_code == 404


def test_a_demo_shows_its_mail_the_newest_first_with_links_and_without_markup(
    tmp_path: Path,
) -> None:
    client = demo(tmp_path)
    assert "No e-mail yet." in words(client.get("/en/demo-mail"))
    folder = tmp_path / "mail"
    folder.mkdir()
    for number in (1, 2, 40):
        text = f"Subject: {number}\n\nhttp://127.0.0.1:8000/{number} <script>x</script>\n"
        (folder / f"{number:06d}-welcome-a.txt").write_text(text, encoding="utf-8")

    page = parsed(client.get("/en/demo-mail"))

    links = [str(item["href"]) for item in page.select(".mail a")]
    assert links == [f"http://127.0.0.1:8000/{number}" for number in (40, 2, 1)]
    assert page.select("main script") == []
