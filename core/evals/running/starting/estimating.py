"""What a run will take: by what earlier ones took, or by the length of its cases and the prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.evals.content import CaseContent
from core.evals.running.starting.reuse import answer_key, count_known
from core.evals.running.states import DONE, FINISHED
from core.evals.tables import EvalResult, EvalRun
from core.llm import cost_of
from core.settings import Settings

_CHARACTERS_A_TOKEN = 4
_SPENT_AROUND, _SPENT_ON_ANSWER = 2_500, 300  # tokens: instructions, passages and tools; what is written
_CALLS = {"assist": 2}


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
    if measured is not None:
        each, seconds, basis = measured
        left = results - known
        return RunEstimate(results, known, each * left, seconds * left, each, basis)
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
    """USD and seconds of a result, as the newest finished run had them; of this build if there is one.

    By the clock of the whole run, so that it holds however many were in hand at once.
    """
    for where, basis in (
        (col(EvalRun.build_id) == build_id, "By what this build took before."),
        (col(EvalRun.target) == target, "By what the latest answers took."),
    ):
        newest = session.execute(
            select(
                col(EvalRun.started_at).label("started_at"),
                col(EvalRun.finished_at).label("finished_at"),
                func.count().label("answers"),
                func.sum(col(EvalResult.cost) + col(EvalResult.grading_cost)).label("cost"),
            )
            .join(EvalResult, col(EvalResult.run_id) == col(EvalRun.id))
            .where(
                where,
                col(EvalRun.target) == target,
                col(EvalRun.state) == FINISHED,
                col(EvalRun.attempt) == 1,  # one that was resumed counts the time between as well
                col(EvalResult.state) == DONE,
                col(EvalResult.cached_from_id).is_(None),
            )
            .group_by(col(EvalRun.id), col(EvalRun.started_at), col(EvalRun.finished_at))
            .order_by(col(EvalRun.id).desc())
            .limit(1)
        ).first()
        if newest is not None and newest.started_at is not None and newest.finished_at is not None:
            took = (newest.finished_at - newest.started_at).total_seconds()
            return float(newest.cost) / newest.answers, took / newest.answers, basis
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
