"""What a workload returns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A measured value beside its limit.

    `higher` says whether more is better. The goal is a least (or greatest) ratio of value to limit.
    """

    name: str
    value: float
    unit: str
    limit: float
    goal: float
    higher: bool = True
    ratio: float = field(init=False)
    ok: bool = field(init=False)

    def __post_init__(self) -> None:
        ratio = round(self.value / self.limit, 3) if self.limit else 0.0
        object.__setattr__(self, "ratio", ratio)
        object.__setattr__(self, "ok", ratio >= self.goal if self.higher else ratio <= self.goal)

    def __str__(self) -> str:
        sign = "≥" if self.higher else "≤"
        verdict = "met" if self.ok else "NOT MET"
        return (
            f"{self.name:<28} {self.value:>10,.1f} {self.limit:>10,.1f} {self.unit:<6} "
            f"{self.ratio:>6.2f}  {sign} {self.goal:g}  {verdict}"
        )
