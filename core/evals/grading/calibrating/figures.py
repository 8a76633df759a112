"""How a grader's answers agree with people's, and with its own."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from core.criteria import Criterion, choices, is_good
from core.evals.grading.graders import STEADY
from core.statistics import clustered_rate, cohen_kappa

Row = Mapping[str, Any]


def agreement_figures(rows: Sequence[Row], criterion: Criterion, *, kind: str) -> dict[str, Any]:
    """The figures of a calibration, each ``{estimate, low, high, n}``, 95 % intervals.

    ``agreement``: the same answer as people; ``kappa``: that beyond chance (Cohen 1960; quadratic weights
    for scales); ``false_pass``: good to the grader where people said bad; ``false_fail`` the other way
    round; ``noise``: another answer when asked again. Rates have Wilson's interval for clustered
    observations, see :func:`core.statistics.clustered_rate`: subjects of one conversation belong together.
    An ``estimate`` of None: it cannot be said. ``errors`` and ``unsure`` count what has no answer.

    Args:
        rows: judged subjects, see :class:`core.evals.tables.GraderCalibration`.
        kind: of the classifier; one that always says the same is not asked twice.
    """
    answered = [each for each in rows if has_answer(each)]
    clusters = [cluster_of(each) for each in answered]
    people = [str(each["people"]) for each in answered]
    grader = [str(each["first"]) for each in answered]
    same = [float(one == other) for one, other in zip(people, grader, strict=True)]
    good = [is_good(criterion, each) for each in people]
    passed = [is_good(criterion, each) for each in grader]
    bad_to_people = [place for place, each in enumerate(good) if each is False]
    good_to_people = [place for place, each in enumerate(good) if each is True]
    return {
        "agreement": _rate(same, clusters),
        "kappa": _kappa(people, grader, clusters, criterion),
        "false_pass": _rate(
            [float(passed[place] is True) for place in bad_to_people],
            [clusters[place] for place in bad_to_people],
        ),
        "false_fail": _rate(
            [float(passed[place] is False) for place in good_to_people],
            [clusters[place] for place in good_to_people],
        ),
        "noise": _noise(answered, kind),
        "errors": sum(1 for each in rows if each.get("error")),
        "unsure": sum(1 for each in rows if each.get("unsure") and not each.get("error")),
    }


def has_answer(row: Row) -> bool:
    """Whether the grader judged it, did not fail, and was sure enough."""
    return row.get("first") is not None and not row.get("error") and not row.get("unsure")


def disagrees(row: Row) -> bool:
    """Whether the grader answered something else than people."""
    return has_answer(row) and row["first"] != row["people"]


def cluster_of(row: Row) -> Hashable:
    """What a subject belongs together with: its conversation, else nothing."""
    return row.get("conversation_id") or (row["subject_type"], row["subject_id"])


def _rate(values: Sequence[float], clusters: Sequence[Hashable]) -> dict[str, Any]:
    if not values:
        return _nothing(0)
    found = clustered_rate(values, clusters)
    return {
        "estimate": round(found.estimate, 6),
        "low": round(found.low, 6),
        "high": round(found.high, 6),
        "n": len(values),
    }


def _kappa(
    people: Sequence[str], grader: Sequence[str], clusters: Sequence[Hashable], criterion: Criterion
) -> dict[str, Any]:
    if not people:
        return _nothing(0)
    order = choices(criterion) if criterion.kind == "scale" else ()
    found = cohen_kappa(people, grader, order=order, clusters=clusters)
    if found.kappa is None or found.low is None or found.high is None:
        return _nothing(len(people))
    return {
        "estimate": round(found.kappa, 6),
        "low": round(found.low, 6),
        "high": round(found.high, 6),
        "n": len(people),
    }


def _noise(answered: Sequence[Row], kind: str) -> dict[str, Any]:
    if kind in STEADY:
        return {"estimate": 0.0, "low": 0.0, "high": 0.0, "n": len(answered), "steady": True}
    twice = [each for each in answered if each.get("second") is not None]
    changed = [float(each["second"] != each["first"]) for each in twice]
    return _rate(changed, [cluster_of(each) for each in twice])


def _nothing(n: int) -> dict[str, Any]:
    return {"estimate": None, "low": None, "high": None, "n": n}
