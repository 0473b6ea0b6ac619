"""Offers of credit: what each body demands is there, or the author is told where it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from soar_lms.accounts.professions import PROFESSIONS
from soar_lms.catalogue.credit import (
    RULES,
    CreditOffer,
    CreditRule,
    CreditType,
    Profession,
)
from soar_lms.catalogue.loader import load_catalogue
from tests.content.test_check import problems_of
from tests.support.pack import change, copy_pack

PLACE = "garden/module.yaml:53:5: credit.0"
"""Where the one offer of the pack begins."""

COMPLETE = {
    "ama": "provider: School of Gardens\n    format: enduring",
    "acpe": "provider: School of Gardens\n    format: enduring\n    uan: 1234-0000-26-001-H01-P",
    "ancc": "provider: School of Gardens\n    provider_address: https://gardens.example",
    "apa": "provider: School of Gardens",
    "nchec": "provider: School of Gardens\n    event_number: E-9",
}
"""What an offer needs besides what the pack's has: id, accreditor, statement, provider number."""


def offered(folder: Path, kind: str, keys: str = "") -> Path:
    """Copy the pack, with its offer of this type and with these keys."""
    root = copy_pack(folder)
    added = f"    type: {kind}\n" + (f"    {keys}\n" if keys else "")
    change(root, "garden/module.yaml", "    accreditor: Board", f"{added}    accreditor: Board")
    return root


@pytest.mark.parametrize("kind", list(CreditType))
def test_an_offer_that_has_everything_is_good(tmp_path: Path, kind: str) -> None:
    root = offered(tmp_path, kind, COMPLETE.get(kind, ""))
    change(root, "garden/module.yaml", 'step: "0.5"', 'step: "0.5"\n    professions: [nurse]')

    assert problems_of(root) == []
    (offer,) = load_catalogue(root).modules["garden"].offers("ar")
    assert (offer.type, offer.audience) == (kind, (Profession.NURSE,))


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("ama", ["provider", "format"]),
        ("acpe", ["provider", "format", "uan"]),
        ("ancc", ["provider", "provider_address"]),
        ("apa", ["provider"]),
        ("nchec", ["provider", "event_number"]),
        ("aswb", []),
        ("nbcc", []),
        ("ada", []),
        ("iacet", []),
        ("ipce", []),
        ("other", []),
    ],
)
def test_what_a_body_demands_and_is_not_there_is_named(
    tmp_path: Path, kind: str, missing: list[str]
) -> None:
    name = RULES[CreditType(kind)].name

    found = problems_of(offered(tmp_path, kind))

    assert sorted(found) == sorted(
        f'{PLACE}: {name} credit needs the key "{key}"' for key in missing
    )


@pytest.mark.parametrize(
    ("kind", "keys", "old", "new", "message"),
    [
        pytest.param(
            "physicians",
            "",
            "",
            "",
            "55:11: credit.0.type: must be one of: ama, acpe, ancc, apa, nchec, aswb, nbcc, ada, "
            "iacet, ipce, other",
            id="unknown-type",
        ),
        pytest.param(
            "ama",
            COMPLETE["ama"],
            'step: "0.5"',
            'step: "0.1"',
            "63:11: credit.0.step: AMA PRA Category 1 credit is claimed in steps of 0.25",
            id="step",
        ),
        pytest.param(
            "iacet",
            "",
            'amount: "2.0"\n    step: "0.5"',
            'amount: "0.05"\n    step: "0.05"',
            "60:13: credit.0.amount: the least IACET CEU credit is 0.1",
            id="least",
        ),
        pytest.param(
            "other",
            "",
            'amount: "2.0"',
            'amount: "2.125"',
            "60:13: credit.0.amount: may have at most 2 decimals",
            id="decimals",
        ),
        pytest.param(
            "acpe",
            "uan: 1234-21-001-L01-P",
            "",
            "",
            '56:10: credit.0.uan: "1234-21-001-L01-P" does not have the right form '
            '(a number in quotes, like "1234-0000-21-001-L01-P")',
            id="uan",
        ),
        pytest.param(
            "acpe",
            COMPLETE["acpe"],
            "-H01-",
            "-L01-",
            "57:13: credit.0.format: the UAN says live",
            id="format-of-the-uan",
        ),
        pytest.param(
            "ancc",
            COMPLETE["ancc"] + "\n    uan: 1234-0000-26-001-H01-P",
            "",
            "",
            "58:10: credit.0.uan: only ACPE credit has a UAN",
            id="uan-of-another-body",
        ),
        pytest.param(
            "other",
            "format: asynchronous",
            "",
            "",
            "56:13: credit.0.format: must be one of: enduring, live",
            id="format",
        ),
        pytest.param(
            "other",
            "professions: [nurse, gardener]",
            "",
            "",
            "56:26: credit.0.professions.1: must be one of: " + ", ".join(Profession),
            id="profession",
        ),
        pytest.param(
            "other",
            "reviewed: 2028-01-10",
            "",
            "",
            "56:15: credit.0.reviewed: must not be after valid.until",
            id="reviewed-after-its-end",
        ),
    ],
)
def test_a_fault_of_an_offer_is_named_with_its_place(
    tmp_path: Path, kind: str, keys: str, old: str, new: str, message: str
) -> None:
    root = offered(tmp_path, kind, keys)
    if old:
        change(root, "garden/module.yaml", old, new)

    assert f"garden/module.yaml:{message}" in problems_of(root)


