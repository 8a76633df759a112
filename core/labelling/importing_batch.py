"""Store a batch of imported labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import Enum, auto

from sqlalchemy import select, tuple_
from sqlmodel import Session, col

from core.conversations import Conversation
from core.criteria import (
    MAX_REASON,
    Criterion,
    Judge,
    Judgement,
    checked_answer,
    in_force,
    record_judgement,
    withdraw_judgement,
)
from core.errors import Conflict, InvalidInput
from core.labelling.frames import cluster_column, id_column
from core.labelling.records import LabelRecord
from core.labelling.subjects import build_of

_SOURCE = "labels"


class Outcome(Enum):
    """What became of one label."""

    ADDED = auto()
    SUPERSEDED = auto()
    UNCHANGED = auto()


class LabelBatch:
    """Labels that are stored in one transaction; what they need is looked up for all of them at once."""

    def __init__(
        self,
        criterion: Criterion,
        accounts: Mapping[str, int | None],
        labels: Sequence[LabelRecord],
        *,
        session: Session,
    ) -> None:
        self._criterion = criterion
        self._accounts = accounts
        self._session = session
        self._conversations = self._by_reference(labels)
        self._subjects = self._known_subjects(labels)
        self._answers = self._in_force()

    def add(self, label: LabelRecord) -> Outcome:
        """Store one label.

        Raises:
            InvalidInput: its answer, subject or judge cannot be used.
            Conflict: its judge has answered anew since.
        """
        subject = self._subject(label)
        judge = self._judge(label)
        answer = checked_answer(self._criterion, label.answers)
        external_id = self._external_id(label, subject, judge, answer)
        if self._is_stored(external_id):
            return Outcome.UNCHANGED
        earlier = self._answers.get((*subject, judge.name))
        if earlier is not None:
            if (earlier.answer, earlier.reason, earlier.span) == (answer, label.reason, label.span):
                return Outcome.UNCHANGED
            if label.created_at is not None and label.created_at < earlier.created_at:
                raise Conflict(f"{label.judge} has answered this anew on {earlier.created_at:%d %b %Y}")
        stored = record_judgement(
            judge,
            self._criterion,
            session=self._session,
            subject_type=subject[0],
            subject_id=subject[1],
            answer=answer,
            origin="import",
            reason=label.reason,
            span=label.span,
            build_id=build_of(*subject, session=self._session),
            external_id=external_id,
        )
        if label.created_at is not None:
            stored.created_at = label.created_at
            self._session.add(stored)
        self._answers[*subject, judge.name] = stored
        replaced = self._take_from_outside(label, subject, judge)
        return Outcome.SUPERSEDED if earlier is not None or replaced else Outcome.ADDED

    def _subject(self, label: LabelRecord) -> tuple[str, int]:
        """Kind and key of what the label is about."""
        if label.criterion and label.criterion != self._criterion.name:
            raise InvalidInput(f"it answers {label.criterion[:100]!r}, not {self._criterion.name!r}")
        if label.version not in (None, self._criterion.version):
            raise InvalidInput(
                f"it answers version {label.version}, and these are labels of {self._criterion.version}"
            )
        type_ = label.subject_type or self._criterion.subjects[0]
        if type_ not in self._criterion.subjects:
            asked = " or ".join(self._criterion.subjects)
            raise InvalidInput(f"it is about a {type_[:40]!r}, and the criterion is asked about a {asked}")
        stated = self._conversations.get(label.conversation)
        if label.conversation and stated is None:
            raise InvalidInput(f"there is no conversation {label.conversation[:200]!r} (SOURCE/ID)")
        if label.subject_id is None:
            if stated is None or type_ != "conversation":
                raise InvalidInput(f"it does not say which {type_} it is about")
            return type_, stated
        conversation = self._subjects.get((type_, label.subject_id))
        if conversation is None:
            raise InvalidInput(f"there is no {type_} {label.subject_id}")
        if stated is not None and stated != conversation:
            raise InvalidInput(f"{type_} {label.subject_id} does not belong to {label.conversation[:200]!r}")
        return type_, label.subject_id

    def _judge(self, label: LabelRecord) -> Judge:
        name = label.judge.strip()
        if not name:
            raise InvalidInput("it does not say who answered")
        if len(label.reason) > MAX_REASON:
            raise InvalidInput(f"the reason has more than {MAX_REASON:,} characters")
        person_id = self._accounts.get(name.casefold())
        return Judge.outside(name) if person_id is None else Judge("person", str(person_id))

    def _is_stored(self, external_id: str) -> bool:
        found = select(col(Judgement.id)).where(col(Judgement.external_id) == external_id)
        return self._session.execute(found).first() is not None

    def _take_from_outside(self, label: LabelRecord, subject: tuple[str, int], judge: Judge) -> bool:
        """Somebody who had no account before has one now: the answer does not count twice."""
        outside = Judge.outside(label.judge.strip())
        twin = self._answers.get((*subject, outside.name)) if judge != outside else None
        if twin is None:
            return False
        withdraw_judgement(outside, twin.key, session=self._session)
        del self._answers[*subject, outside.name]
        return True

    def _external_id(self, label: LabelRecord, subject: tuple[str, int], judge: Judge, answer: str) -> str:
        """The same label of the same file always has the same one; a changed label has another."""
        said = [
            label.external_id,
            self._criterion.key,
            *subject,
            judge.name,
            answer,
            label.reason,
            label.span,
            label.created_at.isoformat() if label.created_at else None,
        ]
        text = json.dumps(said, sort_keys=True, default=str)
        return f"{_SOURCE}/{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"

    def _by_reference(self, labels: Sequence[LabelRecord]) -> dict[str, int]:
        """Conversations by SOURCE/ID. A source has no slash in it, an id may."""
        named = {label.conversation for label in labels if "/" in label.conversation}
        pairs = [tuple(name.split("/", 1)) for name in named]
        columns = (col(Conversation.source), col(Conversation.external_id))
        found = select(col(Conversation.id), *columns).where(tuple_(*columns).in_(pairs))
        return {f"{source}/{name}": int(key or 0) for key, source, name in self._session.execute(found)}

    def _known_subjects(self, labels: Sequence[LabelRecord]) -> dict[tuple[str, int], int]:
        """The conversation of each subject that is there."""
        found: dict[tuple[str, int], int] = {}
        for type_ in self._criterion.subjects:
            same = [each for each in labels if (each.subject_type or self._criterion.subjects[0]) == type_]
            ids = {each.subject_id for each in same if each.subject_id is not None}
            key = id_column(type_)
            rows = self._session.execute(select(key, cluster_column(type_)).where(key.in_(ids)))
            found.update(((type_, subject), conversation) for subject, conversation in rows)
        return found

    def _in_force(self) -> dict[tuple[str, int, str], Judgement]:
        """People's answers so far, by subject and judge."""
        ids = {key for _, key in self._subjects} | set(self._conversations.values())
        found = select(Judgement).where(
            col(Judgement.criterion_id) == self._criterion.key,
            col(Judgement.subject_id).in_(ids),
            col(Judgement.judge_type) == "person",
            col(Judgement.origin) != "adjudication",
            *in_force(),
        )
        return {
            (each.subject_type, each.subject_id, each.judge): each
            for each in self._session.execute(found).scalars()
        }
