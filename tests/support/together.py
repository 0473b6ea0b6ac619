"""Several threads that do the same at the same moment, each in a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from soar_lms.database import transaction

MEETING_SECONDS = 60
"""How long threads wait for each other to begin: on a busy machine, long; for ever, never."""

R = TypeVar("R")
T = TypeVar("T")


def at_once(
    app: Flask, read: Callable[[], R], work: Callable[[R], T], *, threads: int = 3
) -> list[T]:
    """Do the same in several threads at once; return what each of them got.

    Each thread does what a view does: it reads, and then does its work in a transaction. All have
    read before the first one writes.
    """
    barrier = threading.Barrier(threads)

    def run(_number: int) -> T:
        with app.app_context():
            found = read()
            barrier.wait(timeout=MEETING_SECONDS)
            with transaction():
                return work(found)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def clients_at_once(work: Callable[[], T], *, threads: int = 3) -> list[T]:
    """Do the same in several threads at once, with clients: requests open what they need."""
    barrier = threading.Barrier(threads)

    def run(_number: int) -> T:
        barrier.wait(timeout=MEETING_SECONDS)
        return work()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
