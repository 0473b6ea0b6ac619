"""What each layer may do: who commits, who knows the request, who queries."""

from __future__ import annotations

import ast

import pytest

from tests.rules.source import Rule, Source, dotted, find_needless, read_sources

SOURCES = read_sources()

COMMITS = {"database.py"}
COMMIT_EXCEPTIONS = {
    # Flask-Security's own views write, and not each of them commits.
    ("accounts/security.py", "_people.commit")
}
REQUEST_NAMES = {
    "abort",
    "current_user",
    "flash",
    "g",
    "has_request_context",
    "make_response",
    "redirect",
    "render_template",
    "render_template_string",
    "request",
    "session",
    "url_for",
}
SERVICE_EXCEPTIONS = {
    # An e-mail is rendered when it is written to the outbox, in its reader's language.
    ("messages/services.py", "flask.render_template")
}
MODEL_EXCEPTIONS = {
    # A person is Flask-Security's user.
    ("accounts/models.py", "flask_security")
}
NOT_SERVICES = {
    # It is Flask-Security's views, pages and mails, put together.
    "accounts/security.py"
}


# --- the checkers: a file in, violations out ----------------------------------------------------


def find_commits(source: Source) -> list[str]:
    """Return where a transaction is begun or committed, but in `database.transaction()`."""
    if source.path in COMMITS:
        return []
    return [
        source.at(call, f"{dotted(call.func)}(): only database.transaction() commits")
        for call in source.calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"commit", "begin"}
        and (source.path, dotted(call.func)) not in COMMIT_EXCEPTIONS
    ]


def find_requests_in_services(source: Source) -> list[str]:
    """Return what a service imports of the request and the response."""
    if not is_service_module(source):
        return []
    return [
        source.at(node, f"{name}: a service takes plain arguments and knows no request")
        for node, name in source.imports()
        if (
            name.startswith("soar_lms.accounts.current.")
            or (
                name.startswith("flask")
                and (name.split(".")[-1] in REQUEST_NAMES or "." not in name)
            )
        )
        and (source.path, name) not in SERVICE_EXCEPTIONS
    ]


def find_more_than_columns(source: Source) -> list[str]:
    """Return what models import besides what columns and constraints need."""
    if source.kind != "models" or source.top == "models":
        return []
    return [
        source.at(node, f"{name}: models hold columns, they know no request and no session")
        for node, name in source.imports()
        if (
            (name.startswith("flask") and (source.path, _root(name)) not in MODEL_EXCEPTIONS)
            or name in {"sqlalchemy.select", "sqlalchemy.insert", "sqlalchemy.update"}
            or (
                name.startswith("soar_lms.database.")
                and name.rsplit(".", 1)[-1] not in {"Base", "UTCDateTime"}
            )
        )
    ]


def find_queries_in_views(source: Source) -> list[str]:
    """Return where a view asks the database itself."""
    if not is_view_module(source):
        return []
    words = "a view asks a service, not the database"
    imported = [
        source.at(node, f"{name}: {words}")
        for node, name in source.imports()
        if _root(name) in {"sqlalchemy", "flask_sqlalchemy"}
        or name in {"soar_lms.database.db", "soar_lms.extensions.db"}
    ]
    called = [
        source.at(call, f"{dotted(call.func)}(): {words}")
        for call in source.calls()
        if ".session." in f".{dotted(call.func)}" or dotted(call.func) == "select"
    ]
    return imported + called


def is_view_module(source: Source) -> bool:
    """Whether a file has views: by its name, or because something in it declares its access."""
    return source.kind == "views" or any(
        name == "soar_lms.access.access" for _, name in source.imports()
    )


def is_service_module(source: Source) -> bool:
    """Whether a file has services: by its name, or because it queries and has no views."""
    if is_view_module(source) or source.path in NOT_SERVICES:
        return False
    return source.kind == "services" or any(
        name == "sqlalchemy.select" for _, name in source.imports()
    )


def _root(name: str) -> str:
    return name.split(".", 1)[0]


RULES = [
    pytest.param(find_commits, id="only-the-database-module-commits"),
    pytest.param(find_requests_in_services, id="services-know-no-request"),
    pytest.param(find_more_than_columns, id="models-are-columns"),
    pytest.param(find_queries_in_views, id="views-do-not-query"),
]


