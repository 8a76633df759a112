"""What a run will take: by what earlier ones took, or by the length of its cases and the prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.evals.content import CaseContent
from core.evals.running.starting.reuse import answer_key, count_known
from core.evals.running.states import ANSWERED, DONE
from core.evals.tables import EvalResult, EvalRun
from core.llm import cost_of
from core.settings import Settings

_RECENT = 300
_CHARACTERS_A_TOKEN = 4
_SPENT_AROUND, _SPENT_ON_ANSWER = 2_500, 300  # tokens: instructions, passages and tools; what is written
_CALLS = {"assist": 2}
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class RunEstimate:
    """What a run will take.

    Attributes:
        results: cases times repeats.
        known: of them answered before, which cost nothing.
        cost: USD, with grading; None: prices are not set.
        seconds: None: nobody has timed this target yet.
        each: USD for one result that is asked.
        basis: what this rests on, as a sentence.
    """

    results: int
    known: int
    cost: float | None
    seconds: float | None
    each: float | None
    basis: str


def estimate_contents(
    contents: Sequence[CaseContent],
    *,
    target: str,
    build_id: str,
    repeats: int,
    plan: Mapping[str, Any],
    fresh: bool,
    settings: Settings,
    session: Session,
) -> RunEstimate:
    """What asking ``contents`` will take. Nothing is asked."""
    results, known = len(contents) * repeats, 0
    if not fresh and build_id:
        digests = {content.input_digest for content in contents}
        keys = [answer_key(build_id, target, each, at) for each in digests for at in range(repeats)]
        known = count_known(keys, session=session)
    measured = _measured(target, build_id, session=session)
    at_once = int(plan.get("concurrency") or _AT_ONCE)
    if measured is not None:
        each, milliseconds, basis = measured
        seconds = (results - known) * milliseconds / 1000 / at_once
        return RunEstimate(results, known, each * (results - known), seconds, each, basis)
    priced = _priced(contents, target, settings=settings)
    return RunEstimate(
        results,
        known,
        None if priced is None else priced * (results - known),
        None,
        priced,
        "By the length of the cases and the prices in the settings; this has not been timed yet.",
    )


def _measured(target: str, build_id: str, *, session: Session) -> tuple[float, float, str] | None:
    """USD and milliseconds of a result, as the latest ones were; of this build if it was asked before."""
    for where, basis in (
        (col(EvalRun.build_id) == build_id, "By what this build took before."),
        (col(EvalRun.target) == target, "By what the latest answers took."),
    ):
        recent = (
            select(
                (col(EvalResult.cost) + col(EvalResult.grading_cost)).label("cost"),
                col(EvalResult.milliseconds).label("milliseconds"),
            )
            .join(EvalRun, col(EvalRun.id) == col(EvalResult.run_id))
            .where(
                where,
                col(EvalRun.target) == target,
                col(EvalResult.state).in_((ANSWERED, DONE)),
                col(EvalResult.cached_from_id).is_(None),
            )
            .order_by(col(EvalResult.id).desc())
            .limit(_RECENT)
            .subquery()
        )
        count, cost, milliseconds = session.execute(
            select(func.count(), func.avg(recent.c.cost), func.avg(recent.c.milliseconds))
        ).one()
        if count:
            return float(cost), float(milliseconds), basis
    return None


def _priced(contents: Sequence[CaseContent], target: str, *, settings: Settings) -> float | None:
    if settings.model_provider == "offline":
        return 0.0
    if not (settings.model_price_input or settings.model_price_output):
        return None
    length = sum(
        len(str(content.input.get("system") or ""))
        + sum(len(str(said.get("text") or "")) for said in content.input.get("messages", []))
        for content in contents
    ) / max(1, len(contents))
    calls = _CALLS.get(target, 1)
    around = _SPENT_AROUND if calls > 1 else 0
    tokens = int(calls * (length / _CHARACTERS_A_TOKEN + around))
    return cost_of(tokens, calls * _SPENT_ON_ANSWER, settings=settings)
