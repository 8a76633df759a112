"""What a model that has not seen a label thinks of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import Conflict
from core.llm import Embedder

Report = Callable[[int, int], None]
"""Told how many texts are done, and of how many."""

ShouldStop = Callable[[], bool]

FOLDS = 5
_SEED = 17
_TEXTS_A_STEP = 64


def embed_all(
    texts: Sequence[str],
    embedder: Embedder,
    progress: Report | None,
    should_stop: ShouldStop | None,
) -> NDArray[np.float32]:
    """The vectors of the texts, some at a time.

    Raises:
        ProviderError: the embedder failed.
        Conflict: it was asked to stop.
    """
    parts = []
    for start in range(0, len(texts), _TEXTS_A_STEP):
        check_stop(should_stop)
        if progress:
            progress(start, len(texts))
        parts.append(embedder.embed(texts[start : start + _TEXTS_A_STEP]))
    if progress:
        progress(len(texts), len(texts))
    return np.concatenate(parts)


def check_stop(should_stop: ShouldStop | None) -> None:
    """End the search when that is wished.

    Raises:
        Conflict: it is.
    """
    if should_stop is not None and should_stop():
        raise Conflict("The search was stopped.")


def doubted(
    vectors: NDArray[np.float32], answers: Sequence[str], groups: Sequence[int]
) -> list[tuple[int, str, float]]:
    """The rows whose answer is likely wrong.

    Confident learning estimates how many labels are wrong; as many are taken, from the least believed on.
    Of cleanlab's five filters this one found the most of the changed labels of BANKING77 and was right
    most often.

    Args:
        vectors: one row a label.
        answers: at least two different ones, each in at least as many groups as there are folds.
        groups: rows of one group are never both learnt from and judged.

    Returns:
        Place of the row, what the model says instead, and its belief in the given answer (0 to 1).
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    names, codes = np.unique(np.asarray(answers), return_inverse=True)
    probabilities = out_of_fold(vectors, codes, np.asarray(groups))
    issues = find_label_issues(codes, probabilities, filter_by="low_self_confidence", n_jobs=1)
    scores = get_label_quality_scores(codes, probabilities, method="self_confidence")
    best = probabilities.argmax(axis=1)
    return [
        (int(place), str(names[best[place]]), float(scores[place]))
        for place in np.flatnonzero(issues & (best != codes))
    ]


def out_of_fold(
    vectors: NDArray[np.float32], codes: NDArray[np.int64], groups: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Chances of each answer, of every row by a model that saw nothing of its conversation."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    probabilities = np.zeros((len(codes), int(codes.max()) + 1))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=_SEED)
    for train, held in folds.split(vectors, codes, groups):
        model = LogisticRegression(C=10.0, max_iter=1000, class_weight="balanced")
        model.fit(vectors[train], codes[train])
        probabilities[np.ix_(held, model.classes_)] = model.predict_proba(vectors[held])
    return probabilities