# --- the rules, and what they must see ----------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_every_layer_keeps_to_its_work(rule: Rule) -> None:
    faults = [fault for source in SOURCES for fault in rule(source)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "path", "text", "faults"),
    [
        pytest.param(
            find_commits,
            "learning/views/home.py",
            "db.session.commit()",
            ["learning/views/home.py:1: db.session.commit(): only database.transaction() commits"],
            id="commit-in-a-view",
        ),
        pytest.param(
            find_commits,
            "accounts/security.py",
            "def keep():\n    _people.commit()\n    other.commit()",
            ["accounts/security.py:3: other.commit(): only database.transaction() commits"],
            id="commit-beside-the-exception",
        ),
        pytest.param(
            find_commits,
            "doctor.py",
            "with db.engine.begin(): pass",
            ["doctor.py:1: db.engine.begin(): only database.transaction() commits"],
            id="begin-commits-at-its-end",
        ),
        pytest.param(
            find_requests_in_services,
            "cohorts/services.py",
            "def f():\n    from flask import request",
            [
                "cohorts/services.py:2: flask.request: "
                "a service takes plain arguments and knows no request"
            ],
            id="request-inside-a-function-of-a-service",
        ),
        pytest.param(
            find_requests_in_services,
            "cohorts/services.py",
            "from flask_login import current_user",
            [
                "cohorts/services.py:1: flask_login.current_user: "
                "a service takes plain arguments and knows no request"
            ],
            id="current-user-in-a-service",
        ),
        pytest.param(
            find_requests_in_services,
            "cohorts/services.py",
            "from soar_lms.accounts.current import current_person",
            [
                "cohorts/services.py:1: soar_lms.accounts.current.current_person: "
                "a service takes plain arguments and knows no request"
            ],
            id="current-person-in-a-service",
        ),
        pytest.param(
            find_requests_in_services,
            "cohorts/services.py",
            "import flask",
            ["cohorts/services.py:1: flask: a service takes plain arguments and knows no request"],
            id="all-of-flask-in-a-service",
        ),
        pytest.param(
            find_requests_in_services,
            "cohorts/report.py",
            "from sqlalchemy import select\nfrom flask import g",
            ["cohorts/report.py:2: flask.g: a service takes plain arguments and knows no request"],
            id="request-in-a-module-that-queries",
        ),
        pytest.param(
            find_more_than_columns,
            "cohorts/models.py",
            "from flask import current_app\nfrom flask_security.core import UserMixin",
            [
                f"cohorts/models.py:{line}: {name}: "
                "models hold columns, they know no request and no session"
                for line, name in (
                    (1, "flask.current_app"),
                    (2, "flask_security.core.UserMixin"),
                )
            ],
            id="flask-in-models",
        ),
        pytest.param(
            find_more_than_columns,
            "cohorts/models.py",
            "from soar_lms.database import Base, db",
            [
                "cohorts/models.py:1: soar_lms.database.db: "
                "models hold columns, they know no request and no session"
            ],
            id="session-in-models",
        ),
        pytest.param(
            find_queries_in_views,
            "pages.py",
            "from soar_lms.access import access\nfrom soar_lms.database import db\n"
            "rows = db.session.scalars(1)",
            [
                "pages.py:2: soar_lms.database.db: a view asks a service, not the database",
                "pages.py:3: db.session.scalars(): a view asks a service, not the database",
            ],
            id="query-in-a-module-with-views",
        ),
        pytest.param(
            find_queries_in_views,
            "learning/views/home.py",
            "from sqlalchemy import select\nselect(1)",
            [
                "learning/views/home.py:1: sqlalchemy.select: "
                "a view asks a service, not the database",
                "learning/views/home.py:2: select(): a view asks a service, not the database",
            ],
            id="select-in-a-view",
        ),
    ],
)
def test_work_of_another_layer_is_reported(
    rule: Rule, path: str, text: str, faults: list[str]
) -> None:
    assert rule(Source(path, text)) == faults


@pytest.mark.parametrize(
    ("rule", "exceptions"),
    [
        pytest.param(find_commits, "COMMIT_EXCEPTIONS", id="commits"),
        pytest.param(find_requests_in_services, "SERVICE_EXCEPTIONS", id="services"),
        pytest.param(find_more_than_columns, "MODEL_EXCEPTIONS", id="models"),
    ],
)
def test_every_exception_is_needed(
    rule: Rule, exceptions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = globals()[exceptions]
    monkeypatch.setitem(globals(), exceptions, set())

    faults = [fault for source in SOURCES for fault in rule(source)]

    assert not find_needless(stated, faults)
