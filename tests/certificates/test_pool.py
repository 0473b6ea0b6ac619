"""Processes that make documents: the same bytes, a bounded wait, and none that is missed."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.serving import children_of
from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.certificates import pdf
from soar_lms.certificates.context import make_context
from soar_lms.certificates.documents import RENDERERS
from soar_lms.certificates.manuscript import Attachment, Manuscript, PDFError
from soar_lms.certificates.pool import Renderers, RenderersBusyError, running_renderers
from soar_lms.certificates.typeset import write_file
from soar_lms.database import transaction
from tests.certificates.test_context import row
from tests.factories import make_certificate
from tests.support.page import check_page
from tests.support.quick import words

ADDRESS = "https://training.example.org/verify/0123-4567-89AB-CDEF-GHJK-MNPQ-RSX"
SOON_SECONDS = 60


@pytest.fixture(scope="module")
def manuscript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manuscript]:
    from tests.support.sites import make_site

    app = make_site(tmp_path_factory.mktemp("site"))
    with app.app_context():
        context = make_context(row(), ADDRESS)
        yield pdf.write_manuscript(context, (Attachment("credential.json", b"{}"),))


@pytest.fixture(scope="module")
def renderers() -> Iterator[Renderers]:
    with running_renderers(1, workers=4) as found:
        yield found


def process_of(renderers: Renderers) -> int:
    """Return the one process that makes documents, once it is there."""
    end = time.monotonic() + SOON_SECONDS
    while time.monotonic() < end:
        if children := children_of(renderers.process):
            return children[0]
        time.sleep(0.01)
    raise AssertionError("no process")


def process_at_work(renderers: Renderers, *, but: int = 0) -> int:
    """Return the process that makes documents, once it has been handed one.

    Idle, it holds one socket, where it listens; at work a second one, to whoever waits.
    """
    end = time.monotonic() + SOON_SECONDS
    while time.monotonic() < end:
        process = process_of(renderers)
        if process != but and len(list(_sockets_of(process))) > 1:
            return process
        time.sleep(0.01)
    raise AssertionError("no process at work")


def _sockets_of(process: int) -> Iterator[str]:
    for file in Path(f"/proc/{process}/fd").glob("*"):
        with suppress(OSError):  # it is closed by now
            if (name := os.readlink(file)).startswith("socket:"):
                yield name


def slow(manuscript: Manuscript) -> Manuscript:
    """Return a manuscript that takes minutes."""
    rows = "<tr>" + "<td>cell</td>" * 40 + "</tr>"
    body = f"<table>{rows * 3000}</table>"
    return replace(manuscript, markup=manuscript.markup.replace("</body>", body + "</body>"))


def test_another_process_makes_the_same_bytes(renderers: Renderers, manuscript: Manuscript) -> None:
    assert renderers.render(lambda: manuscript) == write_file(pdf.lay_out(manuscript))


def test_what_is_wrong_with_a_document_is_said(
    renderers: Renderers, manuscript: Manuscript
) -> None:
    broken = replace(manuscript, markup='<html lang="en"><img alt="x" src="file:///etc/passwd">')

    with pytest.raises(PDFError, match="file:///etc/passwd"):
        renderers.render(lambda: broken)


def test_a_process_that_was_killed_is_replaced_and_nobody_notices(
    renderers: Renderers, manuscript: Manuscript
) -> None:
    before = process_of(renderers)

    os.kill(before, signal.SIGKILL)
    data = renderers.render(lambda: manuscript)

    assert data.startswith(b"%PDF-1.7")
    assert process_of(renderers) != before


def test_a_process_that_dies_at_work_costs_one_more_try(
    renderers: Renderers, manuscript: Manuscript
) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(renderers.render, lambda: slow(manuscript))
        first = process_at_work(renderers)
        os.kill(first, signal.SIGKILL)
        os.kill(process_at_work(renderers, but=first), signal.SIGKILL)

        with pytest.raises(PDFError, match="died twice"):
            waiting.result()

    assert renderers.render(lambda: manuscript).startswith(b"%PDF-1.7")


def test_when_all_processes_are_gone_they_are_started_again(
    renderers: Renderers, manuscript: Manuscript
) -> None:
    child = process_of(renderers)
    os.kill(renderers.process, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)

    assert renderers.render(lambda: manuscript).startswith(b"%PDF-1.7")


def test_a_document_that_takes_too_long_is_given_up(tmp_path: Path, manuscript: Manuscript) -> None:
    impatient = Renderers(tmp_path, count=1, waiting=1, limit=10)
    impatient.start()
    try:
        impatient.render(lambda: manuscript)

        with pytest.raises(PDFError, match="too long"):
            impatient.render(lambda: slow(manuscript))

        assert impatient.render(lambda: manuscript).startswith(b"%PDF-1.7")
    finally:
        impatient.stop()


def test_a_flood_is_refused_at_once_and_those_who_wait_are_served(
    renderers: Renderers, manuscript: Manuscript
) -> None:
    def ask(_number: int) -> str:
        try:
            return "made" if renderers.render(lambda: manuscript) else ""
        except RenderersBusyError:
            return "refused"

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(ask, range(48)))

    assert set(answers) == {"made", "refused"}
    assert renderers.render(lambda: manuscript).startswith(b"%PDF-1.7")


def test_processes_end_with_the_program_that_started_them(manuscript: Manuscript) -> None:
    with running_renderers(1, workers=2) as ending:
        ending.render(lambda: manuscript)
        processes = [ending.process, process_of(ending)]

    end = time.monotonic() + SOON_SECONDS
    while any(map(_is_running, processes)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(map(_is_running, processes))


def _is_running(process: int) -> bool:
    try:
        words = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in words


def test_a_process_knows_no_secret(manuscript: Manuscript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_SECRET_KEY", "x" * 40)
    with running_renderers(1, workers=2) as others:
        others.render(lambda: manuscript)
        environment = Path(f"/proc/{process_of(others)}/environ").read_bytes()

    assert b"SOAR_" not in environment


def test_a_swept_folder_is_made_again(tmp_path: Path, manuscript: Manuscript) -> None:
    folder = tmp_path / "swept"
    renderers = Renderers(folder, count=1, waiting=1)
    try:
        renderers.render(lambda: manuscript)
        shutil.rmtree(folder)

        assert renderers.render(lambda: manuscript).startswith(b"%PDF-1.7")
    finally:
        renderers.stop()


# --- what a learner sees ------------------------------------------------------------------------


@pytest.fixture
def code(app: Flask, learner: Person, module: Module) -> str:
    with app.app_context(), transaction():
        return make_certificate(learner, module).code


@pytest.mark.parametrize(
    ("accept", "title"),
    [("en", "Your certificate is coming"), ("es", "Su certificado está en camino")],
)
def test_too_many_at_once_are_asked_to_wait_and_the_page_tries_again(
    app: Flask,
    as_learner: FlaskClient,
    code: str,
    tmp_path: Path,
    accept: str,
    title: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.extensions, RENDERERS, Renderers(tmp_path, count=1, waiting=0))

    response = as_learner.get(f"/certificates/{code}.pdf", headers={"Accept-Language": accept})

    assert response.status_code == 503
    assert (response.headers["Retry-After"], response.headers["Refresh"]) == ("3", "3")
    assert check_page(response).select_one("h1").get_text() == title  # type: ignore[union-attr]  # every page has one


def test_a_document_that_cannot_be_made_is_not_lost(
    app: Flask, as_learner: FlaskClient, code: str, tmp_path: Path
) -> None:
    unreachable = Renderers(tmp_path / ("too long for a socket " * 6), count=1, waiting=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.extensions, RENDERERS, unreachable)
        broken = as_learner.get(f"/certificates/{code}.pdf")

    mended = as_learner.get(f"/certificates/{code}.pdf")

    assert (broken.status_code, broken.headers["Retry-After"]) == (503, "120")
    assert "Refresh" not in broken.headers
    assert "Your certificate is issued, and nothing is lost." in words(broken)
    assert mended.data.startswith(b"%PDF-1.7")
