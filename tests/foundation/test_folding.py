"""Names without accents: the same in Python and in both databases."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select
from sqlalchemy.types import String

from soar_lms.database import db
from soar_lms.folding import FoldedName, fold_name


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Núñez", "nunez"),
        ("NGUYỄN", "nguyen"),
        ("Zoe\u0308", "zoe"),
        ("Straße", "straße"),
        ("İpek", "ipek"),
        ("李小龍", "李小龍"),
        ("محمد", "محمد"),
        ("O’Neill", "o’neill"),
        ("", ""),
    ],
)
def test_the_database_folds_a_name_as_we_do(context: Flask, name: str, folded: str) -> None:
    found = db.session.scalar(select(FoldedName(bindparam("name", name, String))))

    assert (fold_name(name), found) == (folded, folded)


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)
