"""What a test draws by chance is drawn again whenever it is run."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Callable
from random import Random

import pytest

from soar_lms.certificates.codes import make_code
from soar_lms.cohorts.codes import make_join_code


def test_the_name_of_a_test_decides_what_it_draws(request: pytest.FixtureRequest) -> None:
    expected = Random(os.environ.get("CHANCE", "") + request.node.nodeid)

    assert secrets.token_bytes(16) == expected.randbytes(16)
    assert uuid.uuid4() == uuid.UUID(bytes=expected.randbytes(16), version=4)


@pytest.mark.parametrize("draw", [make_code, make_join_code, uuid.uuid4, secrets.token_urlsafe])
def test_within_a_test_nothing_is_drawn_twice(draw: Callable[[], object]) -> None:
    assert len({draw() for _ in range(200)}) == 200
