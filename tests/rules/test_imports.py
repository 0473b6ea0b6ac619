"""Imports run down the floors of the house, and into a feature only through its doors."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source import Rule, Source, dotted, find_needless, read_sources

SOURCES = read_sources()

# From the ground up. A floor may use every floor below it, and nothing beside it.
FLOORS = (
    {
        "access",
        "assets",
        "charts",
        "clock",
        "folding",
        "headers",
        "keys",
        "logs",
        "paging",
        "paths",
        "sessions",
        "suppression",
        "telling",
        "tables",
        "uploads",
    },
    {"config", "fragments"},
    {"database", "i18n", "limits"},
    {
        "errors",
        "extensions",
        "forms",
        "migrations",
        "moving",
        "server",
        "templating",
        "translations",
    },
    {"audit", "catalogue", "messages"},
    {"content"},
    {"accounts"},
    {"tasks"},
    {"assessments", "certificates"},
    {"learning"},
    {"cohorts", "api", "pages", "operations"},
    {"programme", "reminders"},
    {"administration", "styleguide"},
    {"app", "demo", "doctor", "seeding"},
    {"cli"},
    {"__main__"},
)
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}

# What others may import of a feature: its services, its models (for types), and pure modules.
DOORS = {
    "administration": {"services"},
    "audit": {"models", "services", "wording"},
    "accounts": {
        "models",
        "services",
        "current",
        "duplicates",
        "emails",
        "erasing",
        "followers",
        "licenses",
        "merging",
        "passwords",
        "professions",
        "rights",
        "time_zones",
        "trail",
    },
    "assessments": {
        "models",
        "services",
        "erasing",
        "evaluations",
        "gain",
        "grading",
        "granting",
        "item_statistics",
        "items",
        "merging",
        "records",
        "regrading",
        "results",
        "tries",
    },
    "catalogue": {
        "credit",
        "evaluation",
        "model",
        "names",
        "problems",
        "schema",
        "validation",
        "values",
        "yaml_source",
    },
    "certificates": {
        "models",
        "services",
        "access",
        "bundles",
        "claims",
        "codes",
        "designs",
        "documents",
        "enclosing",
        "erasing",
        "fonts",
        "layout",
        "lines",
        "merging",
        "names",
        "revoking",
        "vault",
    },
    "cohorts": {
        "models",
        "services",
        "erasing",
        "invitations",
        "members",
        "merging",
        "places",
        "shown",
        "sorting",
    },
    "learning": {
        "models",
        "handing_in",
        "services",
        "answers",
        "checks",
        "erasing",
        "granting",
        "keeping",
        "merging",
        "minutes",
        "notices",
        "path",
        "renewal",
        "standing",
        "support",
        "whereabouts",
        "wording",
    },
    "messages": {"models", "services", "attachments", "bounces", "care"},
    "reminders": {"services"},
    "tasks": {"services", "kinds", "models", "wording"},
}
WIRING = {"app", "cli", "doctor"}
"""They put the house together or examine it: every door is open to them."""

DOOR_EXCEPTIONS = {
    # The words that the site adds to lessons are the renderer's type.
    ("content.py", "catalogue.render"),
}

# Inside a feature: views -> services -> models; forms are for views.
NOT_FROM = {
    "models": {"services", "forms", "views", "commands"},
    "services": {"forms", "views", "commands"},
    "forms": {"services", "views", "commands"},
    "views": {"commands"},
    "commands": {"forms", "views"},
}
NOT_FROM_OTHERS = {"forms", "views", "commands"}
INSIDE_EXCEPTIONS = {
    # Flask-Security is given our forms, and our view in place of one of its own.
    ("accounts/security.py", "forms"),
    ("accounts/security.py", "views"),
}

# Pure modules, and all that they may know of the house.
PURE = {
    "accounts/devices.py": set(),
    "accounts/duplicates.py": set(),
    "accounts/strength.py": set(),
    "assessments/draw.py": {"catalogue", "assessments.items"},
    "assessments/gain.py": set(),
    "assessments/grading.py": set(),
    "assessments/item_statistics.py": {"assessments.grading"},
    "assessments/items.py": {"catalogue", "assessments.grading"},
    "assessments/parallel.py": {"catalogue"},
    "certificates/codes.py": set(),
    "certificates/designs.py": {"catalogue", "paths"},
    "certificates/fonts.py": set(),
    "certificates/vault.py": set(),
    "certificates/linked_data.py": set(),
    "certificates/proofs.py": {"certificates.linked_data", "keys"},
    "certificates/markup.py": {
        "certificates.context",
        "certificates.designs",
        "certificates.fonts",
    },
    "certificates/painting.py": set(),
    "certificates/sizes.py": {"certificates.fonts"},
    "certificates/embedding.py": set(),
    "certificates/layout.py": {
        "certificates.embedding",
        "certificates.fonts",
        "certificates.manuscript",
        "certificates.pictures",
        "certificates.typeset",
        "certificates.warm_styles",
        "certificates.xmp",
    },
    "certificates/manuscript.py": set(),
    "certificates/merged.py": {
        "certificates.manuscript",
        "certificates.typeset",
        "certificates.xmp",
    },
    "certificates/pdf.py": {
        "certificates.context",
        "certificates.fonts",
        "certificates.layout",
        "certificates.manuscript",
        "certificates.markup",
        "certificates.merged",
        "certificates.typeset",
    },
    "certificates/pictures.py": set(),
    "certificates/sheets.py": set(),
    "certificates/warm_styles.py": set(),
    "certificates/xmp.py": set(),
    "charts/bars.py": {"charts.svg"},
    "charts/spreads.py": {"charts.svg"},
    "charts/steps.py": {"charts.svg"},
    "charts/svg.py": set(),
    "cohorts/crowd.py": set(),
    "cohorts/pace.py": {"clock"},
    "cohorts/roster.py": set(),
    "cohorts/roster_columns.py": {"cohorts.roster_table", "cohorts.sorting"},
    "cohorts/roster_files.py": {"cohorts.roster_table"},
    "cohorts/roster_rows.py": {
        "cohorts.roster",
        "cohorts.roster_columns",
        "cohorts.roster_table",
    },
    "cohorts/roster_table.py": set(),
    "cohorts/sorting.py": set(),
    "cohorts/stages.py": {"learning.path", "learning.renewal"},
    "learning/credit.py": {"catalogue"},
    "learning/drafts.py": set(),
    "learning/follow_up_dates.py": {"clock"},
    "learning/minutes.py": {"catalogue", "learning.path"},
    "learning/path.py": {"catalogue"},
    "messages/delivery_reports.py": set(),
    "reminders/ladder.py": set(),
    "learning/renewal.py": {"catalogue", "learning.path"},
    "programme/periods.py": {"clock"},
    "programme/questions.py": {"programme.periods"},
    "suppression.py": set(),
    "telling.py": set(),
}
PURE_EXCEPTIONS: set[tuple[str, str]] = set()

REMINDERS_ASK = {"digests", "invited", "planning", "sending"}
"""Whether a group still runs."""
REMINDERS_JOIN = {
    ("choices", "Person"),
    ("choices", "RosterLine"),
    ("digests", "Cohort"),
    ("digests", "CohortModule"),
    ("digests", "CohortTrainer"),
    ("digests", "Person"),
    ("digests", "ReportLine"),
    ("invited", "Cohort"),
    ("invited", "RosterLine"),
    ("invited", "RosterPlace"),
    ("log", "Person"),
    ("log", "RosterLine"),
    ("people", "Person"),
    ("people", "ReportLine"),
    ("planning", "Cohort"),
    ("planning", "CohortModule"),
    ("planning", "Person"),
    ("planning", "ReportLine"),
    ("sending", "Cohort"),
    ("shown", "CohortModule"),
    ("shown", "Person"),
    ("services", "Cohort"),
    ("sending", "CohortModule"),
    ("sending", "OutboxMessage"),
    ("sending", "Person"),
    ("sending", "ReportLine"),
}
FOREIGN_QUERY_EXCEPTIONS = {
    # A member is a person of a cohort: the join of the two belongs here.
    ("cohorts/members.py", "Person"),
    # What the report sorts and counts follows people and standings, by statements that join them.
    ("cohorts/places.py", "KeptStanding"),
    ("cohorts/places.py", "Person"),
    ("cohorts/places.py", "PersonEmail"),
    # So does what their charts count.
    ("cohorts/progress.py", "Enrolment"),
    ("cohorts/progress.py", "KeptStanding"),
    ("cohorts/progress.py", "LessonCompletion"),
    ("cohorts/report_query.py", "KeptStanding"),
    # So are its trainers, and those who wait to be let in.
    ("cohorts/trainers.py", "Person"),
    ("cohorts/waiting.py", "Person"),
    ("learning/keeping.py", "Certificate"),
    # Handing in locks an attempt and its enrolment with one statement.
    ("learning/handing_in.py", "Attempt"),
    # What a programme counts is people, by what they did: one statement over all of it.
    ("programme/counting.py", "Certificate"),
    ("programme/counting.py", "CohortMember"),
    ("programme/counting.py", "CohortModule"),
    ("programme/counting.py", "Enrolment"),
    ("programme/counting.py", "Person"),
    # Reminders join people with where they stand in a group: in one statement, however many.
    *((f"reminders/{name}.py", "CohortState") for name in REMINDERS_ASK),
    *((f"reminders/{name}.py", model) for name, model in REMINDERS_JOIN),
    # What a page shows of its reader is one query, from the enrolment to what was done in it.
    ("learning/standing.py", "Attempt"),
    ("learning/standing.py", "CheckAnswer"),
}


# --- the checkers -------------------------------------------------------------------------------


def find_imports_up(source: Source) -> list[str]:
    """Return what a file imports from its own floor or from above."""
    if source.path == "__init__.py":
        return []
    if source.top not in FLOOR_OF:
        return [f"{source.path}:1: {source.top} has no floor yet"]
    return [
        source.at(node, f"{source.top} must not import {parts[0]}: imports run down")
        for node, parts in source.own_imports()
        if parts[0] != source.top and FLOOR_OF.get(parts[0], 99) >= FLOOR_OF[source.top]
    ]


def find_relative_imports(source: Source) -> list[str]:
    """Return imports that do not name their module in full."""
    return [
        source.at(node, f"{name}: write the whole name")
        for node, name in source.imports()
        if name.startswith(".")
    ]


def find_side_entrances(source: Source) -> list[str]:
    """Return where a file enters another feature beside its doors."""
    if source.top in WIRING:
        return []
    return [
        source.at(node, f"{'.'.join(parts[:2])} is not a door of {parts[0]}")
        for node, parts in source.own_imports()
        if parts[0] in DOORS
        and parts[0] != source.top
        and (len(parts) < 2 or parts[1] not in DOORS[parts[0]])
        and (source.path, ".".join(parts[:2])) not in DOOR_EXCEPTIONS
    ]


def find_imports_against_the_layers(source: Source) -> list[str]:
    """Return what a file imports from a higher layer of its own feature."""
    banned = NOT_FROM.get(source.kind, NOT_FROM_OTHERS)
    return [
        source.at(node, f"{source.kind} must not import {parts[1]} of its feature")
        for node, parts in source.own_imports()
        if "/" in source.path
        and parts[0] == source.top
        and len(parts) > 1
        and parts[1] in banned
        and (source.path, parts[1]) not in INSIDE_EXCEPTIONS
    ]


def find_queries_of_other_features(source: Source) -> list[str]:
    """Return where a file uses another feature's models for more than types: in its queries."""
    foreign = {
        parts[2]
        for _, parts in source.own_imports()
        if len(parts) == 3 and parts[1] == "models" and parts[0] != source.top
    }
    typing = {name for node in ast.walk(source.tree) for name in _names_of_types(node)}
    found = {
        (name.lineno, name.id)
        for name in ast.walk(source.tree)
        if isinstance(name, ast.Name)
        and name.id in foreign
        and name.id[0].isupper()
        and not name.id.isupper()
        and name not in typing
    }
    return [
        f"{source.path}:{line}: {name} is more than a type here: ask the services of its feature"
        for line, name in sorted(found)
        if (source.path, name) not in FOREIGN_QUERY_EXCEPTIONS
    ]


