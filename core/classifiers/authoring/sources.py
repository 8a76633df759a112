"""Starting from what is there: settled answers of the question, flagged or found subjects, and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.classifiers.authoring.access import check_open, desk_of, find_classifier
from core.classifiers.authoring.adding import MOST_AT_ONCE, Added, NewExample, add_examples
from core.classifiers.subjects import read_subjects
from core.criteria import settled_answers
from core.database import Database
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a whole source. ``skipped``: subjects that are gone or say nothing."""

    added: Added = field(default_factory=Added)
    skipped: int = 0


def add_many(
    actor: Actor, classifier_id: int, new: Sequence[NewExample], *, database: Database, source: str
) -> Added:
    """As :func:`add_examples` for any number, in transactions of :data:`MOST_AT_ONCE`.

    What was added before a failure stays; adding the rest again is safe.
    """
    result = Added()
    for batch in _batches(new):
        with database.transaction() as session:
            result += add_examples(actor, classifier_id, batch, session=session, source=source)
    return result


def add_labels(actor: Actor, classifier_id: int, *, database: Database) -> Taken:
    """Add the settled answers of the classifier's question as examples.

    Answers to the newest version of the question that people agree on or decided. Safe to repeat: new ones
    are added, and those that were settled otherwise meanwhile are corrected.

    Raises:
        PermissionDenied: the actor may not change classifiers or see labels.
        NotFound: there is no such classifier.
        Conflict: it is archived, or its question retired.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    require(actor, Permission.LABELS_READ)
    with database.reading() as session:
        desk = desk_of(find_classifier(classifier_id, session=session), session=session)
        check_open(desk)
        subject_type = desk.classifier.subject_type
        settled = settled_answers(desk.criterion.key, session=session, subject_type=subject_type)
    return _take(
        actor,
        classifier_id,
        subject_type,
        {key: each.answer for key, each in settled.items()},
        database=database,
        source="labels",
    )


def add_subjects(
    actor: Actor,
    classifier_id: int,
    subject_type: str,
    ids: Sequence[int],
    answer: str | Sequence[str],
    *,
    database: Database,
    source: str,
) -> Taken:
    """Add subjects by id, all with one answer: flagged ones, found ones, those of a theme.

    Subjects of another type than the classifier's are taken by their conversation where it judges
    conversations, and else by their words. Safe to repeat.

    Args:
        answer: one of the criterion's, several for many_of; empty: none of the answers.
        source: as for :func:`add_examples`.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier.
        Conflict: it is archived, or its question retired.
        InvalidInput: the answer, the source or the subject type is none.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    with database.reading() as session:
        wanted = find_classifier(classifier_id, session=session).subject_type
    if subject_type == wanted:
        answers = dict.fromkeys(ids, answer)
        return _take(actor, classifier_id, subject_type, answers, database=database, source=source)
    with database.reading() as session:
        subjects = read_subjects(subject_type, ids, session=session)
    skipped = len(set(ids)) - len(subjects)
    if wanted == "conversation":
        answers = {subject.conversation_id: answer for subject in subjects.values()}
        taken = _take(actor, classifier_id, wanted, answers, database=database, source=source)
        return Taken(taken.added, skipped + taken.skipped)
    new = [
        NewExample(
            text=subject.text,
            answer=answer,
            conversation_id=subject.conversation_id,
            channel=subject.channel,
            locale=subject.locale,
        )
        for subject in subjects.values()
    ]
    return Taken(add_many(actor, classifier_id, new, database=database, source=source), skipped)


def _batches(new: Sequence[NewExample]) -> Iterator[list[NewExample]]:
    """In their order, but the same text always in one batch: there it is seen to contradict itself."""
    same: dict[tuple[int | None, str], list[NewExample]] = {}
    for each in new:
        text = "" if each.subject_id else " ".join(each.text.split())
        same.setdefault((each.subject_id, text), []).append(each)
    batch: list[NewExample] = []
    for together in same.values():
        if batch and len(batch) + len(together) > MOST_AT_ONCE:
            yield batch
            batch = []
        batch += together
    if batch:
        yield batch


def _take(
    actor: Actor,
    classifier_id: int,
    subject_type: str,
    answers: dict[int, str] | dict[int, str | Sequence[str]],
    *,
    database: Database,
    source: str,
) -> Taken:
    ids = sorted(answers)
    added, skipped = Added(), 0
    for start in range(0, len(ids), MOST_AT_ONCE):
        chunk = ids[start : start + MOST_AT_ONCE]
        with database.transaction() as session:
            there = read_subjects(subject_type, chunk, session=session)
            new = [NewExample(answer=answers[key], subject_id=key) for key in chunk if key in there]
            skipped += len(chunk) - len(new)
            added += add_examples(actor, classifier_id, new, session=session, source=source)
    return Taken(added, skipped)
