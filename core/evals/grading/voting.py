"""From what graders say to grades: one each, and what several come to together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.criteria import Criterion, choices, given, is_good
from core.evals.expecting.criteria import wanted_answers
from core.evals.expecting.folding import storable
from core.evals.expecting.registry import name_of, weight_of
from core.evals.grade import MAJORITY, Grade
from core.evals.grading.graders import Grader
from core.evals.grading.judging import Said

_LONGEST = 1000
_LONGEST_REASON = 4000


def rightful(expected: Mapping[str, Any], criterion: Criterion) -> tuple[str, ...]:
    """The answers that are right, as one version of the criterion has them.

    What a strong flag said, or what is listed. A weak flag says what was wrong: then the good answers are
    right, and where the criterion knows no good ones, all others.
    """
    listed, wrong = wanted_answers(expected)
    if listed:
        return tuple(listed)
    offered = choices(criterion)
    good = tuple(each for each in offered if is_good(criterion, each) and each not in wrong)
    return good or tuple(each for each in offered if each not in wrong)


def grade_by(
    place: int, expected: Mapping[str, Any], grader: Grader, said: Said, criterion: Criterion
) -> Grade:
    """What one grader's answer means for one expectation."""
    right = rightful(expected, criterion)
    base = Grade(
        place=place,
        kind="criterion",
        name=name_of(expected),
        grader=grader.name,
        wanted=" or ".join(right)[:_LONGEST],
        weight=weight_of(expected),
        advisory=grader.advisory,
        classifier_version_id=grader.version_id,
        cost=said.cost,
    )
    found = said.prediction
    if found.error:
        return replace(base, error=storable(found.error, 500))
    listed = ", ".join(choices(criterion))
    offered = set(choices(criterion))
    if not any(set(given(each)) <= offered for each in right):
        return replace(
            base,
            error=f"This grader can only answer {listed}, and {base.wanted} is wanted. Change what the case "
            "expects, or ship a version of the grader for the question as it is now.",
        )
    if found.answer and not set(given(found.answer)) <= offered:
        return replace(base, error=f"The grader answered “{found.answer[:80]}”, which is none of {listed}.")
    answered = replace(
        base,
        answer=storable(found.answer, _LONGEST),
        confidence=found.confidence,
        reason=storable(found.reason, _LONGEST_REASON),
    )
    if found.abstained:
        return replace(
            answered, error=f"The grader is not sure enough: {found.confidence:.0%} “{found.answer}”."
        )
    return replace(answered, passed=_fits(found.answer, right))


def together(grades: Sequence[Grade]) -> list[Grade]:
    """One judge's grade counts by itself; of several, each is kept and what most of them say counts.

    Where people have vouched for some, or they are programs, only those vote; else all do, as advice. Whoever
    failed or was not sure has no vote. A tie is no verdict.
    """
    if len(grades) < 2:
        return list(grades)
    trusted = [each for each in grades if not each.advisory]
    voters = trusted or list(grades)
    votes = Counter(each.passed for each in voters if each.passed is not None)
    base = replace(
        grades[0],
        grader=MAJORITY,
        classifier_version_id=None,
        answer="",
        reason="",
        error="",
        confidence=None,
        passed=None,
        cost=0.0,
        advisory=not trusted,
    )
    kept = [replace(each, counts=False) for each in grades]
    if not votes:
        why = next((each.error for each in voters if each.error), "")
        return [*kept, replace(base, error=f"None of the judges could say. {why}".strip()[:500])]
    if votes[True] == votes[False]:
        return [*kept, replace(base, error="The judges disagree.", reason=_voices(voters))]
    passed = votes[True] > votes[False]
    answers = Counter(each.answer for each in voters if each.passed is passed)
    return [
        *kept,
        replace(
            base,
            passed=passed,
            answer=answers.most_common(1)[0][0],
            confidence=votes[passed] / votes.total(),
            reason=_voices(voters),
        ),
    ]


def fits(answer: str, expected: Mapping[str, Any], criterion: Criterion) -> bool:
    """Whether an answer is one of those wanted."""
    return _fits(answer, rightful(expected, criterion))


def _fits(answer: str, right: Sequence[str]) -> bool:
    """Several answers at once are right when exactly those were wanted together."""
    said = set(given(answer))
    return any(said == set(given(each)) for each in right)


def _voices(voters: Sequence[Grade]) -> str:
    return "; ".join(
        f"{each.grader}: {each.answer}" if each.passed is not None else f"{each.grader}: no answer"
        for each in voters
    )
