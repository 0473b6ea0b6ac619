"""A GET never writes; a POST writes once, after its form was checked, or not at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g, request
from sqlalchemy import func, select

from soar_lms.cohorts.models import Cohort
from soar_lms.config import SQLiteSynchronous
from soar_lms.database import WriteWithoutCSRFError, configure_engine, db, transaction
from tests.factories import NOW
from tests.rules.source import Source, dotted, read_sources
from tests.support.databases import close_connections

# --- the one place that commits, on a tiny application ------------------------------------------


@pytest.fixture
def tiny_app(tmp_path: Path) -> Iterator[Flask]:
    """Return an application with one address, which writes a row for whoever asks."""
    app = Flask("tiny")
    app.config.update(
        TESTING=True,
        PROPAGATE_EXCEPTIONS=True,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'tiny.db'}",
    )
    db.init_app(app)
    app.add_url_rule("/", view_func=write, methods=["GET", "POST", "PUT", "DELETE"])
    with app.app_context():
        configure_engine(db.engine, SQLiteSynchronous.NORMAL)
        db.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        close_connections()


def write() -> str:
    """Write a row; the arguments say what goes wrong."""
    if "checked" in request.args:
        g.csrf_checked = True
    with transaction() as session:
        session.add(Cohort(name="Night shift", created_at=NOW))
        if "nested" in request.args:
            with transaction():
                pass
        if "fails" in request.args:
            raise LookupError
    if "again" in request.args:
        raise LookupError
    return "written"


def count(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).select_from(Cohort))
        return found or 0


def test_a_post_with_a_checked_form_writes_once(tiny_app: Flask) -> None:
    response = tiny_app.test_client().post("/?checked")

    assert (response.status_code, count(tiny_app)) == (200, 1)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("query", ["", "?checked"])
def test_a_request_that_only_reads_cannot_write(tiny_app: Flask, method: str, query: str) -> None:
    with (
        tiny_app.test_request_context(f"/{query}", method=method),
        pytest.raises(WriteWithoutCSRFError, match="a GET never writes"),
    ):
        write()

    assert count(tiny_app) == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_request_without_a_checked_form_cannot_write(tiny_app: Flask, method: str) -> None:
    with pytest.raises(WriteWithoutCSRFError, match="check the form"):
        tiny_app.test_client().open("/", method=method)

    assert count(tiny_app) == 0


def test_transactions_do_not_nest(tiny_app: Flask) -> None:
    with pytest.raises(RuntimeError, match="do not nest"):
        tiny_app.test_client().post("/?checked&nested")

    assert count(tiny_app) == 0


def test_what_fails_inside_leaves_nothing(tiny_app: Flask) -> None:
    with pytest.raises(LookupError):
        tiny_app.test_client().post("/?checked&fails")

    assert count(tiny_app) == 0


def test_what_fails_afterwards_takes_nothing_back(tiny_app: Flask) -> None:
    with pytest.raises(LookupError):
        tiny_app.test_client().post("/?checked&again")

    assert count(tiny_app) == 1


def test_a_refused_request_leaves_the_way_free_for_the_next(tiny_app: Flask) -> None:
    client = tiny_app.test_client()
    for query in ("nested", "fails"):
        with pytest.raises((RuntimeError, LookupError)):
            client.post(f"/?checked&{query}")

    assert client.post("/?checked").status_code == 200


def test_outside_a_request_a_transaction_writes_too(context: Flask) -> None:
    with transaction() as session:
        session.add(Cohort(name="Night shift", created_at=NOW))

    assert count(context) == 1


def test_outside_a_request_transactions_do_not_nest_either(context: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="do not nest"):
        transaction().__enter__()


# --- how views use it ---------------------------------------------------------------------------


def find_careless_views(source: Source) -> list[str]:
    """Return views that open a transaction for a GET, more than one, or before their form."""
    return [fault for view in source.functions() for fault in _faults(source, view)]


def _faults(source: Source, view: ast.FunctionDef) -> Iterator[str]:
    routes = {dotted(item.func) for item in view.decorator_list if isinstance(item, ast.Call)}
    opened = _calls(view, {"transaction"})
    if not any(name.startswith("blueprint.") for name in routes) or not opened:
        return
    if "blueprint.get" in routes:
        yield source.at(opened[0], f"{view.name} answers a GET: it never writes")
    if len(opened) > 1:
        yield source.at(opened[1], f"{view.name} opens a second transaction")
    checked = _calls(view, {"validate_on_submit", "check_token"})
    if not checked or checked[0].lineno > opened[0].lineno:
        yield source.at(opened[0], f"{view.name} writes before it checks its form")


def _calls(view: ast.FunctionDef, names: set[str]) -> list[ast.Call]:
    found = [
        node
        for node in ast.walk(view)
        if isinstance(node, ast.Call) and dotted(node.func).rsplit(".", 1)[-1] in names
    ]
    return sorted(found, key=lambda call: call.lineno)


def test_every_view_checks_its_form_and_writes_once() -> None:
    faults = [fault for source in read_sources() for fault in find_careless_views(source)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param(
            "@blueprint.get('/')\ndef f():\n    form.validate_on_submit()\n"
            "    with transaction(): pass",
            ["pages.py:4: f answers a GET: it never writes"],
            id="get",
        ),
        pytest.param(
            "@blueprint.post('/')\ndef f():\n    with transaction(): pass\n"
            "    form.validate_on_submit()",
            ["pages.py:3: f writes before it checks its form"],
            id="unchecked",
        ),
        pytest.param(
            "@blueprint.post('/')\ndef f():\n    if ActionForm().validate_on_submit():\n"
            "        with transaction(): pass\n        with transaction(): pass",
            ["pages.py:5: f opens a second transaction"],
            id="twice",
        ),
    ],
)
def test_a_careless_view_is_reported(text: str, faults: list[str]) -> None:
    assert find_careless_views(Source("pages.py", text)) == faults


# --- the one write that a GET may do ------------------------------------------------------------

APPENDS = {"audit/services.py", "database.py"}


def find_other_logs(source: Source) -> list[str]:
    """Return where something other than the audit trail imports the write that a GET may do."""
    if source.path in APPENDS:
        return []
    return [
        source.at(node, "only the audit trail is written to while a page is read")
        for node, name in source.imports()
        if name == "soar_lms.database.append"
    ]


def test_only_the_audit_trail_is_written_to_while_a_page_is_read() -> None:
    faults = [fault for source in read_sources() for fault in find_other_logs(source)]

    assert not faults, "\n".join(faults)


def test_another_log_is_reported() -> None:
    source = Source("pages.py", "from soar_lms.database import append, db\n")

    assert find_other_logs(source) == [
        "pages.py:1: only the audit trail is written to while a page is read"
    ]
