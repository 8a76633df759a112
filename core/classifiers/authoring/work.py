"""The work in progress as a model: examples and settings as they are now, and what can be made of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.classifiers.authoring.access import Desk, desk_of, find_classifier
from core.classifiers.authoring.reading import digest_of_examples, examples_of
from core.classifiers.features import ensure_features, featurizer
from core.classifiers.kind import Example, Features, Model, Services
from core.database import Database
from core.errors import InvalidInput

_EXAMPLE = "example"
"""Under which examples keep their numbers beside those of subjects: an example's text never changes."""

_T = TypeVar("_T")


class Lately(Generic[_T]):
    """What was made last, by what it was made from. Safe to share by threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, _T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _T | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, made: _T) -> None:
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Work:
    """A classifier with its examples as of one moment. ``digest`` says which examples these are."""

    desk: Desk
    examples: tuple[Example, ...]
    digest: str

    def key(self, *, database: Database, services: Services) -> Hashable:
        """Equal for works of which the same model would be made."""
        classifier = self.desk.classifier
        reads = featurizer(services).name if self.desk.kind.learns else ""
        return (
            str(database.url),
            classifier.key,
            classifier.revision,
            self.desk.criterion.key,
            self.digest,
            reads,
        )


def read_work(classifier_id: int, *, database: Database) -> Work:
    """The classifier as it is now. Checks no permission.

    Raises:
        NotFound: there is no such classifier.
    """
    with database.reading() as session:
        desk = desk_of(find_classifier(classifier_id, session=session), session=session)
        examples = tuple(examples_of(desk, session=session))
    return Work(desk, examples, digest_of_examples(examples))


def check_settings(work: Work) -> None:
    """Refuse settings of which no version can be made.

    Raises:
        InvalidInput: says what is wrong with them.
    """
    wrong = work.desk.kind.problems(work.desk.question, work.desk.classifier.settings)
    if wrong:
        raise InvalidInput(" ".join(wrong))


_rows: Lately[tuple[NDArray[np.int64], Features]] = Lately(4)


def rows_of(work: Work, *, database: Database, services: Services) -> Features | None:
    """The numbers of each example, for kinds that read any.

    Computed once for each example and kept in the database, and those of the last few classifiers in memory
    too: reading thousands of rows takes longer than adding an example should.

    Raises:
        ProviderError: the embedding service failed.
    """
    if not work.desk.kind.learns or not work.examples:
        return None
    source = featurizer(services)
    key = (str(database.url), work.desk.classifier.key, source.name)
    ids = np.array([each.example_id for each in work.examples], dtype=np.int64)  # ascending
    rows = np.empty((len(ids), source.dimensions), dtype=np.float32)
    known = _rows.get(key)
    missing = np.ones(len(ids), dtype=np.bool_)
    if known is not None:
        places = np.searchsorted(known[0], ids).clip(max=len(known[0]) - 1)
        missing = known[0][places] != ids
        rows[~missing] = known[1][places[~missing]]
    wanted = [work.examples[place] for place in np.flatnonzero(missing)]
    subjects = [replace(each.subject, subject_type=_EXAMPLE, subject_id=each.example_id) for each in wanted]
    if subjects:
        rows[missing] = ensure_features(subjects, database=database, featurizer=source)
    _rows.put(key, (ids, rows))
    return rows


_models: Lately[Model] = Lately(8)


def fit_work(work: Work, *, database: Database, services: Services) -> Model:
    """A model of all examples that teach. Kept, so that asking again is quick.

    Raises:
        InvalidInput: the settings or the examples do not make a classifier; says what is missing.
        ProviderError: the embedding service failed.
    """
    key = work.key(database=database, services=services)
    made = _models.get(key)
    if made is None:
        check_settings(work)
        made = _fit(work, rows_of(work, database=database, services=services), services=services)
        _models.put(key, made)
    return made


def _fit(work: Work, rows: Features | None, *, services: Services) -> Model:
    kind, question, settings = work.desk.kind, work.desk.question, work.desk.classifier.settings
    if not kind.learns:
        return kind.fit(question, settings, (), services=services)
    teaching = [place for place, each in enumerate(work.examples) if not each.held_out]
    return kind.fit(
        question,
        settings,
        [work.examples[place] for place in teaching],
        services=services,
        features=None if rows is None else rows[teaching],
    )
