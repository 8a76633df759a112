"""What the sample's classifiers answered while they were in use: their real predictions, on past subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from core.classifiers import Prediction, Services, Subject, open_version, read_subjects
from core.classifiers.tables import ClassifierAnswer, ClassifierVersion
from core.conversations import Conversation, Message, Reply
from core.criteria import Judgement
from core.database import Database

_AFTER = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Answered:
    """Predictions of one version about subjects that are past."""

    version: ClassifierVersion
    name: str
    stage: str
    said: Sequence[tuple[Subject, datetime, Prediction]]
    """What was judged, when it was said, and how."""

    def store(self, session: Session) -> None:
        """Add the answers, and what was said live as judgements."""
        for subject, at, prediction in self.said:
            session.add(
                ClassifierAnswer(
                    version_id=self.version.key,
                    subject_id=subject.subject_id,
                    conversation_id=subject.conversation_id,
                    answer=prediction.answer,
                    confidence=prediction.confidence,
                    abstained=prediction.abstained,
                    source=self.stage,
                    occurred_at=at,
                )
            )
        session.add_all(self._judgements())
        session.flush()

    def _judgements(self) -> Iterator[Judgement]:
        for subject, at, prediction in self.said:
            if self.stage != "live" or prediction.abstained or not prediction.answer:
                continue
            yield Judgement(
                criterion_id=self.version.criterion_id,
                subject_type=self.version.subject_type,
                subject_id=subject.subject_id,
                answer=prediction.answer,
                judge_type="classifier",
                judge=self.name,
                origin="live",
                reason=prediction.reason,
                confidence=prediction.confidence,
                created_at=at + _AFTER,
            )


def write_answers(
    version: ClassifierVersion,
    name: str,
    stage: str,
    since: datetime,
    *,
    database: Database,
    services: Services,
) -> Answered:
    """What ``version`` says about everything since then; nothing is stored yet."""
    with database.reading() as session:
        ids = list(session.execute(_since(version.subject_type, since)).scalars())
        found = read_subjects(version.subject_type, ids, session=session).values()
    predictions = open_version(version.key, database=database, services=services).judge(list(found))
    said = [
        (subject, subject.occurred_at, prediction)
        for subject, prediction in zip(found, predictions, strict=True)
        if subject.occurred_at is not None
    ]
    return Answered(version, name, stage, said)


def _since(subject_type: str, since: datetime) -> Select[Any]:
    if subject_type == "conversation":
        return select(col(Conversation.id)).where(col(Conversation.created_at) >= since)
    if subject_type == "reply":
        return select(col(Reply.id)).where(col(Reply.created_at) >= since)
    return select(col(Message.id)).where(col(Message.created_at) >= since, col(Message.author) == "customer")
