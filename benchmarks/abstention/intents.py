"""Questions outside of what is known: far (CLINC150) and near (BANKING77-OOS, intents left out).

The training part is the known knowledge: each question with its intent, as a help centre has an article
for each matter. Held-out questions look for their neighbours in it. Signals of what was found are put
together by the product's own calibration, fitted on one part and reported on another; where unknown
questions have intents, those of the two parts differ. It is fitted twice: on whether the answer was
right, which is what the product asks, and on whether the question was a known one, which is what the
recall of unanswerable questions measures.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from benchmarks.abstention.report import Judged, compare
from core.assist import abstention
from core.assist.abstention import Example
from core.assist.tables import Calibration
from core.llm import Embedder

NEIGHBOURS = 10
RIDGE = 1e-4
RIDGE_OF_SCATTER = 3e-3
TOP_SCORE = "top score"

Vectors = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Questions:
    """Known questions with their intents; held-out ones to fit on and to report on (None: unknown)."""

    name: str
    known: list[tuple[str, str]]
    fit: list[tuple[str, str | None]]
    report: list[tuple[str, str | None]]


def clinc(data: Path, *, per_intent: int) -> Questions:
    """Far: questions about anything but the 150 intents. The 100 of ``oos_val`` are reported."""
    folder = data / "clinc150"
    known = _first(((row["text"], row["intent"]) for row in _rows(folder / "train.jsonl.gz")), per_intent)
    held = [(row["text"], row["intent"]) for row in _rows(folder / "val.jsonl.gz")]
    return Questions(
        "clinc150, far",
        known,
        [*_part(held, 0), *((row["text"], None) for row in _rows(folder / "oos_train_plus.jsonl.gz"))],
        [*_part(held, 1), *((row["text"], None) for row in _rows(folder / "oos_val.jsonl.gz"))],
    )


def banking(data: Path) -> Questions:
    """Near: 27 of the bank's 77 intents are unknown. 13 or so are fitted on, the others reported."""
    folder = data / "banking77_oos"
    known = [(row["text"], row["label"]) for row in _rows(folder / "train.jsonl.gz")]
    held = [(row["text"], row["label"]) for row in _rows(folder / "valid.jsonl.gz")]
    unknown = [
        (row["text"], row["label_original"])
        for name in ("id_oos_train", "id_oos_valid")
        for row in _rows(folder / f"{name}.jsonl.gz")
    ]
    return Questions(
        "banking77_oos, near",
        known,
        [*_part(held, 0), *((text, None) for text, label in unknown if not _odd(label))],
        [*_part(held, 1), *((text, None) for text, label in unknown if _odd(label))],
    )


def measure(questions: Questions, embedder: Embedder) -> None:
    """Fit on one part, report on the other."""
    space = Space(questions.known, embedder)
    seen, right_in_fit = space.look_up(questions.fit, embedder)
    for_right = _calibration(seen, right_in_fit, questions.name)
    for_known = _calibration(seen, [intent is not None for _, intent in questions.fit], questions.name)
    found, right = space.look_up(questions.report, embedder)
    judged = Judged(np.array([intent is not None for _, intent in questions.report]), np.array(right))

    def alone(name: str) -> Numbers:
        return np.array([signals[name] for signals in found])

    print(
        f"\n{questions.name}: {len(questions.known):,} known questions; fitted on {len(questions.fit):,}, "
        f"{sum(intent is None for _, intent in questions.fit):,} of them unknown; weights "
        + ", ".join(f"{name} {weight:.2f}" for name, weight in for_right.model["weights"].items())
    )
    ways = {
        TOP_SCORE: alone("retrieval"),
        "margin alone": alone("margin"),
        "classifier alone": alone("classifier"),
        "ours, fitted on right": np.array([abstention.score(signals, for_right) for signals in found]),
        "ours, fitted on known": np.array([abstention.score(signals, for_known) for signals in found]),
    }
    compare(questions.name, ways, judged, reference=TOP_SCORE)


def _calibration(seen: Sequence[dict[str, float]], good: Sequence[bool], scope: str) -> Calibration:
    examples = [
        Example(signals, each, str(at)) for at, (signals, each) in enumerate(zip(seen, good, strict=True))
    ]
    return abstention.prepare(examples, source="labelled", scope=scope)


