"""The limits: what Flask does with one statement and one template, on the same database.

SQLAlchemy's Core on the same engine settings, no session cookie, no ORM, no forms. The template
prints the same lesson text, so that both send about the same number of bytes.
"""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from jinja2 import DictLoader
from markupsafe import Markup
from sqlalchemy import create_engine, text

from soar_lms.config import SQLiteSynchronous
from soar_lms.database import configure_engine

_TEMPLATE = """<!DOCTYPE html><html lang="en"><head><title>{{ name }}</title></head>
<body><h1>Lesson</h1><p>{{ name }}</p>{{ body }}</body></html>"""

engine = create_engine(os.environ["BARE_DATABASE_URL"])
configure_engine(engine, SQLiteSynchronous(os.environ["BARE_SYNCHRONOUS"]))
body = Markup(Path(os.environ["BARE_BODY"]).read_text(encoding="utf-8"))  # our own
app = Flask(__name__)
app.jinja_loader = DictLoader({"lesson.html": _TEMPLATE})
_numbers = itertools.count(os.getpid() * 1_000_000_000)
_is_sqlite = engine.dialect.name == "sqlite"


@app.get("/lesson")
def show_lesson() -> str:
    with engine.connect() as connection:
        name = connection.scalar(text("SELECT name FROM people WHERE id = :id"), {"id": 1})
    return render_template("lesson.html", name=name, body=body)


@app.post("/answer")
def save_answer() -> Any:
    values = {
        "id": next(_numbers),
        "chosen": json.dumps(request.form.getlist("choice")),
        "saved_at": "2026-11-22",
    }
    with engine.connect() as connection:
        if _is_sqlite:
            connection.execute(text("BEGIN IMMEDIATE"))
        connection.execute(
            text("INSERT INTO bare_answers VALUES (:id, :chosen, :saved_at)"), values
        )
        connection.commit()
    return app.json.response(saved=True)
