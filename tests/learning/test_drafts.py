"""What was filled in waits for one person alone, for a while, and only if a browser holds it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.learning.drafts import KEPT, DraftTooLongError, open_draft, seal_draft
from tests.factories import NOW

SECRET = "a secret of the site"
ANSWERS = [("useful", "5"), ("comment", "Más ejemplos, por favor.")]
words = st.text(max_size=40)


@given(st.lists(st.tuples(words, words), max_size=12))
def test_what_was_filled_in_comes_back_as_it_was(values: list[tuple[str, str]]) -> None:
    draft = open_draft(seal_draft(values, "ana", SECRET, NOW), "ana", SECRET, NOW)

    assert draft is not None
    assert (list(draft.values), draft.until) == (values, NOW + KEPT)


@pytest.mark.parametrize(
    ("owner", "secret", "later"),
    [
        pytest.param("bea", SECRET, timedelta(), id="somebody-else"),
        pytest.param("", SECRET, timedelta(), id="nobody"),
        pytest.param("ana", "another secret", timedelta(), id="another-site"),
        pytest.param("ana", SECRET, KEPT + timedelta(seconds=1), id="too-late"),
    ],
)
def test_it_opens_for_nobody_else_and_not_for_ever(
    owner: str, secret: str, later: timedelta
) -> None:
    sealed = seal_draft(ANSWERS, "ana", SECRET, NOW)

    assert open_draft(sealed, owner, secret, NOW + later) is None


@pytest.mark.parametrize("sealed", ["", "nonsense", "gAAAAA", "é" * 40])
def test_what_is_no_draft_is_none(sealed: str) -> None:
    assert open_draft(sealed, "ana", SECRET, NOW) is None


def test_nothing_of_it_can_be_read_on_the_device() -> None:
    sealed = seal_draft(ANSWERS, "ana", SECRET, NOW)

    assert not [word for word in ("ana", "useful", "ejemplos") if word in sealed]


def test_a_comment_of_the_greatest_length_fits_and_what_no_cookie_holds_is_refused() -> None:
    comment = ("The story about the kitchen helped me most. " * 50)[:2_000]
    sealed = seal_draft([("comment", comment)], "ana", SECRET, NOW)
    noise = "".join(chr(0x4E00 + 37 * place % 20_000) for place in range(2_000))

    assert open_draft(sealed, "ana", SECRET, NOW) is not None
    with pytest.raises(DraftTooLongError):
        seal_draft([("comment", noise)], "ana", SECRET, NOW)
