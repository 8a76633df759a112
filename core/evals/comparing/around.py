"""What changes beside the grades: cost, time, tokens, decisions, citations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from core.evals.comparing.answers import RunAnswers
from core.evals.comparing.pairing import Pairs
from core.evals.tables import EvalResult
from core.statistics import Change, bootstrap_change


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """So many cases went from one decision to another, in their first answer."""

    before: str
    after: str
    cases: int


@dataclass(frozen=True, slots=True)
class Around:
    """Figures of the answers to compared cases; a :class:`Change` is None where a side has none.

    Attributes:
        cost: USD an answer, what it cost when it was made.
        p50, p95: milliseconds to an answer.
        tokens: an answer.
        decisions: those that changed, the most frequent first.
        cited: cases whose first answers cite other articles than before.
        answered: cases with a first answer on both sides, what the last two are of.
    """

    cost: Change | None
    p50: Change | None
    p95: Change | None
    tokens: Change | None
    decisions: tuple[DecisionChange, ...]
    cited: int
    answered: int


def look_around(before: RunAnswers, after: RunAnswers, pairs: Pairs, *, session: Session) -> Around:
    """Everything beside the grades."""
    sides = [_answers(before, pairs.before), _answers(after, pairs.after)]
    timed = [
        chosen & (answers.milliseconds > 0)
        for answers, (chosen, _) in zip((before, after), sides, strict=True)
    ]

    def change(figure: str, chosen: list[NDArray[np.bool_]], quantile: float | None = None) -> Change | None:
        (one, first), (other, second) = (
            (getattr(answers, figure)[keep], places[keep])
            for answers, keep, (_, places) in zip((before, after), chosen, sides, strict=True)
        )
        return bootstrap_change(one, other, pairs.clusters[first], pairs.clusters[second], quantile=quantile)

    every = [chosen for chosen, _ in sides]
    told = [_first(answers, session=session) for answers in (before, after)]
    both = told[0].keys() & told[1].keys()
    versions = [facts.version_id for facts in pairs.facts if facts.version_id in both]
    moves = Counter(
        (told[0][each][0], told[1][each][0]) for each in versions if told[0][each][0] != told[1][each][0]
    )
    return Around(
        cost=change("cost", every),
        p50=change("milliseconds", timed, 0.5),
        p95=change("milliseconds", timed, 0.95),
        tokens=change("tokens", every),
        decisions=tuple(DecisionChange(*move, count) for move, count in moves.most_common()),
        cited=sum(told[0][each][1] != told[1][each][1] for each in versions),
        answered=len(versions),
    )


def _answers(answers: RunAnswers, places: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which results belong to pairs, and to which; where none, the second is meaningless."""
    pair_of = np.full(len(answers.cases), -1, np.int64)
    pair_of[places] = np.arange(len(places))
    found = pair_of[answers.at]
    return found >= 0, found


def _first(answers: RunAnswers, *, session: Session) -> Mapping[int, tuple[str, frozenset[str]]]:
    """Of each case version, the decision and the cited articles of its first repeat."""
    rows = session.execute(
        select(
            col(EvalResult.case_version_id),
            col(EvalResult.output)["decision"].as_string(),
            col(EvalResult.output)["citations"],
        ).where(
            col(EvalResult.run_id) == answers.run.key,
            col(EvalResult.repeat) == 0,
            col(EvalResult.state).in_(("answered", "done")),
        )
    )
    return {version_id: (decision or "", _articles(citations)) for version_id, decision, citations in rows}


def _articles(citations: Any) -> frozenset[str]:
    return frozenset(str(each.get("article", "")) for each in citations or () if each.get("article"))
