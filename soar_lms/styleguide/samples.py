"""What the components of the style guide show: the content as it is, and people who do not exist.

A stand-in has what its component asks for, and no more: where a component asks for something else,
the page of the style guide fails in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any

from flask import current_app

from soar_lms.assessments.items import make_item
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank, QuestionKind
from soar_lms.charts.bars import Bar, Kind, Row, draw_bars
from soar_lms.charts.svg import Frame
from soar_lms.clock import local_date
from soar_lms.content import catalogue
from soar_lms.i18n import current_language, gettext
from soar_lms.learning.checks import CheckView, show_check, show_graded
from soar_lms.learning.minutes import place_of
from soar_lms.learning.path import Facts, PathKind, Step, assess, requirements
from soar_lms.learning.renewal import Renewal
from soar_lms.paging import turn_to
from soar_lms.paths import PACKAGE

MakeForm = Callable[[str], Any]
_COLOUR = re.compile(r"^ +--([\w-]+): #", re.MULTILINE)


def make_samples(now: datetime, make_form: MakeForm) -> dict[str, Any]:
    """Return what the page of the style guide shows, in the language of the request.

    :param make_form: gives a form whose fields have a prefix, so that no two have one id.
    """
    tag = current_language().tag
    offered = [item for item in catalogue().modules.values() if tag in item.languages]
    return {
        "colours": _list_colours(),
        "group": Sample(id=1, name=gettext("A group"), organisation=None, state="open"),
        "modules": offered,
        "learning": [_sample_learning(module, tag, now, make_form) for module in offered[:1]],
        "lists": _sample_lists(now),
        "numbers": _sample_numbers(),
    }


def _list_colours() -> list[str]:
    """Return the tokens of colours, as the style sheet has them."""
    text = (PACKAGE / "static" / "site.css").read_text(encoding="utf-8")
    return list(dict.fromkeys(_COLOUR.findall(text)))


# --- the learner's way --------------------------------------------------------------------------


def _sample_learning(module: Module, tag: str, now: datetime, make_form: MakeForm) -> Sample:
    setting = module.spec.settings[0]
    asked = requirements(module, setting)
    today = local_date(now, current_app.config["SOAR"].time_zone)
    checks = _one_of_each_kind(module, tag)
    path = assess(asked, Facts(frozenset(asked.lessons[:1]), pre_test_submitted=True))
    return Sample(
        module=module,
        text=module.texts[tag],
        setting=setting,
        path=path,
        place=place_of(module, PathKind.FULL, path, Step.LESSONS),
        kept_until=today + timedelta(days=14),
        lessons=asked.lessons,
        checks=checks,
        answered=[_answer(module, checks[0], tag, is_right=right) for right in (True, False)],
        graded=[_grade(module, check, tag) for check in checks],
        renewal=Renewal(today, today + timedelta(days=30), today - timedelta(days=30), None),
        opens_at=now + timedelta(days=1),
        pair=Sample(
            rose=True,
            before=Sample(points=4, max_points=10),
            after=Sample(points=9, max_points=10),
        ),
        **_sample_evaluation(module, make_form("evaluation")),
        **_sample_credit(tag, now, make_form("claim")),
    )


def _one_of_each_kind(module: Module, tag: str) -> list[CheckView]:
    """Return a question of each kind that the module has, not answered yet."""
    found: dict[QuestionKind, CheckView] = {}
    for name, spec in module.spec.questions.items():
        if spec.type not in found and spec.bank is not Bank.PRE:
            found[spec.type] = show_check(module, name, tag, ())
    return list(found.values())


def _answer(module: Module, check: CheckView, tag: str, *, is_right: bool) -> CheckView:
    spec = module.spec.questions[check.question.id]
    wrong = [option for option in spec.options if option not in spec.correct]
    return show_check(module, check.question.id, tag, spec.correct if is_right else wrong[:1])


def _grade(module: Module, check: CheckView, tag: str) -> CheckView:
    spec = module.spec.questions[check.question.id]
    item = make_item(check.question.id, spec, spec.options)
    return show_graded(module, vars(item), tag, list(item.correct))


def _sample_evaluation(module: Module, form: Any) -> dict[str, Any]:
    names = {"before": form.before, "now": form.now, "scale": form.scale, "choice": form.setting}
    kinds = ("before-now", "scale", "choice", "text")
    evaluation = Sample(
        items={kind: Sample(kind=kind) for kind in kinds},
        questions=dict.fromkeys(kinds, form.scale.label.text),
        field=lambda kind, when=None: names.get(when or kind, form.comment),
    )
    approval = Sample(control_number="0000-0000", expires=module.spec.dates.expires, minutes=5)
    return {
        "evaluation": evaluation,
        "burden": Sample(omb=approval),
    }


def _sample_credit(tag: str, now: datetime, form: Any) -> dict[str, Any]:
    """Return an offer that no body made: its words say so."""
    offer = Sample(
        accreditor=gettext("A body that grants credit"),
        type="sample",
        unit=gettext("hours"),
        amount=1,
        step=1,
        audience=(),
        reviewed=None,
        provider=None,
        format="enduring",
        statement=gettext("The statement of that body stands here."),
    )
    dated = Sample(offer=offer, first=now.date(), last=now.date() + timedelta(days=365))
    form.choice = Sample(offers={"sample": offer}, withheld=False)
    return {
        "eligibility": [Sample(language=tag, offered=[dated], coming=[], over=[])],
        "rules": {"sample": Sample(name=None, asks_for_profile=False)},
        "claim": form,
    }


# --- the pages of trainers ----------------------------------------------------------------------


def _sample_lists(now: datetime) -> Sample:
    group = Sample(id=1, name=gettext("A group"), organisation=None, state="open")
    row = Sample(cohort=group, members=26, waiting=2, next_due=now.date())
    reminder = Sample(
        person_id=None, module_id=None, why="", state="planned", send_at=now, changed_at=now
    )
    return Sample(
        groups=Sample(page=turn_to([row], None)),
        page=Sample(number=2, last=3, first_row=101, last_row=200, total=250),
        turns=Sample(before="a", after="b"),
        files=[Sample(id=1, created_at=now)],
        reminders=[Sample(reminder=reminder, name="–", email="person@example.org")],
        entry=Sample(facts=Sample(certificate="7K3M-94QX", credit=None, role=None)),
        say=lambda _about: gettext("A word about it"),
        time_zone=current_app.config["SOAR"].time_zone,
    )


def _sample_numbers() -> Sample:
    """Return a chart with its table, a table with hidden numbers, and totals that lead on."""
    counts = {"not-started": 4, "in-progress": 13, "completed": 5}
    words = {
        "not-started": gettext("Not started"),
        "in-progress": gettext("In progress"),
        "completed": gettext("Completed"),
    }
    return Sample(
        exhibit=_sample_exhibit(counts, words),
        sheet=Sample(
            title=gettext("Numbers of which some are hidden"),
            head=gettext("Status"),
            heads=[gettext("People")],
            lines=[
                Sample(kind="one", label=words["completed"], numbers=[12]),
                Sample(kind="one", label=words["in-progress"], numbers=[None]),
                Sample(kind="total", label=gettext("Total"), numbers=[22]),
            ],
            notes=[],
        ),
        totals=Sample(
            states=list(counts),
            by_module=["sample"],
            of=lambda state=None, _module=None: counts.get(state, sum(counts.values())),
        ),
        states=words,
        options=[("sample", gettext("A choice"))],
        filters=Sample(
            text="",
            state="completed",
            module=None,
            setting=None,
            language=None,
            due=None,
            sort=None,
            address=lambda **_: {"state": "completed"},
        ),
        titles={"sample": gettext("Module")},
        places=Sample(of=lambda **_: "#numbers"),
    )


def _sample_exhibit(counts: dict[str, int], words: dict[str, str]) -> Sample:
    title = gettext("A chart")
    finding = gettext("Most are in progress.")
    frame = Frame("chart-sample", title, finding, current_language().direction == "rtl")
    kinds = dict(zip(counts, Kind, strict=True))
    rows = [
        Row(words[state], (Bar(count, str(count), kinds[state]),))
        for state, count in counts.items()
    ]
    cells = [
        [Sample(words=text, is_content=False) for text in (words[state], str(count))]
        for state, count in counts.items()
    ]
    return Sample(
        key="exhibit",
        title=title,
        statements=[finding],
        drawing=draw_bars(frame, rows),
        head=[gettext("Status"), gettext("People")],
        rows=counts,
        cells=lambda: cells,
        is_number=lambda column: column == 1,
        notes=[],
        spoken=None,
    )
