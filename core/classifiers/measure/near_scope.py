"""Whether a classifier abstains on what is near its answers and none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classifiers.kind import Example, Features, Kind, Question, Services
from core.classifiers.measure.folds import folds as deal
from core.classifiers.measure.folds import group_of
from core.classifiers.measure.rates import share
from core.classifiers.measure.scoring import fit_rows, score_rows
from core.errors import InvalidInput
from core.statistics import Rate

KEPT = 0.95
_FEWEST_ANSWERS = 4
_PARTS = 5
_TOO_FEW = "The examples come from too few conversations to hide answers from one another."


@dataclass(frozen=True, slots=True)
class NearScope:
    """How much of what it does not know a classifier leaves alone.

    Attributes:
        by_confidence: share of the texts of held-out answers it abstains on, where the confidence is set
            so that ``kept`` of the texts it does know are still answered.
        by_familiarity: the same by familiarity; None where the kind cannot tell it.
        by_answer: for each answer that was held out, the better known of both, familiarity first.
        kept: share of the known texts still answered.
        known: texts of answers it knew, that it was judged on.
    """

    by_confidence: Rate
    by_familiarity: Rate | None
    by_answer: Mapping[str, Rate]
    kept: float
    known: int


def near_scope(
    kind: Kind,
    question: Question,
    settings: Mapping[str, Any],
    examples: Sequence[Example],
    *,
    services: Services,
    features: Features | None = None,
    seed: int = 0,
) -> NearScope:
    """Hide whole answers in turn and see whether their texts are left alone.

    The answers are dealt out to five parts (each its own, where there are fewer than ten). For each part
    a model learns the other answers from four fifths of their groups; it judges the hidden answers' texts
    and the remaining fifth, which sets the threshold.

    Raises:
        InvalidInput: there are fewer than four answers with examples, several answers may be right at
            once, or the kind does not learn.
    """
    if question.many:
        raise InvalidInput("Where several answers may be right at once, none can be hidden from the others.")
    if not kind.learns:
        raise InvalidInput("This kind does not learn from examples, so there is nothing to hide from it.")
    rows = np.flatnonzero([bool(each.answer) and not each.held_out for each in examples])
    answers = np.array([examples[row].answer for row in rows.tolist()])
    groups = np.array(_numbers(examples, rows), dtype=np.int64)
    present = [answer for answer in question.answers if (answers == answer).any()]
    if len(present) < _FEWEST_ANSWERS:
        raise InvalidInput(
            f"Hiding answers needs at least {_FEWEST_ANSWERS} answers with examples; there are "
            f"{len(present)}. Add examples of other answers."
        )
    dealt = deal(groups.tolist(), answers.tolist(), count=5, seed=seed)
    if dealt.count < 2:
        raise InvalidInput(_TOO_FEW)
    parts = len(present) if len(present) < 2 * _PARTS else _PARTS
    order = np.random.default_rng(seed).permutation(len(present)).tolist()
    caught: dict[str, list[NDArray[np.bool_]]] = {"confidence": [], "familiarity": []}
    hidden_rows: list[NDArray[np.intp]] = []
    known = 0
    for part in range(parts):
        hidden = {present[at] for at in order[part::parts]}
        inside = ~np.isin(answers, list(hidden))
        aside = dealt.of_row == part % dealt.count
        learned, kept_rows = np.flatnonzero(inside & ~aside), np.flatnonzero(inside & aside)
        # what shares a group with something taught is not new
        outside = np.flatnonzero(~inside & ~np.isin(groups, groups[learned]))
        if not len(outside) or not len(kept_rows):
            continue
        narrowed = replace(question, answers=tuple(each for each in question.answers if each not in hidden))
        model = fit_rows(
            kind, narrowed, settings, examples, rows[learned], services=services, features=features
        )
        judged = score_rows(model, examples, rows[np.concatenate([kept_rows, outside])], features)
        sure = np.nan_to_num(judged.probabilities, nan=0.0).max(axis=1)
        for name, values in (("confidence", sure), ("familiarity", judged.familiarity)):
            limit = np.quantile(values[: len(kept_rows)], 1 - KEPT, method="lower")
            caught[name].append(values[len(kept_rows) :] < limit)
        hidden_rows.append(outside)
        known += len(kept_rows)
    return _found(answers, groups, caught, hidden_rows, known)


def _found(
    answers: NDArray[np.str_],
    groups: NDArray[np.int64],
    caught: Mapping[str, list[NDArray[np.bool_]]],
    hidden_rows: list[NDArray[np.intp]],
    known: int,
) -> NearScope:
    if not hidden_rows:
        raise InvalidInput(_TOO_FEW)
    rows = np.concatenate(hidden_rows)
    confidence, familiarity = (np.concatenate(caught[name]) for name in ("confidence", "familiarity"))
    tells = bool(familiarity.any())
    leading = familiarity if tells else confidence
    return NearScope(
        by_confidence=share(confidence, groups[rows]),
        by_familiarity=share(familiarity, groups[rows]) if tells else None,
        by_answer={
            str(answer): share(leading[answers[rows] == answer], groups[rows][answers[rows] == answer])
            for answer in sorted(set(answers[rows].tolist()))
        },
        kept=KEPT,
        known=known,
    )


def _numbers(examples: Sequence[Example], rows: NDArray[np.intp]) -> list[int]:
    numbers: dict[object, int] = {}
    return [numbers.setdefault(group_of(examples[row], row), len(numbers)) for row in rows.tolist()]
