"""The scores of one run: rates with intervals, consistency, errors, cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from core.evals.comparing.answers import RunAnswers, Tally, read_answers, read_facts
from core.evals.comparing.groups import CRITERION, DIMENSIONS, groups_of
from core.identity import Actor, Permission, require
from core.statistics import Rate, clustered_rate, pass_power


@dataclass(frozen=True, slots=True)
class GroupScore:
    """How results of one group fared. ``dimension``: one of ``DIMENSIONS``.

    ``rate`` counts results that could be graded, a case by its weight however often it was repeated;
    ``cases`` are those of them; ``errors`` results that could not be graded; ``advisory`` the share of grades
    by judges nobody has vouched for; ``kind`` that of the expectation.
    """

    dimension: str
    name: str
    rate: Rate
    cases: int
    errors: int
    kind: str = ""
    advisory: float = 0.0


@dataclass(frozen=True, slots=True)
class RunScores:
    """A run in figures.

    Attributes:
        passed: results that passed, among those that could be graded.
        cases: cases with such a result.
        powers: pass^k by k, 1 to the repeats: k tries in a row that all pass.
        groups: by criterion or kind, tag, theme, channel, locale, and critical cases.
        errors: results that could not be answered or graded; ``error_kinds`` says why.
        error_share: of all that were tried; above ``most_errors`` there is no verdict.
        waiting: results not there yet.
        advisory: names of what judges grade that nobody has vouched for.
        cost: USD, mean of an answer; None where there is none.
        spent: USD in all, with grading; copied answers cost nothing.
        p50, p95: milliseconds to an answer.
        tokens: mean of an answer.
    """

    run_id: int
    state: str
    passed: Rate
    cases: int
    powers: dict[int, Rate]
    groups: tuple[GroupScore, ...]
    errors: int
    error_kinds: dict[str, int]
    error_share: float
    most_errors: float
    waiting: int
    advisory: tuple[str, ...]
    cost: float | None
    spent: float
    p50: float | None
    p95: float | None
    tokens: float | None

    def of(self, dimension: str) -> list[GroupScore]:
        """The groups of one dimension."""
        return [each for each in self.groups if each.dimension == dimension]


def score_run(actor: Actor, run_id: int, *, session: Session) -> RunScores:
    """Score a run, finished or not.

    Raises:
        PermissionDenied: the actor may not read evals.
        NotFound: there is no such run.
    """
    require(actor, Permission.EVALS_READ)
    return _score(read_answers(run_id, session=session), session=session)


def summarize(run_id: int, *, session: Session) -> dict[str, Any]:
    """The scores in short, as :attr:`EvalRun.scores` keeps them. Checks no permission.

    ``{passed, cases, powers: {k: rate}, criteria: [{name, kind, rate, errors, advisory}], errors,
    error_share, error_kinds, advisory, cost, spent, p50, p95, tokens}``; a rate is ``{estimate, low,
    high, n}``.

    Raises:
        NotFound: there is no such run.
    """
    found = _score(read_answers(run_id, session=session), session=session)
    return {
        "passed": short_rate(found.passed),
        "cases": found.cases,
        "powers": {str(k): short_rate(rate) for k, rate in found.powers.items()},
        "criteria": [
            {
                "name": each.name,
                "kind": each.kind,
                "rate": short_rate(each.rate),
                "errors": each.errors,
                "advisory": each.advisory,
            }
            for each in found.of(CRITERION)
        ],
        "errors": found.errors,
        "error_share": found.error_share,
        "error_kinds": found.error_kinds,
        "advisory": list(found.advisory),
        "cost": found.cost,
        "spent": found.spent,
        "p50": found.p50,
        "p95": found.p95,
        "tokens": found.tokens,
    }


def short_rate(rate: Rate) -> dict[str, float]:
    """A rate for JSON."""
    return {"estimate": rate.estimate, "low": rate.low, "high": rate.high, "n": rate.n}


def _score(answers: RunAnswers, *, session: Session) -> RunScores:
    facts = read_facts(answers.cases.tolist(), session=session)
    of = [facts[version_id] for version_id in answers.cases.tolist()]
    weights = np.array([each.weight for each in of], np.float64)
    groups = [
        GroupScore(
            CRITERION,
            name,
            _rate(tally, answers, weights),
            int((tally.graded > 0).sum()),
            int(tally.errors.sum()),
            tally.kind,
            tally.advisory / max(1, int(tally.graded.sum() + tally.errors.sum())),
        )
        for name, tally in answers.names.items()
    ]
    for dimension in DIMENSIONS[1:]:
        for name, chosen in groups_of(of, dimension).items():
            groups.append(
                GroupScore(
                    dimension,
                    name,
                    _rate(answers.whole, answers, weights, chosen),
                    int((answers.whole.graded[chosen] > 0).sum()),
                    int(answers.whole.errors[chosen].sum()),
                )
            )
    times = answers.milliseconds[answers.milliseconds > 0]
    return RunScores(
        run_id=answers.run.key,
        state=answers.run.state,
        passed=_rate(answers.whole, answers, weights),
        cases=int((answers.whole.graded > 0).sum()),
        powers=_powers(answers, weights),
        groups=tuple(groups),
        errors=answers.errors,
        error_kinds=answers.error_kinds,
        error_share=answers.error_share,
        most_errors=answers.most_errors,
        waiting=int(answers.waiting.sum()),
        advisory=tuple(name for name, tally in answers.names.items() if tally.advisory),
        cost=float(answers.cost.mean()) if answers.cost.size else None,
        spent=answers.spent,
        p50=_quantile(times, 0.5),
        p95=_quantile(times, 0.95),
        tokens=float(answers.tokens.mean()) if answers.tokens.size else None,
    )


def _rate(
    tally: Tally, answers: RunAnswers, weights: NDArray[np.float64], chosen: NDArray[np.bool_] | None = None
) -> Rate:
    """Over results; each case weighs as much as it should, however many of its repeats were graded."""
    there = tally.graded > 0 if chosen is None else chosen & (tally.graded > 0)
    passed, graded = tally.passed[there], tally.graded[there]
    values = np.repeat(np.tile([1.0, 0.0], len(passed)), np.stack([passed, graded - passed], 1).ravel())
    return clustered_rate(
        values,
        np.repeat(answers.clusters[there], graded),
        weights=np.repeat(weights[there] / graded, graded) if len(values) else None,
    )


def _powers(answers: RunAnswers, weights: NDArray[np.float64]) -> dict[int, Rate]:
    powers = {}
    for k in range(1, answers.run.repeats + 1):
        there = answers.whole.graded >= k
        if not there.any():
            break
        powers[k] = pass_power(
            answers.whole.passed[there],
            answers.whole.graded[there],
            k,
            answers.clusters[there],
            weights=weights[there],
        )
    return powers


def _quantile(values: NDArray[np.float64], quantile: float) -> float | None:
    if not values.size:
        return None
    return float(np.quantile(values, quantile, method="inverted_cdf"))
