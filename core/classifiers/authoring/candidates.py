"""Finding subjects by their words, to make examples of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.classifiers.authoring.access import desk_of, find_classifier
from core.classifiers.authoring.reading import in_use
from core.classifiers.kind import Subject
from core.classifiers.subjects import CHUNK, read_subjects, recent_subjects
from core.classifiers.tables import ClassifierExample
from core.conversations import QueueView, list_queue
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require

MOST_CANDIDATES = 200
LOOKED_AT = 5_000
"""Of the newest subjects, whose own words are searched; older ones are found by their conversation."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject that was found. ``example_id`` and ``answer``: of the example it is already, if any."""

    subject: Subject
    example_id: int | None = None
    answer: str = ""


def find_candidates(
    actor: Actor, classifier_id: int, *, database: Database, text: str, limit: int = 50
) -> list[Candidate]:
    """Subjects of the classifier's type with these words.

    First those that say all the words themselves (of the newest :data:`LOOKED_AT`), then those of
    conversations that the search of the queue finds: by customer, subject line and beginning. Newest first.

    Args:
        text: words, in any order; parts of words count.
        limit: 1 to :data:`MOST_CANDIDATES`.

    Raises:
        PermissionDenied: the actor may not change classifiers, or not read conversations.
        NotFound: there is no such classifier.
        InvalidInput: there is no word to look for, or the limit is out of range.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    if not 1 <= limit <= MOST_CANDIDATES:
        raise InvalidInput(f"A search finds 1 to {MOST_CANDIDATES} at once.")
    words = text.casefold().split()
    if not words:
        raise InvalidInput("Write a word to look for.")
    with database.reading() as session:
        desk = desk_of(find_classifier(classifier_id, session=session), session=session)
        subject_type = desk.classifier.subject_type
        page = list_queue(actor, session=session, view=QueueView.ALL, search=text, limit=limit)
        found = _saying(words, subject_type, limit, session=session)
        if len(found) < limit and page.rows:
            others = recent_subjects(
                subject_type,
                session=session,
                limit=limit,
                conversation_ids=[row.id for row in page.rows],
            )
            found |= read_subjects(subject_type, [key for key in others if key not in found], session=session)
        subjects = list(found.values())[:limit]
        known = examples_by_subject(classifier_id, [each.subject_id for each in subjects], session=session)
    return [Candidate(each, *known.get(each.subject_id, (None, ""))) for each in subjects]


def examples_by_subject(
    classifier_id: int, ids: Sequence[int], *, session: Session
) -> dict[int, tuple[int, str]]:
    """Example and answer, by subject, of the subjects that are examples in use. Checks no permission."""
    found: dict[int, tuple[int, str]] = {}
    for start in range(0, len(ids), CHUNK):
        rows = session.exec(
            select(ClassifierExample.subject_id, ClassifierExample.id, ClassifierExample.answer).where(
                *in_use(classifier_id), col(ClassifierExample.subject_id).in_(ids[start : start + CHUNK])
            )
        )
        found.update((subject_id or 0, (key or 0, answer)) for subject_id, key, answer in rows)
    return found


def _saying(words: Iterable[str], subject_type: str, limit: int, *, session: Session) -> dict[int, Subject]:
    """The newest subjects whose own text has all the words, looked for chunk by chunk."""
    found: dict[int, Subject] = {}
    recent = recent_subjects(subject_type, session=session, limit=LOOKED_AT)
    for start in range(0, len(recent), CHUNK):
        for key, subject in read_subjects(
            subject_type, recent[start : start + CHUNK], session=session
        ).items():
            said = subject.text.casefold()
            if all(word in said for word in words):
                found[key] = subject
        if len(found) >= limit:
            break
    return found
