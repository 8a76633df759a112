"""Reading examples: page by page for people, all at once for models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from core.classifiers.authoring.access import Desk, desk_of, find_classifier
from core.classifiers.kind import Example, Question, Subject
from core.classifiers.subjects import read_subjects
from core.classifiers.tables import ClassifierExample
from core.criteria import given
from core.errors import InvalidInput
from core.identity import Actor, Permission, Person, require

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """An example as a page shows it. ``outdated``: its answer is none of the question's any more."""

    example: ClassifierExample
    added_by: str
    outdated: bool


@dataclass(frozen=True, slots=True)
class ExamplePage:
    """Some examples, newest first; how many the filters match; where the next page starts, if any."""

    rows: list[ExampleRow]
    total: int
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ExampleCounts:
    """How many examples there are of each answer; ``""`` counts those with none of the answers.

    An example of several answers counts for each. ``outdated`` are left out of everything else.
    """

    teaching: Mapping[str, int] = field(default_factory=dict)
    held_out: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    outdated: int = 0


def list_examples(
    actor: Actor,
    classifier_id: int,
    *,
    session: Session,
    answer: str | None = None,
    source: str = "",
    person_id: int | None = None,
    search: str = "",
    held_out: bool | None = None,
    removed: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> ExamplePage:
    """One page of the examples, newest first.

    Args:
        answer: only those with this answer (among others); ``""``: with none; None: all.
        person_id: only those whose answer this person gave.
        search: only those whose text contains it.
        held_out: only those that measure, or only those that teach.
        removed: the removed ones instead.
        before: ``next_before`` of the page before.
        limit: 1 to :data:`MAX_PAGE`.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier.
        InvalidInput: the limit is out of range.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInput(f"A page has 1 to {MAX_PAGE} examples.")
    desk = desk_of(find_classifier(classifier_id, session=session), session=session)
    conditions: list[Any] = [ClassifierExample.classifier_id == classifier_id]
    if removed:
        conditions += [
            col(ClassifierExample.removed_at).is_not(None),
            col(ClassifierExample.contradicts_id).is_(None),
        ]
    else:
        conditions.append(col(ClassifierExample.removed_at).is_(None))
    if answer is not None:
        conditions.append(_answered(answer))
    if source:
        conditions.append(ClassifierExample.source == source)
    if person_id is not None:
        conditions.append(ClassifierExample.added_by_id == person_id)
    if search.strip():
        words = func.lower(col(ClassifierExample.text))
        conditions.append(words.contains(search.strip().lower(), autoescape=True))
    if held_out is not None:
        conditions.append(ClassifierExample.held_out == held_out)
    total = session.exec(select(func.count()).select_from(ClassifierExample).where(*conditions)).one()
    if before is not None:
        conditions.append(col(ClassifierExample.id) < before)
    statement = (
        select(ClassifierExample, Person.name)
        .outerjoin(Person, col(Person.id) == col(ClassifierExample.added_by_id))
        .where(*conditions)
        .order_by(col(ClassifierExample.id).desc())
        .limit(limit + 1)
    )
    found = session.exec(statement).all()
    rows = [
        ExampleRow(example, name or "", not still_answers(example.answer, desk.question))
        for example, name in found[:limit]
    ]
    return ExamplePage(rows, total, rows[-1].example.key if len(found) > limit else None)


def count_examples(classifier_id: int, *, session: Session) -> ExampleCounts:
    """How many examples of each answer there are, the most frequent first. Checks no permission.

    Raises:
        NotFound: there is no such classifier.
    """
    desk = desk_of(find_classifier(classifier_id, session=session), session=session)
    teaching: Counter[str] = Counter()
    measuring: Counter[str] = Counter()
    total = outdated = 0
    counted = session.exec(
        select(ClassifierExample.answer, ClassifierExample.held_out, func.count())
        .where(*in_use(classifier_id))
        .group_by(col(ClassifierExample.answer), col(ClassifierExample.held_out))
    )
    for answer, held_out, count in counted:
        total += count
        if not still_answers(answer, desk.question):
            outdated += count
            continue
        for each in given(answer):
            (measuring if held_out else teaching)[each] += count
    return ExampleCounts(dict(teaching.most_common()), dict(measuring.most_common()), total, outdated)


def read_examples(classifier_id: int, *, session: Session) -> list[Example]:
    """The examples in use, oldest first, held-out ones marked. Checks no permission.

    Left out are those whose answer the newest version of the question no longer has
    (:func:`find_warnings` counts them).

    Raises:
        NotFound: there is no such classifier.
    """
    return examples_of(
        desk_of(find_classifier(classifier_id, session=session), session=session), session=session
    )


def examples_of(desk: Desk, *, session: Session) -> list[Example]:
    """As :func:`read_examples`, for a classifier that is at hand."""
    classifier = desk.classifier
    # columns, not rows: of 10,000 examples that is a second less
    columns = (
        col(ClassifierExample.id),
        col(ClassifierExample.text),
        col(ClassifierExample.answer),
        col(ClassifierExample.subject_id),
        col(ClassifierExample.conversation_id),
        col(ClassifierExample.group_key),
        col(ClassifierExample.channel),
        col(ClassifierExample.locale),
        col(ClassifierExample.held_out),
    )
    statement = select(*columns).where(*in_use(classifier.key)).order_by(col(ClassifierExample.id))  # type: ignore[call-overload]
    rows = [row for row in session.exec(statement) if still_answers(row.answer, desk.question)]
    # what only conditions and checks ask about; a model that learns reads the text alone
    known = {} if desk.kind.learns else _surroundings(classifier.subject_type, rows, session=session)
    return [
        Example(
            subject=replace(known[row.subject_id], text=row.text)
            if row.subject_id in known
            else Subject(
                text=row.text,
                subject_type=classifier.subject_type,
                subject_id=row.subject_id or 0,
                conversation_id=row.conversation_id or 0,
                channel=row.channel,
                locale=row.locale,
            ),
            answer=row.answer,
            group=row.group_key or (f"conversation {row.conversation_id}" if row.conversation_id else ""),
            held_out=row.held_out,
            example_id=row.id,
        )
        for row in rows
    ]


def digest_of_examples(examples: Sequence[Example]) -> str:
    """Says which examples made a version: the SHA-256 of texts, answers, groups and who is held out."""
    digest = sha256()
    for each in examples:
        for part in (each.subject.text, each.answer, each.group, str(each.held_out)):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def in_use(classifier_id: int) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions of the examples of a classifier that count."""
    return (
        col(ClassifierExample.classifier_id) == classifier_id,
        col(ClassifierExample.removed_at).is_(None),
    )


def _surroundings(subject_type: str, rows: Sequence[Any], *, session: Session) -> dict[int, Subject]:
    return read_subjects(subject_type, [row.subject_id for row in rows if row.subject_id], session=session)


def _answered(answer: str) -> ColumnElement[bool]:
    """Has this answer, by itself or among several."""
    stored = col(ClassifierExample.answer)
    if not answer:
        return stored == ""
    padded = " | " + stored + " | "
    return padded.contains(f" | {answer} | ", autoescape=True)


def still_answers(answer: str, question: Question) -> bool:
    """Whether an answer as stored is (still) one of the question's; none of them always is."""
    if not answer:
        return True
    parts = given(answer) if question.many else (answer,)
    return all(part in question.answers for part in parts)
