"""Texts that no answer is right for: how many are noticed while 95 % of the others are still answered."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.classifiers.data import Row, Scope
from benchmarks.classifiers.splits import Task, features_of, question_of
from benchmarks.table import print_table
from core.classifiers import Example, Features, Model, Services, Subject, featurizer, get_kind

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

_KEPT = 0.95
_SHOTS = (10, None)
_LEFT_OUT = 1 / 4  # of the answers
_TESTED = 1 / 4  # of the rows of the others
_MOST = 2_500  # texts of either kind
_SEEDS = 3


def compare(scope: Scope, *, labels: str, services: Services) -> bool:
    """Print the table; True when more than half of the near unknown texts are noticed at all shots.

    Args:
        labels: whose they are, for the heading.
    """
    source = featurizer(services)
    parts = {name: getattr(scope, name) for name in ("known", "kept", "near", "far")}
    rows = {name: features_of(part, source) for name, part in parts.items()}
    width = services.embedder().dimensions
    odd = np.array([sha256(row.group.encode()).digest()[0] % 2 == 1 for row in scope.near])
    lines, best = [], 0.0
    for shots in _SHOTS:
        places = _first(scope.known, shots)
        model = _fit(scope, places, rows["known"], services)
        sure = {name: _largest(scope, places, rows["known"], rows[name], width) for name in rows}
        familiar = {name: model.score([], rows[name]).familiarity for name in rows}
        taught = _fit(scope, places, rows["known"], services, none=(scope.near, rows["near"], ~odd))
        told = {name: taught.score([], rows[name]).familiarity for name in rows}
        label = str(shots or "all")
        for way, found in (("MiniLM + LR, largest probability", sure), ("ours, familiarity", familiar)):
            near = _noticed(found["kept"], found["near"])
            lines.append([way, label, f"{near:.3f}", f"{_noticed(found['kept'], found['far']):.3f}"])
        best = near
        lines.append(
            [
                "ours, other near intents taught as none of the answers",
                label,
                f"{_noticed(told['kept'], told['near'][odd]):.3f}",
                f"{_noticed(told['kept'], told['far']):.3f}",
            ]
        )
    print_table(
        f"banking77_oos, {labels}: unknown texts noticed with {_KEPT:.0%} of {len(scope.kept):,} known ones "
        "kept",
        ["way", "shots", f"near ({len(scope.near):,})", f"far ({len(scope.far):,})"],
        lines,
    )
    return best > 0.5


def compare_left_out(tasks: Sequence[Task], *, services: Services) -> None:
    """Print the table for texts of a random quarter of the answers, which the models never saw."""
    width = services.embedder().dimensions
    lines = []
    for task in tasks:
        for shots in _SHOTS:
            found = np.mean([_left_out(task, shots, seed, width, services) for seed in range(_SEEDS)], axis=0)
            lines.append([task.name, str(shots or "all"), *(f"{share:.3f}" for share in found)])
    print_table(
        f"A random quarter of the answers left out, mean of {_SEEDS} draws: their texts noticed with "
        f"{_KEPT:.0%} of the others kept",
        ["set", "shots", "MiniLM + LR, largest probability", "ours, familiarity"],
        lines,
    )


def _left_out(
    task: Task, shots: int | None, seed: int, width: int, services: Services
) -> tuple[float, float]:
    random = np.random.default_rng(seed)
    every = np.array([row.answers[0] for row in task.rows])
    names = np.array(task.question.answers)
    left = random.choice(names, int(len(names) * _LEFT_OUT), replace=False)
    order = random.permutation(len(every))
    unknown = order[np.isin(every[order], left)][:_MOST]
    others = order[~np.isin(every[order], left)]
    tested, shown = np.split(others, [int(len(others) * _TESTED)])
    rows = [task.rows[at] for at in shown]
    places = shown[_first(rows, shots)]
    answers = every[places]
    question = question_of(sorted(set(answers)))
    examples = [Example(Subject(task.rows[at].text), task.rows[at].answers[0]) for at in places]
    model = get_kind("examples").fit(
        question, {}, examples, services=services, features=task.features[places]
    )
    plain = _plain(task.features[places, :width], answers.tolist())
    asked = [task.features[each] for each in (tested[:_MOST], unknown)]
    sure = [plain.predict_proba(each[:, :width]).max(axis=1) for each in asked]
    familiar = [model.score([], each).familiarity for each in asked]
    return _noticed(*sure), _noticed(*familiar)


def _fit(
    scope: Scope,
    places: list[int],
    rows: Features,
    services: Services,
    none: tuple[list[Row], Features, NDArray[np.bool_]] | None = None,
) -> Model:
    examples = [Example(Subject(scope.known[at].text), scope.known[at].answers[0]) for at in places]
    features = rows[places]
    if none is not None:
        texts, vectors, shown = none
        examples += [Example(Subject(texts[at].text), "") for at in np.flatnonzero(shown)]
        features = np.vstack([features, vectors[shown]])
    question = question_of(sorted({row.answers[0] for row in scope.known}))
    return get_kind("examples").fit(question, {}, examples, services=services, features=features)


def _largest(
    scope: Scope, places: list[int], rows: Features, asked: Features, width: int
) -> NDArray[np.float64]:
    model = _plain(rows[places, :width], [scope.known[at].answers[0] for at in places])
    return np.asarray(model.predict_proba(asked[:, :width]).max(axis=1))


def _plain(rows: Features, answers: Sequence[str]) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10.0, max_iter=100).fit(rows, answers)


def _noticed(kept: NDArray[np.floating], unknown: NDArray[np.floating]) -> float:
    """The share of unknown texts below the value that 95 % of the known ones reach."""
    return float((unknown < np.quantile(kept, 1 - _KEPT)).mean())


def _first(rows: list[Row], shots: int | None) -> list[int]:
    seen: dict[str, int] = {}
    taken = []
    for place, row in enumerate(rows):
        seen[row.answers[0]] = seen.get(row.answers[0], 0) + 1
        if shots is None or seen[row.answers[0]] <= shots:
            taken.append(place)
    return taken
