"""Labels as files of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core import audit
from core.conversations import Conversation
from core.criteria import Criterion, Judgement, given, in_force
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, Person, require
from core.labelling.formats import label_format
from core.labelling.frames import chunked, cluster_column, id_column, text_column
from core.labelling.records import LabelRecord
from core.labelling.tables import LabelAssignment, LabelQueue
from core.labelling.texts import read_texts

OUTSIDE = "outside:"
_BATCH = 500


def export_labels(
    actor: Actor,
    *,
    database: Database,
    queue_id: int | None = None,
    criterion_id: int | None = None,
    format: str = "csv",
) -> Iterator[str]:
    """People's answers in force of one queue, or of one version of a criterion, as text in pieces.

    The audit names the export at once, before the first piece is taken.

    Raises:
        PermissionDenied: the actor may not manage labels.
        NotFound: there is no such queue or criterion.
        InvalidInput: there is no such format, or not exactly one of queue and criterion is given.
    """
    require(actor, Permission.LABELS_MANAGE)
    chosen = label_format(format)
    if (queue_id is None) == (criterion_id is None):
        raise InvalidInput("Say which labels to export: those of a queue or those of a criterion.")
    with database.transaction() as session:
        if queue_id is not None:
            queue = session.get(LabelQueue, queue_id)
            if queue is None:
                raise NotFound(f"There is no label queue {queue_id}.")
            criterion_id = queue.criterion_id
        criterion = session.get(Criterion, criterion_id)
        if criterion is None:
            raise NotFound(f"There is no criterion {criterion_id}.")
        audit.record(
            actor.person_id,
            actor.who,
            "labels.exported",
            session=session,
            subject_type="criterion" if queue_id is None else "label_queue",
            subject_id=criterion.key if queue_id is None else queue_id,
            criterion=criterion.name,
            version=criterion.version,
            format=format,
        )
    return _pieces(database, chosen.write, criterion, queue_id)


def _pieces(database: Database, write: Any, criterion: Criterion, queue_id: int | None) -> Iterator[str]:
    with database.reading() as session:
        yield from write(_records(criterion, queue_id, session=session), kind=criterion.kind)


def _records(criterion: Criterion, queue_id: int | None, *, session: Session) -> Iterator[LabelRecord]:
    """By subject, oldest answer first."""
    wanted = select(Judgement).where(
        col(Judgement.criterion_id) == criterion.id, col(Judgement.judge_type) == "person", *in_force()
    )
    if queue_id is not None:
        wanted = wanted.join(LabelAssignment, col(LabelAssignment.judgement_id) == col(Judgement.id)).where(
            col(LabelAssignment.queue_id) == queue_id, col(LabelAssignment.state) == "done"
        )
    keys = wanted.order_by(col(Judgement.subject_type), col(Judgement.subject_id), col(Judgement.id))
    people = {
        str(key): username for key, username in session.execute(select(col(Person.id), col(Person.username)))
    }
    found = session.execute(keys.execution_options(yield_per=_BATCH)).scalars()
    for batch in chunked(found, _BATCH):
        about = _about(batch, session=session)
        for judgement in batch:
            conversation, text = about.get((judgement.subject_type, judgement.subject_id), ("", ""))
            yield LabelRecord(
                subject_type=judgement.subject_type,
                subject_id=judgement.subject_id,
                answers=given(judgement.answer),
                judge=people.get(judgement.judge, judgement.judge.removeprefix(OUTSIDE)),
                conversation=conversation,
                criterion=criterion.name,
                version=criterion.version,
                reason=judgement.reason,
                span=judgement.span,
                created_at=judgement.created_at,
                external_id=str(judgement.key),
                text=text,
            )
            session.expunge(judgement)


def _about(judgements: Iterable[Judgement], *, session: Session) -> dict[tuple[str, int], tuple[str, str]]:
    """SOURCE/ID of the conversation and the text of each subject."""
    ids: dict[str, set[int]] = {}
    for judgement in judgements:
        ids.setdefault(judgement.subject_type, set()).add(judgement.subject_id)
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for type_, keys in ids.items():
        subject: Any = id_column(type_)
        query = select(subject, col(Conversation.source), col(Conversation.external_id))
        if type_ == "conversation":
            said = {key: each.text for key, each in read_texts(type_, keys, session=session).items()}
        else:
            query = query.join(Conversation, col(Conversation.id) == cluster_column(type_))
            texts = select(subject, text_column(type_)).where(subject.in_(keys))
            said = dict(session.execute(texts).all())
        for key, source, external_id in session.execute(query.where(subject.in_(keys))):
            found[type_, key] = (f"{source}/{external_id}", said.get(key, ""))
    return found
