"""Answers that conversations have already, so that importing them again changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy import select
from sqlmodel import Session, col

from core.criteria import Criterion, Judgement, record_judgement
from core.surfaces.importers.answers_given import Given

_Key = tuple[int, str, str, str]


class StandingAnswers:
    """The judgements of some conversations: what was imported last, and what is in force."""

    def __init__(self, conversation_ids: Sequence[int], *, session: Session) -> None:
        self._session = session
        self._imported: dict[_Key, tuple[str, str]] = {}
        self._times: Counter[_Key] = Counter()
        self._in_force: set[_Key] = set()
        if conversation_ids:
            self._load(conversation_ids)

    def says(self, given: Given) -> bool:
        """Whether the last import said the same."""
        return self._imported.get(given.who_about_what) == (given.answer, given.reason)

    def holds(self, given: Given) -> bool:
        """Whether this judge has an answer to the question already."""
        return given.who_about_what in self._in_force

    def external_id(self, given: Given, *, source: str) -> str:
        """SOURCE/CONVERSATION/ANSWER, unique also when an answer is corrected."""
        _, name, kind, judge = given.who_about_what
        digest = blake2b(f"{name}\0{kind}\0{judge}".encode(), digest_size=12).hexdigest()
        again = self._times[given.who_about_what]
        return f"{source}/{given.conversation}/{digest}{f'.{again}' if again else ''}"

    def correct(self, given: Given, *, external_id: str) -> None:
        """Store another answer by the same judge; it takes the place of the one in force."""
        judgement = record_judgement(
            given.judge,
            given.criterion,
            session=self._session,
            subject_id=given.conversation_id,
            subject_type="conversation",
            answer=given.answer,
            origin="questionnaire",
            reason=given.reason,
            external_id=external_id,
        )
        judgement.created_at = given.at
        self._session.add(judgement)

    def _load(self, conversation_ids: Sequence[int]) -> None:
        about = (
            select(
                col(Judgement.subject_id),
                col(Criterion.name),
                col(Judgement.judge_type),
                col(Judgement.judge),
                col(Judgement.answer),
                col(Judgement.reason),
                col(Judgement.origin),
                col(Judgement.superseded_by_id),
                col(Judgement.withdrawn_at),
            )
            .join(Criterion, col(Criterion.id) == col(Judgement.criterion_id))
            .where(
                col(Judgement.subject_type) == "conversation", col(Judgement.subject_id).in_(conversation_ids)
            )
            .order_by(col(Judgement.id))
        )
        for *key, answer, reason, origin, superseded_by_id, withdrawn_at in self._session.execute(about):
            who_about_what: _Key = tuple(key)
            if origin == "questionnaire":
                self._imported[who_about_what] = (answer, reason)
                self._times[who_about_what] += 1
            if superseded_by_id is None and withdrawn_at is None:
                self._in_force.add(who_about_what)
