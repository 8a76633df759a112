"""A batch of outputs, graded; whatever a grader does, each output gets its grades."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.classifiers import Services
from core.database import Database
from core.evals.content import CaseContent
from core.evals.expecting import kind_of, name_of, weight_of
from core.evals.grade import Grade
from core.evals.grading import grade_batch, settle
from core.evals.running.work.claiming import Ungraded
from core.evals.running.work.storing import Graded
from core.evals.tables import EvalRun

log = logging.getLogger(__name__)

_BROKEN = "The grading broke off; the details are in the server's log."


def grade(run: EvalRun, batch: Sequence[Ungraded], *, database: Database, services: Services) -> list[Graded]:
    """What the graders of a run say about each output, in order. Calls models where judges do."""
    pairs = [(each.case, each.output) for each in batch]
    try:
        grades = grade_batch(pairs, run.graders, database=database, services=services)
    except Exception:  # a defect of a grader is a failed grading, never the end of a run
        log.exception("a batch of eval run %d could not be graded", run.key)
        grades = [_failed(each.case) for each in batch]
    settled = [settle(each) for each in grades]
    return [
        Graded(each.result_id, given, came_to.passed, came_to.score, came_to.errors)
        for each, given, came_to in zip(batch, grades, settled, strict=True)
    ]


def _failed(case: CaseContent) -> list[Grade]:
    return [
        Grade(place, kind_of(expected), name_of(expected), error=_BROKEN, weight=weight_of(expected))
        for place, expected in enumerate(case.expectations)
    ]
