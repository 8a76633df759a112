"""Where the numbers of texts are kept, so that history is judged without reading it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from core.classifiers.featurizing import Featurizer, featurizer, stamp_of
from core.classifiers.kind import Features, Subject
from core.classifiers.tables import SubjectFeatures
from core.database import Database, now

_STORED = np.dtype("<f2")
_CHUNK = 256  # subjects between two write transactions
_IN_LIST = 500  # ids a query

__all__ = [
    "Featurizer",
    "StoredFeatures",
    "ensure_features",
    "feature_blocks",
    "featurizer",
    "keep_features",
    "stamp_of",
    "stored_features",
]


@dataclass(frozen=True, slots=True)
class StoredFeatures:
    """Rows at hand. ``stamps`` are those of the texts they were made from."""

    ids: tuple[int, ...]
    stamps: tuple[str, ...]
    rows: Features

    def __len__(self) -> int:
        return len(self.ids)


def stored_features(
    subject_type: str, ids: Sequence[int], *, session: Session, featurizer: Featurizer
) -> StoredFeatures:
    """The rows kept of these subjects, by ascending id; subjects without one are left out."""
    found: list[Any] = []
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _IN_LIST):
        found += session.execute(
            _kept(subject_type, featurizer).where(
                col(SubjectFeatures.subject_id).in_(wanted[start : start + _IN_LIST])
            )
        ).all()
    return _stored(found, featurizer.dimensions)


def feature_blocks(
    subject_type: str,
    *,
    session: Session,
    featurizer: Featurizer,
    after_id: int = 0,
    size: int = 8_192,
) -> Iterator[StoredFeatures]:
    """All rows kept of a subject type, by ascending id in blocks, with one block in memory at a time.

    Args:
        after_id: begin with the subject after this one.
        size: subjects a block.
    """
    while True:
        found = session.execute(
            _kept(subject_type, featurizer).where(col(SubjectFeatures.subject_id) > after_id).limit(size)
        ).all()
        if found:
            after_id = int(found[-1][0])
            yield _stored(found, featurizer.dimensions)
        if len(found) < size:
            return


def keep_features(
    subject_type: str,
    ids: Sequence[int],
    stamps: Sequence[str],
    rows: Features,
    *,
    session: Session,
    featurizer: Featurizer,
) -> None:
    """Keep rows as float16; those of the same subjects are replaced. Safe to repeat.

    Raises:
        ValueError: ids, stamps and rows are not equally many.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    made_at = now()
    values = [
        {
            "features": featurizer.name,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "stamp": stamp,
            "vector": row.tobytes(),
            "made_at": made_at,
        }
        for subject_id, stamp, row in zip(ids, stamps, rows.astype(_STORED), strict=True)
    ]
    if not values:
        return
    statement: Any = insert(SubjectFeatures)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["features", "subject_type", "subject_id"],
            set_={name: statement.excluded[name] for name in ("stamp", "vector", "made_at")},
        ),
        values,
    )


def ensure_features(subjects: Sequence[Subject], *, database: Database, featurizer: Featurizer) -> Features:
    """One row for each subject, in their order: kept ones, and new ones where a text is new or changed.

    Subjects without an id (a text that was typed in) are computed and not kept. Nothing is computed
    inside a transaction, and what was stored before a failure stays.

    Raises:
        ProviderError: the embedding service failed.
    """
    result = np.empty((len(subjects), featurizer.dimensions), dtype=np.float32)
    stamps = [stamp_of(subject.text) for subject in subjects]
    missing = _read_into(result, subjects, stamps, database, featurizer)
    for start in range(0, len(missing), _CHUNK):
        places = missing[start : start + _CHUNK]
        rows = featurizer.features([subjects[place].text for place in places])
        result[places] = rows
        _keep(rows, [subjects[at] for at in places], [stamps[at] for at in places], database, featurizer)
    return result


def _read_into(
    result: Features,
    subjects: Sequence[Subject],
    stamps: Sequence[str],
    database: Database,
    featurizer: Featurizer,
) -> list[int]:
    """Fill in what is kept and still true; returns the places that are not."""
    known: dict[tuple[str, int], tuple[str, NDArray[np.float32]]] = {}
    with database.reading() as session:
        for subject_type in {subject.subject_type for subject in subjects}:
            ids = [s.subject_id for s in subjects if s.subject_id and s.subject_type == subject_type]
            kept = stored_features(subject_type, ids, session=session, featurizer=featurizer)
            for subject_id, stamp, row in zip(kept.ids, kept.stamps, kept.rows, strict=True):
                known[subject_type, subject_id] = stamp, row
    missing = []
    for place, subject in enumerate(subjects):
        stamp, row = known.get((subject.subject_type, subject.subject_id), ("", None))
        if row is not None and stamp == stamps[place]:
            result[place] = row
        else:
            missing.append(place)
    return missing


def _keep(
    rows: Features,
    subjects: Sequence[Subject],
    stamps: Sequence[str],
    database: Database,
    featurizer: Featurizer,
) -> None:
    """Keep the rows of subjects that have an id; of two mentions of one subject, the later."""
    by_type: dict[str, dict[int, int]] = {}
    for place, subject in enumerate(subjects):
        if subject.subject_id:
            by_type.setdefault(subject.subject_type, {})[subject.subject_id] = place
    if not by_type:
        return
    with database.transaction() as session:
        for subject_type, places in sorted(by_type.items()):
            ids = sorted(places)
            order = [places[subject_id] for subject_id in ids]
            keep_features(
                subject_type,
                ids,
                [stamps[place] for place in order],
                rows[order],
                session=session,
                featurizer=featurizer,
            )


def _kept(subject_type: str, featurizer: Featurizer) -> Any:
    return (
        select(col(SubjectFeatures.subject_id), col(SubjectFeatures.stamp), col(SubjectFeatures.vector))
        .where(
            col(SubjectFeatures.features) == featurizer.name,
            col(SubjectFeatures.subject_type) == subject_type,
        )
        .order_by(col(SubjectFeatures.subject_id))
    )


def _stored(found: Sequence[Any], dimensions: int) -> StoredFeatures:
    if not found:
        return StoredFeatures((), (), np.empty((0, dimensions), dtype=np.float32))
    ids, stamps, vectors = zip(*found, strict=True)
    rows = np.frombuffer(b"".join(vectors), dtype=_STORED).reshape(len(ids), dimensions)
    return StoredFeatures(ids, stamps, rows.astype(np.float32))
