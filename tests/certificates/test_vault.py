"""What is locked away says nothing, opens with its key alone, and outlives a change of keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.certificates.vault import (
    PharmacyFacts,
    WrongKeyError,
    lock,
    make_key,
    renew,
    unlock,
)

FACTS = PharmacyFacts("7654321", "0704")
OLD, NEW = make_key(), make_key()


@given(st.text(), st.text())
def test_what_is_locked_opens_again(profile_id: str, birthday: str) -> None:
    facts = PharmacyFacts(profile_id, birthday)

    assert unlock(lock(facts, [OLD]), [OLD]) == facts


def test_what_is_locked_says_nothing() -> None:
    first, second = lock(FACTS, [OLD]), lock(FACTS, [OLD])

    assert first != second
    assert "7654321" not in first
    assert "7654321" not in repr(FACTS)


@pytest.mark.parametrize("keys", [[NEW], []], ids=["another", "none"])
def test_without_its_key_it_stays_locked(keys: list[str]) -> None:
    locked = lock(FACTS, [OLD])

    with pytest.raises(WrongKeyError):
        unlock(locked, keys)
    with pytest.raises(WrongKeyError):
        renew(locked, keys)


def test_a_changed_character_is_noticed() -> None:
    locked = lock(FACTS, [OLD])
    changed = locked[:40] + ("A" if locked[40] != "A" else "B") + locked[41:]

    with pytest.raises(WrongKeyError):
        unlock(changed, [OLD])


def test_keys_are_changed_without_losing_anything() -> None:
    locked = lock(FACTS, [OLD])
    assert unlock(locked, [NEW, OLD]) == FACTS

    renewed = renew(locked, [NEW, OLD])

    assert unlock(renewed, [NEW]) == FACTS
    with pytest.raises(WrongKeyError):
        unlock(renewed, [OLD])
