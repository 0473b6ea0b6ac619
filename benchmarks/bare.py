"""The limits: the least that a page and an insert cost with the same stack on the same database.

Flask and Flask-SQLAlchemy as their manuals show them, with our engine settings: one SELECT and one
template, one INSERT and a commit. No session cookie, no signing in, no forms, no languages. The
template prints the same lesson text, so that both send about the same number of bytes.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from markupsafe import Markup
from sqlalchemy import JSON, BigInteger, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from soar_lms.config import SQLiteSynchronous
from soar_lms.database import configure_engine

_TEMPLATE = """<!DOCTYPE html><html lang="en"><head><title>{{ person.name }}</title></head>
<body><h1>Lesson</h1><p>{{ person.name }}</p>{{ body }}</body></html>"""


class _Base(DeclarativeBase):
    pass


class _Person(_Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class _Answer(_Base):
    __tablename__ = "bare_answers"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    chosen: Mapped[list[str]] = mapped_column(JSON)
    saved_at: Mapped[str]


db = SQLAlchemy(model_class=_Base)
body = Markup(Path(os.environ["BARE_BODY"]).read_text(encoding="utf-8"))  # our own
app = Flask(__name__)
app.jinja_loader = DictLoader({"lesson.html": _TEMPLATE})
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BARE_DATABASE_URL"]
db.init_app(app)
with app.app_context():
    configure_engine(db.engine, SQLiteSynchronous(os.environ["BARE_SYNCHRONOUS"]))
_numbers = itertools.count(os.getpid() * 1_000_000_000)


@app.get("/lesson")
def show_lesson() -> str:
    person = db.session.scalar(select(_Person).where(_Person.id == 1))
    return render_template("lesson.html", person=person, body=body)


@app.post("/answer")
def save_answer() -> Any:
    values = {
        "id": next(_numbers),
        "chosen": request.form.getlist("choice"),
        "saved_at": "2026-11-22",
    }
    db.session.execute(insert(_Answer).values(**values))
    db.session.commit()
    return {"saved": True}
