"""The canonical form: where it stands alone. Others judge it in `test_badge_elsewhere.py`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.certificates.linked_data import canonize


def test_a_thing_without_an_address_is_numbered_by_what_is_said_of_it() -> None:
    found = canonize(
        {"id": "https://a.example/", "criteria": {"narrative": "N"}, "type": ["Achievement"]}
    )

    assert found.splitlines() == [
        "<https://a.example/> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        "<https://purl.imsglobal.org/spec/vc/ob/vocab.html#Achievement> .",
        "<https://a.example/> <https://purl.imsglobal.org/spec/vc/ob/vocab.html#Criteria> "
        "_:c14n0 .",
        '_:c14n0 <https://purl.imsglobal.org/spec/vc/ob/vocab.html#narrative> "N" .',
    ]


def test_the_order_in_which_a_document_is_written_does_not_matter() -> None:
    one = {"id": "https://a.example/", "name": "N", "description": "D"}

    assert canonize(one) == canonize(dict(reversed(one.items())))


@pytest.mark.parametrize("term", ["colour", "credentialSchema", "Name"])
def test_a_word_whose_meaning_is_not_known_is_refused(term: str) -> None:
    with pytest.raises(KeyError, match=term):
        canonize({"id": "https://a.example/", term: "x"})


def test_things_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="look the same"):
        canonize({"id": "https://a.example/", "criteria": [{"narrative": "N"}] * 2})


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_words_stay_inside_their_quotes(text: str) -> None:
    (line,) = canonize({"id": "https://a.example/", "name": text}).split("\n")[:-1]

    assert line.startswith('<https://a.example/> <https://schema.org/name> "')
    assert line.endswith('" .')
