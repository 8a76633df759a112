"""Which versions are in use now, without their models: what live judging goes by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlmodel import Session, col

from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import Criterion

LIVE, SHADOW = "live", "shadow"
STAGES = (SHADOW, LIVE)
JUDGED = ("message", "reply", "conversation")
"""What is judged as it arrives. Drafts are judged where they are made."""


@dataclass(frozen=True, slots=True)
class Post:
    """A version in use. ``stage``: shadow or live."""

    classifier_id: int
    name: str
    title: str
    version_id: int
    number: int
    stage: str
    subject_type: str
    kind: str
    criterion_id: int
    question: str
    hold_back: tuple[str, ...]
    many: bool


def list_posts(
    *, session: Session, stage: str = "", classifier_id: int | None = None, criterion_question: bool = False
) -> list[Post]:
    """Every version that is live or in shadow, by title; archived classifiers have none.

    Args:
        stage: only those; empty for both.
        classifier_id: only of this one.
        criterion_question: fill ``question``, which live judging does not need.
    """
    in_use = or_(
        col(ClassifierVersion.id) == col(Classifier.live_version_id),
        col(ClassifierVersion.id) == col(Classifier.shadow_version_id),
    )
    version = ClassifierVersion
    shown = (version.id, version.version, version.subject_type, version.kind, version.criterion_id)
    statement = (
        select(Classifier, *map(col, shown), col(version.hold_back), col(version.many))
        .join(version, in_use)
        .where(col(Classifier.archived_at).is_(None))
        .order_by(col(Classifier.title), col(version.id))
    )
    if classifier_id is not None:
        statement = statement.where(col(Classifier.id) == classifier_id)
    rows = session.execute(statement).all()
    asked: dict[int, str] = {}
    if criterion_question and rows:
        questions = select(col(Criterion.id), col(Criterion.question))
        found = session.execute(questions.where(col(Criterion.id).in_({row.criterion_id for row in rows})))
        asked = {row.id: row.question for row in found}
    made = []
    for row in rows:
        classifier: Classifier = row[0]
        for each, version_id in ((LIVE, classifier.live_version_id), (SHADOW, classifier.shadow_version_id)):
            if version_id != row.id or (stage and stage != each):
                continue
            made.append(
                Post(
                    classifier_id=classifier.key,
                    name=classifier.name,
                    title=classifier.title,
                    version_id=row.id,
                    number=row.version,
                    stage=each,
                    subject_type=row.subject_type,
                    kind=row.kind,
                    criterion_id=row.criterion_id,
                    question=asked.get(row.criterion_id, ""),
                    hold_back=tuple(row.hold_back),
                    many=row.many,
                )
            )
    return made


def still_in_use(post: Post, *, session: Session) -> bool:
    """Whether it is in the same stage at this moment."""
    column = Classifier.live_version_id if post.stage == LIVE else Classifier.shadow_version_id
    statement = select(col(Classifier.id)).where(
        col(Classifier.id) == post.classifier_id,
        col(column) == post.version_id,
        col(Classifier.archived_at).is_(None),
    )
    return session.execute(statement).first() is not None
