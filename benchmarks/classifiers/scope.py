"""Texts that no answer is right for: how many are noticed while 95 % of the others are still answered."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from benchmarks.classifiers.data import Row, Scope
from benchmarks.classifiers.splits import features_of, question_of
from benchmarks.table import print_table
from core.classifiers import Example, Features, Model, Services, Subject, featurizer, get_kind

_KEPT = 0.95
_SHOTS = (10, None)


def compare(scope: Scope, *, services: Services) -> bool:
    """Print the table; True when more than half of the near unknown texts are noticed at all shots."""
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
        f"banking77_oos: unknown texts noticed with {_KEPT:.0%} of {len(scope.kept):,} known ones kept",
        ["way", "shots", f"near ({len(scope.near):,})", f"far ({len(scope.far):,})"],
        lines,
    )
    return best > 0.5


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
    from sklearn.linear_model import LogisticRegression

    answers = [scope.known[at].answers[0] for at in places]
    model = LogisticRegression(C=10.0, max_iter=100).fit(rows[places, :width], answers)
    return np.asarray(model.predict_proba(asked[:, :width]).max(axis=1))


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
