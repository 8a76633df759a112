"""The kind "examples": learns from texts with the right answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.classifiers.examples.calibration import temperature_of
from core.classifiers.examples.familiarity import LEARNED, Neighbours, Scale, usual_weights
from core.classifiers.examples.folds import answer_rounds, rounds, sample
from core.classifiers.examples.linear import Floats, Linear, coordinates_of, fit_linear
from core.classifiers.examples.model import Core, ExamplesModel
from core.classifiers.examples.names import named_examples
from core.classifiers.examples.storing import load_model
from core.classifiers.examples.targets import read_targets
from core.classifiers.examples.unfamiliar import weights_of
from core.classifiers.featurizing import featurizer
from core.classifiers.kind import Example, Features, Question, Services, kind


@kind
class ExamplesKind:
    """Logistic regression on what texts mean and how they are written."""

    name = "examples"
    title = "Examples"
    hint = "Learns from texts with their right answer. Five examples of each answer are a good start."
    learns = True

    def problems(self, question: Question, settings: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        """None: it has no settings, and what it learns from is checked by :meth:`fit`."""
        return []

    def fit(
        self,
        question: Question,
        settings: Mapping[str, Any],  # noqa: ARG002
        examples: Sequence[Example],
        *,
        services: Services,
        features: Features | None = None,
    ) -> ExamplesModel:
        """Learn. The order of the examples makes no difference.

        Raises:
            InvalidInput: there are too few examples, they all say the same, or one has an answer the
                question does not have.
            ProviderError: the embedding service failed.
        """
        targets = read_targets(question, examples)
        source = featurizer(services)
        if features is None:
            features = source.features([example.subject.text for example in examples])
        rows = np.ascontiguousarray(features[targets.order], dtype=np.float32)
        columns = np.flatnonzero(targets.wanted.any(axis=0))
        wanted = targets.wanted[:, columns]
        names = named_examples(
            question,
            [question.answers[column] for column in columns],
            featurizer=source,
            rows=rows,
            wanted=wanted,
        )
        # Products this small gain nothing from threads, and on a busy machine threads that wait for each
        # other cost twenty times what the work does.
        import scipy.linalg  # noqa: F401 - brings a library of its own, which must be there to be limited

        with threadpool_limits(limits=1, user_api="blas"):
            learner = _Learner(columns, rows, wanted, names, many=question.many)
            first, temperature, scale = learner.calibrate(targets.groups)
            core = learner.learn(np.ones(len(rows), dtype=bool), start=first)
        return ExamplesModel(source, core, temperature, scale, len(question.answers))

    def load(
        self,
        question: Question,
        settings: Mapping[str, Any],  # noqa: ARG002
        model: bytes,
        *,
        services: Services,
    ) -> ExamplesModel:
        """See :class:`~core.classifiers.kind.Kind`."""
        return load_model(model, answers=len(question.answers), featurizer=featurizer(services))


class _Learner:
    """Learns from any part of one set of examples."""

    def __init__(
        self,
        columns: NDArray[np.int64],
        rows: Floats,
        wanted: Floats,
        names: Floats | None,
        *,
        many: bool,
    ) -> None:
        self._columns, self._rows, self._wanted, self._names, self._many = columns, rows, wanted, names, many
        none = ~wanted.any(axis=1, keepdims=True)
        self._members = np.hstack([wanted.astype(bool), none])
        # With several right answers, nothing is what is left; of one-of answers, none is one to learn.
        self._targets = self._members.astype(np.float32) if none.any() and not many else wanted
        known = rows if names is None else np.vstack([rows, names])
        self._coordinates = coordinates_of(known, self._targets.shape[1], many=many)

    def learn(
        self,
        shown: NDArray[np.bool_],
        start: Linear | None = None,
        *,
        without: NDArray[np.bool_] | None = None,
    ) -> Core:
        """From the examples shown, and as if there were no such answers as those in ``without``."""
        stay = np.ones(len(self._columns), dtype=bool) if without is None else ~without
        after = np.ones(self._targets.shape[1] - len(stay), dtype=bool)  # that of none, where there is one
        rows, targets = self._rows[shown], self._targets[shown][:, np.concatenate([stay, after])]
        if self._names is not None:
            names = self._names[stay]
            rows = np.vstack([rows, names])
            targets = np.vstack([targets, np.eye(len(names), targets.shape[1], dtype=np.float32)])
        linear = fit_linear(rows, targets, many=self._many, coordinates=self._coordinates, start=start)
        members = self._members if self._many else self._members[:, :-1][:, stay]
        neighbours = Neighbours.of(self._rows[shown], members[shown])
        return Core.of(self._columns[stay], linear, neighbours, many=self._many)

    def calibrate(self, groups: Sequence[str]) -> tuple[Linear | None, float, Scale]:
        """A solution to start from, the temperature, and the scale of familiarity, from held-out examples."""
        logits, signals, held_rows, start = [], [], [], None
        for held in rounds(self._wanted, groups):
            core = self.learn(~held)  # from nothing: another start has seen what is held out
            start = core.linear
            seen = held if self._many else held & ~self._members[:, -1]
            found = core.look(self._rows[seen])
            logits.append(found[0])
            signals.append(found[1])
            held_rows.append(np.flatnonzero(seen))
        if not sum(map(len, held_rows)):
            # All examples are of one conversation: there is nothing to hold out, so nothing to go by.
            core = self.learn(np.ones(len(self._rows), dtype=bool))
            looked = core.look(self._rows)[1]
            return core.linear, 1.0, Scale.of(looked, usual_weights(looked.shape[1]))
        wanted = self._wanted[np.concatenate(held_rows)]
        temperature = temperature_of(np.vstack(logits), wanted, many=self._many)
        looked = np.vstack(signals)
        weights = usual_weights(looked.shape[1])
        # What tells of none of the answers keeps its weight: it knows texts that are alike, not new ones.
        weights[:LEARNED] = weights_of(self._answers_out(groups), weights[:LEARNED])
        return start, temperature, Scale.of(looked, weights)

    def _answers_out(self, groups: Sequence[str]) -> list[tuple[Floats, Floats]]:
        """Signals of known and of unknown texts, by models to which whole answers were unknown."""
        if self._many:
            return []
        taken = sample(self._members)
        rows, wanted = self._rows[taken], self._wanted[taken]
        part = _Learner(self._columns, rows, wanted, self._names, many=False)
        looked = []
        for held in answer_rounds(wanted, [groups[row] for row in taken]):
            core = part.learn(held.shown, without=held.answers)
            known, unknown = (core.look(rows[places])[1] for places in (held.known, held.unknown))
            looked.append((known[:, :LEARNED], unknown[:, :LEARNED]))
        return looked
