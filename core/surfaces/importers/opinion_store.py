"""Stores what people thought beside the conversations it came with, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Reject, StoredRecord, SuggestionRecord
from core.criteria import Judgement
from core.identity import Actor, Person
from core.surfaces.importers.answers_given import Given, given_answers
from core.surfaces.importers.fields import clean_text
from core.surfaces.importers.questions import Questions
from core.surfaces.importers.standing_answers import StandingAnswers

IMPORTED = "imported"
"""``Draft.model`` of another system's suggestion."""

OWN_WORDS = "own words"
_NAMED = 3


class OpinionStore:
    """Judgements and suggestions of one import; hand it to ``import_conversations`` as ``also``.

    Safe to repeat: what is stored already stays as it is.
    """

    def __init__(self, *, actor: Actor, source: str) -> None:
        self._actor = actor
        self._source = source
        self._outside: set[str] = set()

    def __call__(self, session: Session, stored: Sequence[StoredRecord]) -> list[Reject]:
        """Store what came with these records; returns what could not be stored."""
        self._store_suggestions(stored, session=session)
        return self._store_judgements(stored, session=session)

    @property
    def remark(self) -> str:
        """Which people have no account here; empty when all have one."""
        if not self._outside:
            return ""
        names = ", ".join(islice(sorted(self._outside), _NAMED))
        more = f" and {len(self._outside) - _NAMED:,} more" if len(self._outside) > _NAMED else ""
        return (
            "Answers of people who have no account here are kept under the names given; "
            f"{len(self._outside):,} in all: {names}{more}"
        )

    def _store_judgements(self, stored: Sequence[StoredRecord], *, session: Session) -> list[Reject]:
        judged = [each for each in stored if each.record.judgements]
        if not judged:
            return []
        people = {username: str(key) for username, key in session.exec(select(Person.username, Person.id))}
        questions = Questions(self._actor, session=session)
        found = given_answers(judged, questions=questions, people=people)
        standing = StandingAnswers([each.conversation_id for each in judged if not each.new], session=session)
        rows = []
        for given in found.answers:
            self._outside.update(filter(None, [given.outside]))
            if standing.says(given):
                continue
            external_id = standing.external_id(given, source=self._source)
            if standing.holds(given):
                standing.correct(given, external_id=external_id)
            else:
                rows.append(_judgement_row(given, external_id))
        if rows:
            session.execute(insert(Judgement), rows)
        return found.rejects

    def _store_suggestions(self, stored: Sequence[StoredRecord], *, session: Session) -> None:
        known = _drafted(stored, session=session)
        template = Draft(conversation_id=0, state="ready", decision="answer", model=IMPORTED).model_dump(
            exclude={"id"}
        )
        rows = [
            template | row for each in stored for row in _draft_rows(each) if row["message_id"] not in known
        ]
        if rows:
            session.execute(insert(Draft), rows)


def _drafted(stored: Sequence[StoredRecord], *, session: Session) -> set[int | None]:
    """Messages of conversations from before that have their imported draft already."""
    before = [each.conversation_id for each in stored if not each.new and _has_suggestion(each)]
    if not before:
        return set()
    drafts = select(Draft.message_id).where(
        col(Draft.conversation_id).in_(before), col(Draft.message_id).is_not(None)
    )
    return set(session.exec(drafts))


def _has_suggestion(stored: StoredRecord) -> bool:
    return any(message.suggestion is not None for message in stored.record.messages)


def _draft_rows(stored: StoredRecord) -> Iterator[dict[str, Any]]:
    record = stored.record
    for message, message_id in zip(record.messages, stored.message_ids, strict=True):
        suggestion = message.suggestion
        if suggestion is None or message_id is None:
            continue
        moment = message.created_at
        yield {
            "conversation_id": stored.conversation_id,
            "message_id": message_id,
            # What was offered and refused is not in the source, only its names are.
            "text": clean_text(message.text) if suggestion.picked is not None else "",
            "locale": record.locale[:16],
            "outcome": _outcome(suggestion),
            "outcome_reason": OWN_WORDS if suggestion.picked is None else "",
            "outcome_at": moment,
            "offered": suggestion.offered,
            "picked": suggestion.picked,
            "offers": list(suggestion.labels),
            "created_at": moment,
            "finished_at": moment,
            "heartbeat_at": moment,
        }


def _outcome(suggestion: SuggestionRecord) -> str:
    if suggestion.picked is None:
        return "discarded"
    return "edited" if suggestion.edited else "sent"


def _judgement_row(given: Given, external_id: str) -> dict[str, Any]:
    return {
        "criterion_id": given.criterion.key,
        "subject_type": "conversation",
        "subject_id": given.conversation_id,
        "answer": given.answer,
        "judge_type": given.judge.kind,
        "judge": given.judge.name,
        "origin": "questionnaire",
        "reason": given.reason,
        "build_id": "",
        "external_id": external_id,
        "created_at": given.at,
    }
