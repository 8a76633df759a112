"""One expectation against one output."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from core.classifiers import Services
from core.errors import RatchetError
from core.evals.content import CaseContent
from core.evals.expecting.folding import storable
from core.evals.expecting.problems import problems_of
from core.evals.expecting.registry import Answered, Checked, find_kind, kind_of, name_of, weight_of
from core.evals.grade import Grade
from core.evals.output import Output

log = logging.getLogger(__name__)

LONGEST = 1000
LONGEST_REASON = 4000
LONGEST_ERROR = 500


def check_expectation(
    place: int, given: Mapping[str, Any], case: CaseContent, output: Output, services: Services
) -> Grade:
    """What our own code says. Never fails: what cannot be checked is a grade with an error.

    Args:
        place: of the expectation in the case, 0-based.
    """
    made = find_kind(kind_of(given))
    if made is None or (wrong := problems_of(given)):
        said = "This kind of expectation is not known here." if made is None else " ".join(wrong)
        found = Checked(None, error=said)
    else:
        try:
            found = made.check(given, Answered(case, output, services))
        except RatchetError as error:
            found = Checked(None, error=str(error))
        except Exception:  # a defect of one check is one failed grading, never the end of a run
            log.exception("the expectation %s could not be checked", kind_of(given))
            found = Checked(None, error="This check broke off; the details are in the server's log.")
    return Grade(
        place=place,
        kind=kind_of(given) or "unknown",
        name=name_of(given) or "unknown",
        passed=found.passed,
        wanted=storable(found.wanted, LONGEST),
        answer=storable(found.answer, LONGEST),
        reason=storable(found.reason, LONGEST_REASON),
        error=storable(found.error, LONGEST_ERROR),
        score=found.score,
        weight=weight_of(given),
        counts=found.counts,
    )