def _names_of_types(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands for a type: in annotations, in brackets, as the first word of a cast."""
    places: list[ast.AST | None] = []
    if isinstance(node, ast.arg | ast.AnnAssign):
        places = [node.annotation]
    elif isinstance(node, ast.FunctionDef):
        places = [node.returns]
    elif isinstance(node, ast.Subscript):
        places = [node.slice]
    elif isinstance(node, ast.Call) and dotted(node.func) == "cast":
        places = [*node.args[:1]]
    for place in places:
        yield from ast.walk(place) if place else ()


def find_knowledge_in_pure_modules(source: Source) -> list[str]:
    """Return what the catalogue and the pure modules know that they must not know."""
    if source.top == "catalogue":
        allowed = {"catalogue", "clock", "paths", "telling"}
    elif source.path in PURE:
        allowed = PURE[source.path]
    else:
        return []
    return [
        source.at(node, f"{name}: a pure module knows no database and no request")
        for node, name in source.imports()
        if (source.path, name) not in PURE_EXCEPTIONS
        and (
            name.split(".", 1)[0] in _NOT_PURE
            or (
                name.startswith("soar_lms.")
                and not any(f"{name}.".startswith(f"soar_lms.{item}.") for item in allowed)
            )
        )
    ]


_NOT_PURE = {"flask", "flask_login", "flask_security", "flask_sqlalchemy", "sqlalchemy"}


RULES = [
    pytest.param(find_imports_up, id="imports-run-down"),
    pytest.param(find_relative_imports, id="imports-name-their-module"),
    pytest.param(find_side_entrances, id="features-have-doors"),
    pytest.param(find_imports_against_the_layers, id="layers-of-a-feature"),
    pytest.param(find_queries_of_other_features, id="each-feature-queries-its-own"),
    pytest.param(find_knowledge_in_pure_modules, id="pure-modules"),
]


# --- the rules, and what they must see ----------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_imports_keep_to_the_plan_of_the_house(rule: Rule) -> None:
    faults = [fault for source in SOURCES for fault in rule(source)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "path", "text", "faults"),
    [
        pytest.param(
            find_imports_up,
            "assessments/services.py",
            "def f():\n    from soar_lms.learning.models import Enrolment",
            ["assessments/services.py:2: assessments must not import learning: imports run down"],
            id="up-inside-a-function",
        ),
        pytest.param(
            find_imports_up,
            "certificates/services.py",
            "from soar_lms.assessments import services",
            [
                "certificates/services.py:1: "
                "certificates must not import assessments: imports run down"
            ],
            id="neighbour-on-the-same-floor",
        ),
        pytest.param(
            find_imports_up,
            "messages/worker.py",
            "import soar_lms.accounts.models\nfrom soar_lms import cohorts",
            [
                "messages/worker.py:1: messages must not import accounts: imports run down",
                "messages/worker.py:2: messages must not import cohorts: imports run down",
            ],
            id="messages-know-no-feature",
        ),
        pytest.param(
            find_imports_up,
            "surprise/services.py",
            "",
            ["surprise/services.py:1: surprise has no floor yet"],
            id="no-floor",
        ),
        pytest.param(
            find_relative_imports,
            "cohorts/services.py",
            "from .models import Cohort\nfrom . import views",
            [
                "cohorts/services.py:1: .models.Cohort: write the whole name",
                "cohorts/services.py:2: ..views: write the whole name",
            ],
            id="relative",
        ),
        pytest.param(
            find_side_entrances,
            "cohorts/views.py",
            "from soar_lms.learning import views\nfrom soar_lms.certificates.pdf import x\n"
            "from soar_lms import accounts",
            [
                "cohorts/views.py:1: learning.views is not a door of learning",
                "cohorts/views.py:2: certificates.pdf is not a door of certificates",
                "cohorts/views.py:3: accounts is not a door of accounts",
            ],
            id="side-entrance",
        ),
        pytest.param(
            find_imports_against_the_layers,
            "cohorts/services.py",
            "from soar_lms.cohorts.forms import CreateCohortForm",
            ["cohorts/services.py:1: services must not import forms of its feature"],
            id="form-in-a-service",
        ),
        pytest.param(
            find_imports_against_the_layers,
            "cohorts/report.py",
            "from soar_lms.cohorts import views",
            ["cohorts/report.py:1: report must not import views of its feature"],
            id="view-in-a-pure-module",
        ),
        pytest.param(
            find_queries_of_other_features,
            "cohorts/services.py",
            "from soar_lms.learning.models import Enrolment\n"
            "def f(x: Enrolment) -> list[Enrolment]: pass\n"
            "person = cast(Enrolment, x)\n"
            "db.session.get(Enrolment, 1)\nselect(Cohort).join(Enrolment)",
            [
                f"cohorts/services.py:{line}: Enrolment is more than a type here: "
                "ask the services of its feature"
                for line in (4, 5)
            ],
            id="query-of-a-foreign-model",
        ),
        pytest.param(
            find_knowledge_in_pure_modules,
            "assessments/grading.py",
            "import sqlalchemy\nfrom soar_lms.database import db",
            [
                f"assessments/grading.py:{line}: {name}: "
                "a pure module knows no database and no request"
                for line, name in ((1, "sqlalchemy"), (2, "soar_lms.database.db"))
            ],
            id="database-in-a-pure-module",
        ),
        pytest.param(
            find_knowledge_in_pure_modules,
            "catalogue/loader.py",
            "from flask import current_app\nfrom soar_lms.catalogue.model import Module",
            [
                "catalogue/loader.py:1: flask.current_app: "
                "a pure module knows no database and no request"
            ],
            id="request-in-the-catalogue",
        ),
    ],
)
def test_a_way_against_the_plan_is_reported(
    rule: Rule, path: str, text: str, faults: list[str]
) -> None:
    assert rule(Source(path, text)) == faults


def test_every_door_is_used() -> None:
    used = {
        (parts[0], parts[1])
        for source in SOURCES
        for _, parts in source.own_imports()
        if parts[0] != source.top and source.top not in WIRING and len(parts) > 1
    }
    doors = {(feature, door) for feature, names in DOORS.items() for door in names}

    # Services are the door a feature always has.
    assert {door for door in doors - used if door[1] != "services"} == set()


@pytest.mark.parametrize(
    ("rule", "exceptions"),
    [
        pytest.param(find_side_entrances, "DOOR_EXCEPTIONS", id="doors"),
        pytest.param(find_imports_against_the_layers, "INSIDE_EXCEPTIONS", id="layers"),
        pytest.param(find_queries_of_other_features, "FOREIGN_QUERY_EXCEPTIONS", id="queries"),
        pytest.param(find_knowledge_in_pure_modules, "PURE_EXCEPTIONS", id="pure-modules"),
    ],
)
def test_every_exception_is_needed(
    rule: Rule, exceptions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = globals()[exceptions]
    monkeypatch.setitem(globals(), exceptions, set())

    faults = [fault for source in SOURCES for fault in rule(source)]

    assert not find_needless(stated, faults)
