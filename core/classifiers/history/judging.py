"""One batch of history, judged: kept numbers where they are still true, texts only where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from core.classifiers.deciding import decide, decide_columns
from core.classifiers.features import ensure_features, featurizer
from core.classifiers.history.scope import Said, said_ids
from core.classifiers.kind import Features, Scores, Services, Subject
from core.classifiers.opening import Opened
from core.classifiers.subjects import read_subjects
from core.classifiers.tables import SubjectFeatures
from core.database import Database
from core.errors import InvalidInput

_NOT_JUDGED = "It could not be judged."
_MOST_OF_AN_ERROR = 500
_SETTLED = timedelta(minutes=1)  # between reading a text and keeping its numbers lies less than this


@dataclass(slots=True)
class Judged:
    """Columns, one row for each subject that was given, in order. ``error`` only where judging failed."""

    answer: list[str]
    confidence: list[float | None]
    abstained: list[bool]
    errors: dict[int, str] = field(default_factory=dict)
    cost: float = 0.0
    """USD."""


def judge_batch(opened: Opened, said: Sequence[Said], *, database: Database, services: Services) -> Judged:
    """Judge subjects. Nothing is written but the numbers of texts that had none yet.

    Raises:
        ProviderError: the service behind the classifier failed for the whole batch.
        InvalidInput: the version reads numbers that nobody makes any more.
    """
    judged = Judged([""] * len(said), [None] * len(said), [True] * len(said))
    if opened.model.features:
        known, rows = _kept_rows(opened, said, database=database)
        _score(judged, opened, np.flatnonzero(known).tolist(), [], rows[known])
        unread = np.flatnonzero(~known).tolist()
    else:
        unread = list(range(len(said)))
    if unread:
        _judge_texts(judged, opened, said, unread, database=database, services=services)
    return judged


def missing_features(opened: Opened, said: Sequence[Said], *, database: Database) -> int:
    """Of how many subjects the text must be read and made into numbers first."""
    if not opened.model.features:
        return 0
    known, _ = _kept_rows(opened, said, database=database)
    return int((~known).sum())


def _judge_texts(
    judged: Judged,
    opened: Opened,
    said: Sequence[Said],
    places: list[int],
    *,
    database: Database,
    services: Services,
) -> None:
    with database.reading() as session:
        found = read_subjects(
            opened.version.subject_type, [said[place].subject_id for place in places], session=session
        )
    # Who said nothing is abstained from, as live judging does: it is not a failure.
    there = [place for place in places if said[place].subject_id in found]
    if not there:
        return
    subjects = [found[said[place].subject_id] for place in there]
    rows = None
    if opened.model.features:
        rows = _made_rows(opened, subjects, database=database, services=services)
    _score(judged, opened, there, subjects, rows)


def _made_rows(
    opened: Opened, subjects: Sequence[Subject], *, database: Database, services: Services
) -> Features:
    making = featurizer(services)
    if making.name != opened.model.features:
        raise InvalidInput(
            f"Version {opened.version.version} reads vectors of “{opened.model.features}”, but the settings "
            f"now name “{making.name}”. Make a new version, or set the embedder back."
        )
    return ensure_features(subjects, database=database, featurizer=making)


def _score(
    judged: Judged, opened: Opened, places: list[int], subjects: list[Subject], rows: Features | None
) -> None:
    if not places:
        return
    scores = opened.model.score(subjects, rows)
    judged.cost += scores.cost
    if opened.question.many:
        _fill_many(judged, opened, places, scores)
        return
    answers = opened.question.answers
    decided = decide_columns(scores, opened.threshold)
    columns = zip(
        places,
        decided.answer.tolist(),
        np.round(decided.confidence.astype(np.float64), 6).tolist(),
        decided.abstained.tolist(),
        strict=True,
    )
    for row, (place, answer, confidence, abstained) in enumerate(columns):
        if answer < 0:
            judged.errors[place] = _error(scores, row)
            continue
        judged.answer[place] = answers[answer]
        judged.confidence[place] = confidence
        judged.abstained[place] = abstained


def _fill_many(judged: Judged, opened: Opened, places: list[int], scores: Scores) -> None:
    predictions = decide(scores, opened.question.answers, many=True, threshold=opened.threshold, top=0)
    for place, prediction in zip(places, predictions, strict=True):
        if prediction.error:
            judged.errors[place] = prediction.error[:_MOST_OF_AN_ERROR]
            continue
        judged.answer[place] = prediction.answer
        judged.confidence[place] = prediction.confidence
        judged.abstained[place] = prediction.abstained


def _error(scores: Scores, row: int) -> str:
    return scores.errors.get(row, _NOT_JUDGED)[:_MOST_OF_AN_ERROR]


def _kept_rows(
    opened: Opened, said: Sequence[Said], *, database: Database
) -> tuple[NDArray[np.bool_], Features]:
    """Which subjects have numbers that are still true, and a row for each (zeros where they have none)."""
    known = np.zeros(len(said), dtype=np.bool_)
    with database.reading() as session:
        kept = _read_kept(opened, said_ids(said), session=session)
    vectors = []
    for place, each in enumerate(said):
        vector, made_at = kept.get(each.subject_id, (None, None))
        if vector is None:
            continue
        if each.changed_at is None or (made_at is not None and each.changed_at + _SETTLED < made_at):
            known[place] = True
            vectors.append(vector)
    if not vectors:
        return known, np.zeros((len(said), 0), dtype=np.float32)
    stored = np.frombuffer(b"".join(vectors), dtype="<f2").reshape(len(vectors), -1)
    rows = np.zeros((len(said), stored.shape[1]), dtype=np.float32)
    rows[known] = stored
    return known, rows


def _read_kept(
    opened: Opened, ids: list[int], *, session: Session
) -> dict[int, tuple[bytes, datetime | None]]:
    if not ids:
        return {}
    # A range, not a list of ids: a batch is what follows one id, so hardly anything is read in vain.
    found = session.execute(
        select(
            col(SubjectFeatures.subject_id), col(SubjectFeatures.vector), col(SubjectFeatures.made_at)
        ).where(
            col(SubjectFeatures.features) == opened.model.features,
            col(SubjectFeatures.subject_type) == opened.version.subject_type,
            col(SubjectFeatures.subject_id).between(ids[0], ids[-1]),
        )
    )
    return {subject_id: (vector, made_at) for subject_id, vector, made_at in found}
