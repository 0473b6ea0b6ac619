"""`content new`: the smallest module that passes the check, to be filled by its author."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

from soar_lms.catalogue.problems import Problems
from soar_lms.catalogue.tree import MODULE_FILE, TEXT_FILE, read_tree
from soar_lms.catalogue.values import ID_PATTERN

_MODULE = """\
id: {id}
version: "0.1.0"
level: foundational
minutes: 10
source_language: en
settings: [{settings}]
dates: {{released: {today}, reviewed: {today}, expires: {expires}}}
objectives: [first]
lessons:
  - {{id: welcome, minutes: 5, written: shared}}
questions:
  post-first:
    bank: post
    type: single
    objective: first
    options: [a, b]
    correct: [a]
instruments:
  post: {{draw: 1, pass_mark: 80, feedback: after-passing}}
"""
_TEXT = """\
title: Title of the module
summary: What it is about, in two sentences.
objectives:
  first: What a learner can do after it.
lessons:
  welcome: {title: Welcome}
questions:
  post-first:
    stem: What is asked?
    options: {a: The right answer., b: A wrong answer.}
    rationale: Why the right answer is right.
"""
_LESSON = """\
## First heading {#first}

Write here. `docs/content-format.md` says what you can use.
"""


def write_new_module(modules: Path, module_id: str, today: date) -> Path:
    """Write the module's folder and return it.

    :raises ValueError: when the id is no id, or taken.
    """
    if not re.fullmatch(ID_PATTERN, module_id):
        raise ValueError(f'"{module_id}" is not an id: use a-z, 0-9 and -')
    folder = modules / module_id
    if folder.exists():
        raise ValueError(f"{folder} exists already")
    settings = ", ".join(read_tree(modules, Problems()).settings or {})
    expires = today + timedelta(days=3 * 365)
    (folder / "en").mkdir(parents=True)
    (folder / MODULE_FILE).write_text(
        _MODULE.format(id=module_id, settings=settings, today=today, expires=expires),
        encoding="utf-8",
    )
    (folder / "en" / TEXT_FILE).write_text(_TEXT, encoding="utf-8")
    (folder / "en" / "welcome.md").write_text(_LESSON, encoding="utf-8")
    return folder
