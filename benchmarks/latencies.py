"""How long a learner waits: for an answer to be saved, and for a test to be handed in and graded.

Beside each stands what a bare view needs on the same database to insert one row and commit it: most
of both is the disk. Alone and with seven others, in milliseconds. Both are measured in turn, round
by round, and the median of the rounds counts: the disk of a busy machine has moods. Some tests are
handed in before: a worker that has just begun plans every statement anew. Beside tests handed in,
the bare view inserts as many rows: the longer one load lasts, the quicker are its requests.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.figures import Figure
from benchmarks.requests import (
    LEARNERS,
    Learner,
    Load,
    World,
    filled,
    learners_script,
    load,
    plain_script,
)

CONCURRENCIES = (1, 8)
HAND_INS = 200
"""Tests to hand in, per round: each can be graded once."""
WARM_UPS = 60
"""Tests that are handed in before the first round."""
ROUND_SECONDS = 2
PERCENTILES = (50, 95, 99)
SAVE_LIMIT_MS = 50
HAND_IN_GOAL = 3


def measure_waiting(_seconds: int, rounds: int) -> Iterator[Figure]:
    """Measure saving an answer, and handing in ten, beside a bare insert."""
    for kind in ("sqlite", "postgresql"):
        needed = LEARNERS + WARM_UPS + len(CONCURRENCIES) * rounds * HAND_INS
        with filled(kind, needed) as world:
            at_work, finished = world.learners[:LEARNERS], world.learners[LEARNERS:]
            load(f"{world.ours}/", _hand_in(world, finished, WARM_UPS), ROUND_SECONDS, threads=1)
            for concurrency in CONCURRENCIES:
                where = f"c={concurrency}, {kind}"
                save = _Pair(world, concurrency)
                save.measure([learners_script(replace(world, learners=at_work), "POST")] * rounds)
                yield from save.figures(f"save, {where}")
                if concurrency > 1:
                    p99 = save.ours[99]
                    yield Figure(f"save p99, {where}", p99, "ms", SAVE_LIMIT_MS, 1, higher=False)
                hand_in = _Pair(world, concurrency)
                tests = [_hand_in(world, finished, HAND_INS) for _ in range(rounds)]
                hand_in.measure(tests, HAND_INS)
                yield from hand_in.figures(f"hand in, {where}", HAND_IN_GOAL)


class _Pair:
    """Ours and the bare insert, by percentile in milliseconds."""

    def __init__(self, world: World, concurrency: int) -> None:
        self.world, self.concurrency = world, concurrency
        self.ours: dict[int, float] = {}
        self.bare: dict[int, float] = {}

    def measure(self, scripts: list[str], count: int | None = None) -> None:
        """Load both in turn; the bare view with `count` requests, or for as long as ours."""
        ours, bare = [], []
        for script in scripts:
            ours.append(self._load(f"{self.world.ours}/", script))
            bare.append(self._load(f"{self.world.bare}/answer", plain_script(script, count)))
        self.ours, self.bare = _medians(ours), _medians(bare)

    def _load(self, address: str, script: str) -> Load:
        return load(address, script, ROUND_SECONDS, self.concurrency, threads=1)

    def figures(self, name: str, goal: float | None = None) -> Iterator[Figure]:
        """Return the percentiles; a goal is one for the middle, the rest is the disk's."""
        for percentile in PERCENTILES:
            asked = goal if percentile == 50 else None
            value, limit = self.ours[percentile], self.bare[percentile]
            yield Figure(f"{name}, p{percentile}", value, "ms", limit, asked, higher=False)


def _medians(loads: list[Load]) -> dict[int, float]:
    return {name: statistics.median(item.ms[name] for item in loads) for name in PERCENTILES}


def _hand_in(world: World, waiting: list[Learner], count: int) -> str:
    """Write wrk's script for one round: every request hands in another test, then it stops."""
    chosen = [waiting.pop() for _ in range(count)]
    reviews = [
        replace(learner, answer_path=learner.answer_path.rsplit("/", 1)[0] + "/review")
        for learner in chosen
    ]
    return learners_script(replace(world, learners=reviews), "POST", once=True)
