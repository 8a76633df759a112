"""Imported answers, each with its criterion and judge: checked as every judgement is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.conversations import JudgementRecord, Reject, StoredRecord
from core.criteria import CUSTOMER, NOTED, Criterion, Judge, checked_answer
from core.errors import InvalidInput, RatchetError
from core.surfaces.importers.questions import Questions


@dataclass(frozen=True, slots=True)
class Given:
    """One answer that can be stored. ``outside`` names a person who has no account here."""

    criterion: Criterion
    judge: Judge
    conversation_id: int
    conversation: str
    answer: str
    reason: str
    at: datetime
    outside: str = ""

    @property
    def who_about_what(self) -> tuple[int, str, str, str]:
        """Conversation, criterion and judge: each judge answers a question once."""
        return self.conversation_id, self.criterion.name, self.judge.kind, self.judge.name


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a batch that can be stored, and why the others cannot."""

    answers: list[Given] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def given_answers(
    stored: Iterable[StoredRecord], *, questions: Questions, people: Mapping[str, str]
) -> Answers:
    """Check every answer of these records.

    Args:
        people: username to person id, of those who have an account here.
    """
    found = Answers()
    for each in stored:
        seen: set[tuple[int, str, str, str]] = set()
        for number, record in enumerate(each.record.judgements, start=1):
            try:
                given = _given(each, record, questions=questions, people=people)
                if given.who_about_what in seen:
                    raise InvalidInput("the same question was answered by the same judge before; that counts")
            except RatchetError as error:
                what = record.criterion or record.question
                reason = f"answer {record.answer!r} to {what!r} (number {number}): {error}"
                external_id = each.record.external_id
                message = f"{external_id}: {reason} (only this was left out, not its conversation)"
                found.rejects.append(Reject(each.line, message, external_id))
                continue
            seen.add(given.who_about_what)
            found.answers.append(given)
    return found


def _given(
    stored: StoredRecord, record: JudgementRecord, *, questions: Questions, people: Mapping[str, str]
) -> Given:
    criterion = questions.criterion_of(record)
    answer, reason = _as_stored(criterion, record)
    judge, outside = CUSTOMER, ""
    if record.person in people:
        judge = Judge("person", people[record.person])
    elif record.person:
        judge, outside = Judge.outside(record.person), record.person
    return Given(
        criterion=criterion,
        judge=judge,
        conversation_id=stored.conversation_id,
        conversation=stored.record.external_id,
        answer=answer,
        reason=reason,
        at=record.at or stored.record.messages[-1].created_at,
        outside=outside,
    )


def _as_stored(criterion: Criterion, record: JudgementRecord) -> tuple[str, str]:
    """The answer as a judgement has it, and its reason.

    Raises:
        InvalidInput: it is none of the criterion's answers.
    """
    words = _words(record.answer)
    if criterion.kind == "note":
        text = words if isinstance(words, str) else ", ".join(words)
        return NOTED, "\n\n".join(filter(None, [text, record.reason]))
    if criterion.kind == "span":
        raise InvalidInput("it asks to mark words, which an import cannot do")
    return checked_answer(criterion, words), record.reason


def _words(answer: bool | int | str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return str(answer) if isinstance(answer, int) else answer
