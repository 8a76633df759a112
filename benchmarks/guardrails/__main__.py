"""Guardrails: precision and recall of each on its written cases, false alarms on real text, time.

    python -m benchmarks.guardrails [--no-real]

A third of the cases, chosen by hash, was held back while the rules were tuned and is reported apart.
All cases were written in this project by the people who wrote the rules, so expect less of attacks from
elsewhere. Intervals are Wilson's at 95 %. Real text: first messages of STAR and IRC, in which an alarm
of ``injection`` is most likely false; the alarms are printed so that one can look.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.guardrails.case import PARTS, Case, Part, cases
from benchmarks.guardrails.real_text import print_false_alarms
from benchmarks.guardrails.score import Score, score
from benchmarks.guardrails.trying import speaks
from benchmarks.table import ms, print_table, timed
from core.assist.guardrails import GUARDRAILS

GOAL = 0.9


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a guardrail misses the goal on the cases it was tuned on."""
    parser = argparse.ArgumentParser(description="Precision and recall of the guardrails.")
    parser.add_argument("--no-real", action="store_true", help="leave out the run over public messages")
    chosen = parser.parse_args(arguments)
    right = True
    for part, title in PARTS.items():
        scores = {name: _score(name, part) for name in GUARDRAILS}
        rows = [_row(name, result) for name, result in scores.items()]
        print_table(title, ["guardrail", "stage", "severity", "n", "precision", "recall", "ms a check"], rows)
        if part == "tuned":
            right = all(
                found.precision.value >= GOAL and found.recall.value >= GOAL for found in scores.values()
            )
    if not chosen.no_real:
        print_false_alarms()
    return 0 if right else 1


def _score(name: str, part: Part) -> Score:
    chosen = [case for case in cases(name) if case.part == part]
    return score([(case.innocent, speaks(case)) for case in chosen])


def _row(name: str, result: Score) -> list[str]:
    guardrail = GUARDRAILS[name]
    return [
        name,
        guardrail.stage,
        guardrail.severity,
        str(result.n),
        str(result.precision),
        str(result.recall),
        ms(_time(cases(name))),
    ]


def _time(chosen: Sequence[Case]) -> float:
    """Milliseconds a case, with all guardrails of its stage."""
    return timed(lambda: [speaks(case) for case in chosen], times=1, warm_up=0).p50 / len(chosen)


if __name__ == "__main__":
    sys.exit(main())
