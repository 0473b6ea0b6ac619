"""`./dev bench [NAME …] [--json FILE]`: measure, print the ratios, say which goals are met."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.certificates import measure_certificates
from benchmarks.charts import measure_charts
from benchmarks.crash import measure_crash
from benchmarks.figures import Figure
from benchmarks.latencies import measure_waiting
from benchmarks.many import measure_many
from benchmarks.paint import measure_paint
from benchmarks.processes import measure_start
from benchmarks.programme import measure_programme
from benchmarks.reminders import measure_reminders
from benchmarks.report import measure_report
from benchmarks.requests import measure_answers, measure_lessons
from benchmarks.roster import measure_roster

WORKLOADS = {
    "lesson": measure_lessons,
    "answer": measure_answers,
    "waiting": measure_waiting,
    "certificate": measure_certificates,
    "many": measure_many,
    "start": measure_start,
    "crash": measure_crash,
    "report": measure_report,
    "charts": measure_charts,
    "programme": measure_programme,
    "roster": measure_roster,
    "reminders": measure_reminders,
    "paint": measure_paint,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"any of: {', '.join(WORKLOADS)}")
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    parser.add_argument("--seconds", type=int, default=5, help="length of one round of load")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, ours and the limit in turn")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(WORKLOADS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    print(f"{'name':<44} {'value':>10} {'limit':>10} {'unit':<6} {'ratio':>6}  goal")
    for name in arguments.names or WORKLOADS:
        for figure in WORKLOADS[name](arguments.seconds, arguments.rounds):
            figures.append(figure)
            print(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