def test_enduring_credit_for_physicians_needs_a_test_with_a_pass_mark(tmp_path: Path) -> None:
    root = offered(tmp_path, "ama", COMPLETE["ama"])
    text = (root / "garden" / "module.yaml").read_text(encoding="utf-8")
    post = text[text.index("  post:\n    draw") : text.index("evaluation:\n")]
    change(root, "garden/module.yaml", post, "")
    change(root, "garden/module.yaml", "lessons: [tools], ", "lessons: [tools], post: false, ")

    assert [line.split(": ", 1)[1] for line in problems_of(root)] == [
        "credit.0.type: enduring AMA PRA Category 1 credit needs a final test with a pass mark"
    ]


@pytest.mark.parametrize(
    ("reviewed", "until", "warned"),
    [
        ("", "2029-01-10", False),
        ("", "2029-01-11", True),
        ("reviewed: 2026-06-01\n    ", "2029-06-01", False),
        ("reviewed: 2026-06-01\n    ", "2029-06-02", True),
    ],
)
def test_more_than_three_years_without_a_review_are_a_warning(
    tmp_path: Path, reviewed: str, until: str, warned: bool
) -> None:
    root = offered(tmp_path, "other", f"{reviewed}format: enduring")
    change(root, "garden/module.yaml", "until: 2028-01-09", f"until: {until}")

    assert [line.split(": ", 1)[1] for line in problems_of(root)] == (
        [
            "credit.0.valid.until: warning: is more than three years after the last review: "
            "review the activity before"
        ]
        if warned
        else []
    )


def test_a_statement_without_its_second_part_is_a_warning(tmp_path: Path) -> None:
    root = offered(tmp_path, "apa", COMPLETE["apa"])
    change(root, "garden/module.yaml", "    language: ar", "    language: en")

    assert [line.split(": ", 1)[1] for line in problems_of(root)] == [
        'credit.0.statement: warning: a statement of APA says "maintains responsibility"',
        'credit.0.statement: warning: a statement of APA says "to sponsor"',
    ]


@pytest.mark.parametrize(("end", "whom"), [("P", "pharmacist"), ("T", "pharmacy-technician")])
def test_a_uan_says_whom_it_is_for(end: str, whom: str) -> None:
    offer = CreditOffer.model_validate(
        {
            "id": "hours",
            "language": "en",
            "type": "acpe",
            "accreditor": "Council",
            "statement": "One hour.",
            "uan": f"1234-0000-26-001-H01-{end}",
            "unit": "contact hours",
            "amount": "1",
            "step": "1",
            "valid": {"from": "2026-12-01", "until": "2027-12-01"},
        }
    )

    assert offer.audience == (whom,)


def test_professions_are_those_that_people_can_choose() -> None:
    assert {*Profession} == PROFESSIONS.keys()


@pytest.mark.parametrize("kind", list(CreditType))
def test_what_is_demanded_was_read_somewhere(kind: CreditType) -> None:
    rule = RULES[kind]

    assert rule.sources or rule == CreditRule(rule.name)
