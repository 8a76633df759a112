"""Versions that are ready to judge. Opening one takes a moment, so a process keeps those it used last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.classifiers.deciding import Prediction, Threshold, decide
from core.classifiers.kind import Features, Model, Question, Services, Subject, get_kind
from core.classifiers.tables import ClassifierVersion
from core.criteria import get_criterion
from core.database import Database
from core.errors import NotFound

MOST_OPEN = 16
"""Versions a process keeps; the one used longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A version with its model: immutable, and safe to share by threads."""

    version: ClassifierVersion
    question: Question
    threshold: Threshold
    model: Model

    def judge(self, subjects: Sequence[Subject], features: Features | None = None) -> list[Prediction]:
        """What it says about each subject.

        Args:
            features: rows of the model's featurizer, where they are at hand; ``subjects`` may be empty then.

        Raises:
            ProviderError: the service behind it failed for the whole batch.
        """
        if not subjects and (features is None or not len(features)):
            return []
        scores = self.model.score(subjects, features)
        return decide(scores, self.question.answers, many=self.question.many, threshold=self.threshold)


_opened: OrderedDict[tuple[str, int], Opened] = OrderedDict()
_lock = threading.Lock()


def open_version(version_id: int, *, database: Database, services: Services) -> Opened:
    """A stored version, ready to judge. Checks no permission.

    Raises:
        NotFound: there is no such version.
        InvalidInput: what is stored cannot be read.
    """
    key = (str(database.url), version_id)  # a process may have several databases, each with a version 1
    with _lock:
        if key in _opened:
            _opened.move_to_end(key)
            return _opened[key]
    # Outside the lock: loading one version keeps nobody from judging with another. Two threads may
    # both load it once; the models are equal, and the later one stays.
    loaded = _load(version_id, database=database, services=services)
    with _lock:
        _opened[key] = loaded
        _opened.move_to_end(key)
        while len(_opened) > MOST_OPEN:
            _opened.popitem(last=False)
    return loaded


def open_work(version: ClassifierVersion, question: Question, model: Model) -> Opened:
    """A model that is not stored, or not yet, as if it were."""
    return Opened(version, question, Threshold.of(version.threshold), model)


def _load(version_id: int, *, database: Database, services: Services) -> Opened:
    with database.reading() as session:
        version = session.get(ClassifierVersion, version_id)
        if version is None:
            raise NotFound(f"There is no classifier version {version_id}.")
        question = replace(
            Question.of(get_criterion(version.criterion_id, session=session)), answers=tuple(version.answers)
        )
    model = get_kind(version.kind).load(question, version.settings, version.model, services=services)
    return open_work(version, question, model)
