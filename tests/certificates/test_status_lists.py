"""Lists of what was revoked: places that tell nothing, bits that are right when somebody asks."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from soar_lms.certificates.codes import make_code
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.status_lists import encode_bits, make_status_list
from soar_lms.certificates.status_places import LIST_SIZE, PER_LIST
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from tests.certificates.test_context import row
from tests.factories import NOW


def keep(**values: Any) -> Certificate:
    certificate = row(**{"code": make_code(), **values})
    with transaction():
        db.session.add(certificate)
    return certificate


def place_of(certificate: Certificate) -> int:
    assert certificate.status_index is not None
    return certificate.status_index


def decode(written: str) -> set[int]:
    """Return the bits that are set, as the specification reads them."""
    packed = base64.urlsafe_b64decode(written[1:] + "=" * (-len(written[1:]) % 4))
    data = gzip.decompress(packed)
    assert (written[0], len(data)) == ("u", LIST_SIZE // 8)
    return {
        number * 8 + bit
        for number, byte in enumerate(data)
        for bit in range(8)
        if byte & (0x80 >> bit)
    }


def revoked_in(number: int) -> set[int]:
    found = make_status_list(number, NOW, kept_seconds=60)
    return decode(found["credentialSubject"]["encodedList"])


@settings(max_examples=20)
@given(st.sets(st.integers(0, LIST_SIZE - 1), max_size=50))
def test_the_bits_that_are_set_are_those_that_are_read(places: set[int]) -> None:
    assert decode(encode_bits(places)) == places


def test_every_certificate_gets_a_place_of_its_own_in_no_order(context: Flask) -> None:
    places = [place_of(keep()) for _ in range(30)]

    assert len(set(places)) == 30
    assert all(0 <= place < LIST_SIZE for place in places)
    assert places != sorted(places)


def test_when_a_list_has_enough_the_next_one_is_begun(context: Flask) -> None:
    keep(id=PER_LIST)

    assert LIST_SIZE <= place_of(keep()) < 2 * LIST_SIZE


def test_a_place_that_is_taken_is_not_given_again(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = place_of(keep())
    drawn = iter([first] * 8 + [first, *range(first + 1, first + 8)])
    monkeypatch.setattr(
        "soar_lms.certificates.status_places.secrets.randbelow", lambda _limit: next(drawn)
    )

    assert place_of(keep()) in range(first + 1, first + 8)


def test_what_was_revoked_or_replaced_is_in_the_list_and_nothing_else(context: Flask) -> None:
    good, revoked = keep(), keep(revoked_at=NOW, revoked_reason="a mistake")
    replaced = keep(replaced_by_id=good.id)
    keep(status_index=None)

    assert revoked_in(0) == {place_of(revoked), place_of(replaced)}


def test_a_certificate_that_is_restored_counts_again(context: Flask) -> None:
    certificate = keep(revoked_at=NOW, revoked_reason="a mistake")
    assert revoked_in(0) == {place_of(certificate)}

    with transaction():
        certificate.revoked_at = certificate.revoked_reason = None

    assert revoked_in(0) == set()


def test_a_list_holds_its_own_places_only(context: Flask) -> None:
    keep(revoked_at=NOW, revoked_reason="x", status_index=3)
    keep(id=PER_LIST, revoked_at=NOW, revoked_reason="x", status_index=LIST_SIZE + 4)

    assert (revoked_in(0), revoked_in(1)) == ({3}, {4})


def test_a_list_that_was_not_begun_is_not_there(context: Flask) -> None:
    assert revoked_in(0) == set()
    with pytest.raises(NotFoundError):
        make_status_list(1, NOW, kept_seconds=60)


def test_a_list_says_how_long_it_may_be_kept_and_of_what_it_speaks(context: Flask) -> None:
    found = make_status_list(0, NOW, kept_seconds=60)

    subject = found["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"], subject["ttl"]) == (
        "BitstringStatusList",
        "revocation",
        60_000,
    )
    assert found["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert found["validFrom"] == "2026-11-22T15:00:00Z"
