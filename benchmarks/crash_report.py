"""What the storm of `crash` did, and what the database says of it afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select, text

from soar_lms.assessments import services as assessments
from soar_lms.assessments.grading import grade
from soar_lms.assessments.items import frozen_keys
from soar_lms.assessments.models import Answer, Attempt, EvaluationReceipt, EvaluationResponse
from soar_lms.certificates.models import Certificate
from soar_lms.database import db
from soar_lms.learning.models import Enrolment

Saved = dict[tuple[int, str], list[str]]
"""The last options that somebody was told are saved, by attempt and question."""


@dataclass
class Report:
    """What was done, and what the database says of it afterwards."""

    acknowledged: int = 0
    """Answers that somebody was told are saved, those that were changed later included."""
    last: int = 0
    """Of these, the last one to each question: they must be there."""
    lost: int = 0
    workers_killed: int = 0
    servers_killed: int = 0
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the restart of a killed server to the next answer that was saved."""
    failures: Counter[int] = field(default_factory=Counter)
    """Failures that learners were shown, by status: 503 says that it is on our side."""
    enrolments: int = 0
    attempts: int = 0
    gradings: int = 0
    wrong_results: int = 0
    evaluations: int = 0
    receipts: int = 0
    certificates: int = 0
    completed: int = 0

    def __str__(self) -> str:
        slowest = max(self.recoveries, default=0.0)
        return (
            f"{self.acknowledged} answers acknowledged, {self.last} of them the last to their "
            f"question: {self.last - self.lost} kept, {self.lost} lost; {self.attempts} tests "
            f"graded {self.gradings} times, {self.wrong_results} wrongly; {self.completed} "
            f"completions, {self.certificates} certificates; {self.workers_killed} workers and "
            f"{self.servers_killed} database servers killed; back after {slowest:.1f} s; "
            f"failures shown: {dict(self.failures) or 'none'}"
        )


def inspect(report: Report, told: Saved) -> None:
    """Count what the database holds, and compare it with what people were told."""
    kept = {
        (row.attempt_id, row.question_id): row.chosen
        for row in db.session.execute(select(Answer.attempt_id, Answer.question_id, Answer.chosen))
    }
    report.last = len(told)
    report.lost = sum(kept.get(key) != chosen for key, chosen in told.items())
    attempts = list(
        db.session.scalars(select(Attempt).where(Attempt.instrument == assessments.POST))
    )
    report.attempts = len(attempts)
    report.wrong_results = sum(not _is_right(attempt) for attempt in attempts)
    report.gradings = db.session.execute(text("SELECT count(*) FROM gradings")).scalar_one()
    report.enrolments = _count(Enrolment)
    report.evaluations = _count(EvaluationResponse)
    report.receipts = _count(EvaluationReceipt)
    report.certificates = _count(Certificate)
    report.completed = db.session.execute(
        select(func.count()).where(Enrolment.completed_at.is_not(None))
    ).scalar_one()


def _is_right(attempt: Attempt) -> bool:
    """Whether the result is the one that the answers kept give."""
    result = grade(
        frozen_keys(attempt.items), assessments.list_answers(attempt.id), attempt.pass_mark
    )
    return (attempt.points, attempt.passed) == (result.points, result.passed)


def _count(model: type) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()
