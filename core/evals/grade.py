"""What one grader says about one expectation."""

from __future__ import annotations

from dataclasses import dataclass

CHECK, MAJORITY, PERSON = "check", "majority", "person"
"""Names of graders that are no classifier: our own code, several judges together, and people."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade; see :class:`core.evals.tables.EvalGrade` for the fields.

    ``passed`` is None where it could not be graded; ``error`` then says why.
    """

    place: int
    kind: str
    name: str
    grader: str = CHECK
    passed: bool | None = None
    wanted: str = ""
    answer: str = ""
    reason: str = ""
    error: str = ""
    score: float | None = None
    confidence: float | None = None
    weight: float = 1.0
    counts: bool = True
    advisory: bool = False
    classifier_version_id: int | None = None
    cost: float = 0.0
    """USD."""