class Space:
    """Known questions as vectors, with a linear classifier of their intents."""

    def __init__(self, known: Sequence[tuple[str, str]], embedder: Embedder) -> None:
        self._vectors = embedder.embed([text for text, _ in known])
        self._names, self._intents = np.unique([intent for _, intent in known], return_inverse=True)
        self._weights = _fit_classifier(self._vectors, self._intents, len(self._names))
        self._centres = np.stack(
            [self._vectors[self._intents == at].mean(axis=0) for at in range(len(self._names))]
        )
        self._within = _whitening(self._vectors - self._centres[self._intents])
        self._middle = self._vectors.mean(axis=0)
        self._across = _whitening(self._vectors - self._middle)
        self._usual = _Scale(self._typicality(self._vectors))
        self._firm = _Scale(self._logits(self._vectors).max(axis=1))

    def look_up(
        self, questions: Sequence[tuple[str, str | None]], embedder: Embedder
    ) -> tuple[list[dict[str, float]], list[bool]]:
        """The signals of each question, and whether its nearest intent is the right one."""
        vectors = embedder.embed([text for text, _ in questions])
        places, similar = self._similar(vectors, k=NEIGHBOURS)
        every = vectors @ self._vectors.T
        logits = self._logits(vectors)
        chances = _softmax(logits)
        typical = self._usual.share(self._typicality(vectors))
        firm = self._firm.share(logits.max(axis=1))
        signals, right = [], []
        for row, (_, intent) in enumerate(questions):
            near = self._intents[places[row]]
            best = near[0]
            behind = float(every[row][self._intents != best].max())
            signals.append(
                {
                    "retrieval": _share(similar[row, 0]),
                    "margin": _share(3 * (similar[row, 0] - behind)),
                    "corroboration": _share(float(similar[row].mean())),
                    "reach": float(typical[row]),
                    "own": float(firm[row]),
                    "agreement": float((near == best).mean()),
                    "classifier": float(chances[row].max()),
                }
            )
            right.append(intent is not None and str(self._names[best]) == intent)
        return signals, right

    def _logits(self, vectors: Vectors) -> Vectors:
        return np.asarray(_with_constant(vectors) @ self._weights, dtype=np.float32)

    def _typicality(self, vectors: Vectors) -> Numbers:
        """Relative Mahalanobis distance, negated (Ren et al. 2021, arXiv 2106.09022).

        How much nearer a question is to the nearest intent than to all known questions together, each
        measured by how those scatter. Higher is more like what is known.
        """
        scattered = vectors @ self._within
        centres = self._centres @ self._within
        squares = (scattered**2).sum(axis=1)[:, None] - 2 * scattered @ centres.T + (centres**2).sum(axis=1)
        apart = (((vectors - self._middle) @ self._across) ** 2).sum(axis=1)
        return np.asarray(apart - squares.min(axis=1), dtype=float)

    def _similar(self, vectors: Vectors, *, k: int) -> tuple[NDArray[np.int64], Vectors]:
        places, similar = [], []
        for start in range(0, len(vectors), 1000):
            cosines = vectors[start : start + 1000] @ self._vectors.T
            top = np.argsort(-cosines, axis=1)[:, :k]
            places.append(top)
            similar.append(np.take_along_axis(cosines, top, axis=1))
        return np.concatenate(places), np.concatenate(similar)


def _fit_classifier(vectors: Vectors, intents: NDArray[np.int64], count: int) -> Vectors:
    """Multinomial logistic regression with a small ridge, by L-BFGS. Shape ``(dimensions + 1, count)``."""
    rows = _with_constant(vectors)
    wanted = np.zeros((len(rows), count), dtype=np.float32)
    wanted[np.arange(len(rows)), intents] = 1

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        weights = flat.reshape(rows.shape[1], count).astype(np.float32)
        chances = _softmax(rows @ weights)
        value = -np.log(np.maximum(chances[np.arange(len(rows)), intents], 1e-12)).mean()
        gradient = rows.T @ (chances - wanted) / len(rows) + RIDGE * weights
        return float(value + RIDGE / 2 * (weights**2).sum()), gradient.ravel().astype(float)

    start = np.zeros(rows.shape[1] * count)
    solved = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60})
    return np.asarray(solved.x, dtype=np.float32).reshape(rows.shape[1], count)


class _Scale:
    """Turns values into shares: one half where the known questions have their mean."""

    def __init__(self, known: Numbers | Vectors) -> None:
        self._mean, self._spread = float(known.mean()), float(known.std())

    def share(self, values: Numbers | Vectors) -> Numbers:
        return np.asarray(expit((values - self._mean) / self._spread), dtype=float)


def _whitening(rests: Vectors) -> Vectors:
    """The matrix after which these differences scatter alike in all directions, with a small ridge."""
    values, directions = np.linalg.eigh(
        rests.T.astype(float) @ rests / len(rests) + RIDGE_OF_SCATTER * np.eye(rests.shape[1])
    )
    return np.asarray(directions / np.sqrt(values), dtype=np.float32)


def _with_constant(vectors: Vectors) -> Vectors:
    return np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])


def _softmax(logits: Vectors) -> Vectors:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _share(value: float) -> float:
    return float(min(1.0, max(0.0, value)))


def _odd(text: str) -> bool:
    return sha256(text.encode()).digest()[0] % 2 == 1


def _part(rows: Iterable[tuple[str, str]], part: int) -> list[tuple[str, str | None]]:
    return [(text, intent) for text, intent in rows if _odd(text) == bool(part)]


def _first(rows: Iterable[tuple[str, str]], per_intent: int) -> list[tuple[str, str]]:
    taken: dict[str, int] = {}
    chosen = []
    for text, intent in rows:
        taken[intent] = taken.get(intent, 0) + 1
        if taken[intent] <= per_intent:
            chosen.append((text, intent))
    return chosen


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)
