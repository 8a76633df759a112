"""How often answers are right, by how many examples there are: ours and two plain ways, on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.classifiers.splits import Task
from benchmarks.table import print_table
from core.classifiers import Services, get_kind

Answers = NDArray[np.bool_]
"""Shape ``(rows, answers)``: what was answered, or what is right."""
Way = Callable[[Task, Sequence[int]], Answers]

SHOTS: tuple[int | None, ...] = (5, 10, None)
_PENALTY = 10.0  # scikit-learn's C: the best of 1, 10 and 100 for vectors of length one
_STEPS = 100
_STEPS_OF_WORDS = 30  # of a hundred thousand columns; more take hours and change nothing


def compare(tasks: Sequence[Task], *, services: Services, seeds: int) -> bool:
    """Print the table; True when ours is above plain MiniLM at each set and number of examples."""
    ways: dict[str, Way] = {
        "TF-IDF + LR": words,
        "MiniLM + LR": lambda task, places: vectors(task, places, services=services),
        "ours": lambda task, places: ours(task, places, services=services),
    }
    lines, above = [], True
    for task in tasks:
        right = task.wanted(task.report)
        for shots in SHOTS:
            drawn = [task.drawn(shots, seed) for seed in range(seeds)]
            found = {
                name: np.array([_score(way(task, places), right, task) for places in drawn])
                for name, way in ways.items()
            }
            gain = found["ours"] - found["MiniLM + LR"]
            above &= bool(gain.mean() > 0)
            lines.append(
                [
                    task.name,
                    str(shots or "all"),
                    f"{np.mean([len(places) for places in drawn]):,.0f}",
                    *(f"{100 * each.mean():.1f} ± {100 * each.std(ddof=1):.1f}" for each in found.values()),
                    f"{100 * gain.mean():+.1f}",
                    f"{(gain > 0).sum()}/{seeds}",
                ]
            )
            print(f"  {task.name} {shots or 'all'}: " + "  ".join(lines[-1][3:]), flush=True)
    print_table(
        f"Right answers in % (NLU++: micro-F1), mean ± standard deviation of {seeds} draws",
        ["set", "shots", "examples", *ways, "ours - MiniLM", "draws above"],
        lines,
    )
    return above


def ours(task: Task, places: Sequence[int], *, services: Services) -> Answers:
    """The product, with its defaults."""
    places = list(places)
    model = get_kind("examples").fit(
        task.question, {}, task.examples(places), services=services, features=task.features[places]
    )
    chances = model.score([], task.features[task.report]).probabilities
    return chances >= 0.5 if task.question.many else _likeliest(chances)


def vectors(task: Task, places: Sequence[int], *, services: Services) -> Answers:
    """Logistic regression on the embedder's vectors alone."""
    width = services.embedder().dimensions
    rows = task.features[:, :width]
    return _regression(task, places, rows[list(places)], rows[task.report], steps=_STEPS)


def words(task: Task, places: Sequence[int]) -> Answers:
    """Logistic regression on TF-IDF of words and of pieces of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    union = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float32),
    )
    shown = union.fit_transform([task.rows[place].text for place in places])
    asked = union.transform([task.rows[place].text for place in task.report])
    return _regression(task, places, shown.tocsr(), asked.tocsr(), steps=_STEPS_OF_WORDS)


def _regression(task: Task, places: Sequence[int], shown: Any, asked: Any, *, steps: int) -> Answers:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    wanted = task.wanted(places)
    given = np.zeros((asked.shape[0], wanted.shape[1]), dtype=bool)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if not task.question.many:
            model = LogisticRegression(C=_PENALTY, max_iter=steps).fit(shown, wanted.argmax(axis=1))
            given[np.arange(len(given)), model.predict(asked)] = True
            return given
        for column in np.flatnonzero(wanted.any(axis=0) & ~wanted.all(axis=0)):
            model = LogisticRegression(C=_PENALTY, max_iter=steps).fit(shown, wanted[:, column])
            given[:, column] = model.predict(asked)
    return given


def _likeliest(chances: NDArray[np.float32]) -> Answers:
    return np.asarray(np.arange(chances.shape[1]) == chances.argmax(axis=1)[:, None])


def _score(given: Answers, right: Answers, task: Task) -> float:
    """Accuracy; micro-F1 where several answers may be right."""
    both = float((given & right).sum())
    if task.question.many:
        return 2 * both / float(given.sum() + right.sum())
    return both / len(right)
