"""A version, or the work in progress, against another version: on examples that neither has learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.classifiers.authoring.access import find_classifier
from core.classifiers.authoring.previewing import measure_work
from core.classifiers.authoring.reading import in_use
from core.classifiers.authoring.work import Work, read_work, rows_of
from core.classifiers.deciding import Prediction
from core.classifiers.kind import Features, Services, get_kind
from core.classifiers.opening import open_version
from core.classifiers.tables import ClassifierExample, ClassifierVersion
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, require

if TYPE_CHECKING:
    from core.classifiers.measure import Comparison

MOST_COMPARED = 2000
MOST_ASKED = 200
"""Of a model service, which costs money and time."""


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """``comparison``: the candidate against the other. ``basis``: on which examples, in words."""

    comparison: Comparison
    basis: str


def compare_versions(
    actor: Actor,
    classifier_id: int,
    *,
    against: int,
    candidate: int | None = None,
    database: Database,
    services: Services,
) -> VersionComparison:
    """Compare on examples which neither was taught: the held-out ones, and those added since.

    The work in progress is judged by cross-validation, so of it every example counts that the other has
    not learned from. What does not learn has seen none.

    Args:
        against: id of a version, usually the live one.
        candidate: id of a version; None: the work in progress.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier or version.
        InvalidInput: there is no example that both have not seen; says what to do.
        ProviderError: the embedding service or the model failed.
    """
    from core.classifiers.measure import compare, group_of

    require(actor, Permission.CLASSIFIERS_READ)
    work = read_work(classifier_id, database=database)
    with database.reading() as session:
        versions = [
            _version(classifier_id, each, session=session)
            for each in (against, candidate)
            if each is not None
        ]
        added = _added(classifier_id, session=session)
    rows = _unseen(work, versions, added)
    features = rows_of(work, database=database, services=services)
    answers = [
        _answers_of(each, work, rows, features, database=database, services=services) for each in versions
    ]
    if candidate is None:
        answers.append(_answers_of_work(work, rows, database=database, services=services))
    examples = [work.examples[row] for row in rows.tolist()]
    found = compare(
        answers[0],
        answers[1],
        [each.answer for each in examples],
        [group_of(each, row) for each, row in zip(examples, rows.tolist(), strict=True)],
        [each.example_id for each in examples],
    )
    return VersionComparison(found, _basis(len(rows), versions))


def _version(classifier_id: int, version_id: int, *, session: Session) -> ClassifierVersion:
    find_classifier(classifier_id, session=session)
    version = session.get(ClassifierVersion, version_id)
    if version is None or version.classifier_id != classifier_id:
        raise NotFound(f"There is no version {version_id} of this classifier.")
    return version


def _added(classifier_id: int, *, session: Session) -> dict[int, datetime]:
    statement = select(ClassifierExample.id, ClassifierExample.added_at).where(*in_use(classifier_id))
    return {key: at for key, at in session.exec(statement.order_by(col(ClassifierExample.id))) if key}


def _unseen(
    work: Work, versions: Sequence[ClassifierVersion], added: dict[int, datetime]
) -> NDArray[np.intp]:
    """Rows of the examples that no version has learned from, the newest ones where they are many."""
    learned = [each.created_at for each in versions if get_kind(each.kind).learns]
    newest = max(learned, default=None)
    rows = [
        row
        for row, each in enumerate(work.examples)
        if newest is None or each.held_out or (each.example_id in added and added[each.example_id] > newest)
    ]
    if not rows:
        raise InvalidInput(
            "Every example was taught to the version that is compared with, so nothing is left to compare "
            "on. Add examples, or hold some out before the next version is made."
        )
    asked = any(each.kind == "prompt" for each in versions)
    return np.array(rows[-(MOST_ASKED if asked else MOST_COMPARED) :], dtype=np.intp)


def _answers_of(
    version: ClassifierVersion,
    work: Work,
    rows: NDArray[np.intp],
    features: Features | None,
    *,
    database: Database,
    services: Services,
) -> list[str | None]:
    from core.classifiers.features import featurizer

    opened = open_version(version.key, database=database, services=services)
    reads = opened.model.features
    own = features[rows] if features is not None and reads and reads == featurizer(services).name else None
    judged = opened.judge([work.examples[row].subject for row in rows.tolist()], own)
    return [_said(each, many=version.many) for each in judged]


def _answers_of_work(
    work: Work, rows: NDArray[np.intp], *, database: Database, services: Services
) -> list[str | None]:
    from core.classifiers.measure import answers_given, outcomes

    made = measure_work(work, database=database, services=services)
    said = answers_given(made.question, outcomes(made.question, made.examples, made.scores, made.default))
    return [said[row] for row in rows.tolist()]


def _said(prediction: Prediction, *, many: bool) -> str | None:
    """As ``measure.answers_given`` says it."""
    if prediction.error or (prediction.abstained and many):
        return None
    return "" if prediction.abstained else prediction.answer


def _basis(count: int, versions: Sequence[ClassifierVersion]) -> str:
    examples = "1 example" if count == 1 else f"{count:,} examples"
    if any(get_kind(each.kind).learns for each in versions):
        return f"On {examples} that neither has learned from: held out, or added since."
    return f"On {examples}."
