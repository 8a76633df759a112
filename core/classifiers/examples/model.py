"""What was learned from examples: a linear map to the answers, and how familiar a text looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.familiarity import Neighbours, Scale
from core.classifiers.examples.linear import Floats, Linear, sigmoid, softmax
from core.classifiers.featurizing import Featurizer
from core.classifiers.kind import Features, Probabilities, Scores, Subject

_ROWS = 1_024  # at a time: they stay near the processor, and memory does not grow with the batch


@dataclass(frozen=True, slots=True)
class Core:
    """A linear map with its neighbours, before it knows how sure to be."""

    columns: NDArray[np.int64]
    """The answer each logit is of; answers without an example have none and are never given."""
    linear: Linear
    """One logit more than ``columns`` where none of the answers can be recognised."""
    neighbours: Neighbours
    typical: Floats
    """See :meth:`~core.classifiers.examples.familiarity.Neighbours.typical`."""
    many: bool

    @classmethod
    def of(cls, columns: NDArray[np.int64], linear: Linear, neighbours: Neighbours, *, many: bool) -> Core:
        """With what is typical of the neighbours."""
        if many:
            return cls(columns, linear, neighbours, np.zeros((len(columns), 3), dtype=np.float32), many)
        logits = linear.logits(neighbours.rows)[:, : len(columns)]
        answer = np.repeat(np.arange(len(columns)), np.diff(neighbours.starts))
        return cls(columns, linear, neighbours, neighbours.typical(_leads(logits, answer)), many)

    @property
    def knows_none(self) -> bool:
        """Whether there is a logit for none of the answers."""
        return len(self.linear.constant) > len(self.columns)

    def look(self, rows: Floats) -> tuple[Floats, Floats]:
        """Logits, shape ``(rows, columns)``, and the signals of familiarity."""
        every = self.linear.logits(rows)
        logits = every[:, : len(self.columns)]
        likeliest, best = logits.argmax(axis=1), logits.max(axis=1)
        if self.many:
            # That no answer applies is as good an answer as any, so a low logit says nothing.
            likeliest = np.where(best > 0, likeliest, len(self.columns))
            return logits, self.neighbours.near(rows, likeliest)[:, :1]
        near = self.neighbours.near(rows, likeliest)
        relative = np.column_stack([_leads(logits, likeliest), near]) - self.typical[likeliest]
        signals = [best, relative]
        if self.knows_none:
            signals.append(best - every[:, -1])
        return logits, np.column_stack(signals)


@dataclass(frozen=True, slots=True)
class ExamplesModel:
    """A classifier made of examples. Immutable, and safe to share by threads."""

    featurizer: Featurizer
    core: Core
    temperature: float
    """What logits are divided by, so that of answers given with 80 % about 80 % are right."""
    scale: Scale
    answers: int

    @property
    def features(self) -> str:
        """See :class:`~core.classifiers.kind.Model`."""
        return self.featurizer.name

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:
        """See :class:`~core.classifiers.kind.Model`.

        Raises:
            ProviderError: the embedding service failed.
        """
        if features is None:
            features = self.featurizer.features([subject.text for subject in subjects])
        probabilities = np.zeros((len(features), self.answers), dtype=np.float32)
        familiarity = np.zeros(len(features), dtype=np.float32)
        for start in range(0, len(features), _ROWS):
            part = slice(start, start + _ROWS)
            logits, signals = self.core.look(features[part])
            probabilities[part, self.core.columns] = chances(
                logits, many=self.core.many, temperature=self.temperature
            )
            familiarity[part] = self.scale.share(signals)
        return Scores(probabilities, familiarity)

    def dump(self) -> bytes:
        """See :class:`~core.classifiers.kind.Model`."""
        from core.classifiers.examples.storing import dump_model

        return dump_model(self)


def chances(logits: Floats, *, many: bool, temperature: float) -> Probabilities:
    """Calibrated probabilities."""
    return sigmoid(logits / temperature) if many else softmax(logits / temperature)


def _leads(logits: Floats, answer: NDArray[np.int64]) -> Floats:
    """By how much the logit of an answer, one a row, exceeds the largest of the others."""
    places = np.arange(len(logits))
    others = logits.copy()
    others[places, answer] = -np.inf
    return np.asarray(logits[places, answer] - others.max(axis=1), dtype=np.float32)
