"""What a workload returns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A measured value beside its limit.

    `higher` says whether more is better. The goal is a least (or greatest) ratio of value to limit;
    None: nothing is asked, the value is worth knowing.
    """

    name: str
    value: float
    unit: str
    limit: float
    goal: float | None
    higher: bool = True
    ratio: float = field(init=False)
    ok: bool = field(init=False)

    def __post_init__(self) -> None:
        ratio = round(self.value / self.limit, 3) if self.limit else 0.0
        object.__setattr__(self, "ratio", ratio)
        object.__setattr__(self, "ok", self._is_met(ratio))

    def _is_met(self, ratio: float) -> bool:
        if self.goal is None:
            return True
        return ratio >= self.goal if self.higher else ratio <= self.goal

    def __str__(self) -> str:
        sign = "≥" if self.higher else "≤"
        verdict = "met" if self.ok else "NOT MET"
        goal = "" if self.goal is None else f"{sign} {self.goal:g}  {verdict}"
        return (
            f"{self.name:<44} {self.value:>10,.1f} {self.limit:>10,.1f} {self.unit:<6} "
            f"{self.ratio:>6.2f}  {goal}"
        )
