"""Adding examples. What two people add comes together; where they disagree, both answers are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core import audit
from core.classifiers.authoring.access import Desk, check_open, desk_of, find_classifier
from core.classifiers.subjects import read_subjects
from core.classifiers.tables import ClassifierExample
from core.criteria import Criterion, checked_answer
from core.database import now
from core.errors import InvalidInput
from core.identity import Actor, Permission, require

MAX_TEXT = 100_000
MOST_AT_ONCE = 2_000
"""Examples one transaction adds: bounded, so that nobody waits long for it."""
SOURCES = ("click", "search", "labels", "flags", "file", "suggestion")

_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class NewExample:
    """What is to be added.

    Attributes:
        text: of an example that is no subject here; otherwise the subject's own text counts.
        answer: one of the criterion's, several for many_of; empty: none of the answers.
        subject_id: of the classifier's subject type.
        group: examples of one never straddle a split; the conversation where empty.
    """

    text: str = ""
    answer: str | Sequence[str] = ""
    subject_id: int | None = None
    conversation_id: int | None = None
    group: str = ""
    channel: str = ""
    locale: str = ""
    held_out: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The same text, answered otherwise. ``stands`` is in use; ``offered`` waits until somebody decides."""

    example_id: int
    text: str
    stands: str
    stands_by_id: int | None
    offered: str
    offered_by_id: int | None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of what was to be added.

    Attributes:
        added: new ones.
        already: were there, with the same answer.
        contradicting: were there with another answer by somebody else, which stands.
        changed: were there with another answer by the same person, which is corrected.
    """

    added: int = 0
    already: int = 0
    contradicting: tuple[Contradiction, ...] = ()
    changed: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(
            self.added + other.added,
            self.already + other.already,
            self.contradicting + other.contradicting,
            self.changed + other.changed,
        )


def add_examples(
    actor: Actor, classifier_id: int, new: Sequence[NewExample], *, session: Session, source: str
) -> Added:
    """Add examples; safe to repeat, and what others add meanwhile stays.

    The same text with another answer by somebody else is kept beside the one in use, and named by
    :func:`find_warnings` until somebody answers the example again.

    Args:
        new: at most :data:`MOST_AT_ONCE`.
        source: one of :data:`SOURCES`.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier.
        Conflict: it is archived, or its question retired.
        InvalidInput: an answer is none of the question's, a text is missing or too long; names the place.
            Nothing was added.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    if len(new) > MOST_AT_ONCE:
        raise InvalidInput(f"At most {MOST_AT_ONCE:,} examples are added at once; these are {len(new):,}.")
    if source not in SOURCES:
        raise InvalidInput(f"Unknown source {source!r}: choose one of {', '.join(SOURCES)}.")
    # locked, so that two who add the same text at the same moment meet here and not in the index
    desk = desk_of(find_classifier(classifier_id, session=session, lock=True), session=session)
    check_open(desk)
    rows = _checked(new, desk, session=session)
    result = _Adding(actor, desk, source, session).add(rows)
    if result.added or result.changed or result.contradicting:
        audit.record(
            actor.person_id,
            actor.name,
            "classifier_examples.added",
            session=session,
            subject_type="classifier",
            subject_id=classifier_id,
            added=result.added,
            changed=result.changed,
            contradicting=len(result.contradicting),
            source=source,
        )
    return result


def checked(criterion: Criterion, answer: str | Sequence[str]) -> str:
    """An answer as it is stored; empty: none of them.

    Raises:
        InvalidInput: it is none of the question's answers.
    """
    return checked_answer(criterion, answer) if answer else ""


def digest_of(subject_type: str, subject_id: int | None, text: str) -> str:
    """What makes two examples the same: the subject, or the words of a text without one."""
    same = f"{subject_type}/{subject_id}" if subject_id else "text/" + " ".join(text.split())
    return sha256(same.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(new: Sequence[NewExample], desk: Desk, *, session: Session) -> list[NewExample]:
    """With texts of subjects filled in, and answers as they are stored."""
    subject_type = desk.classifier.subject_type
    wanted = [each.subject_id for each in new if each.subject_id]
    subjects = read_subjects(subject_type, wanted, session=session) if wanted else {}
    made = []
    for place, each in enumerate(new, start=1):
        try:
            answer = checked(desk.criterion, each.answer)
        except InvalidInput as error:
            raise InvalidInput(f"Example {place}: {error}") from None
        if each.subject_id:
            subject = subjects.get(each.subject_id)
            if subject is None:
                raise InvalidInput(
                    f"Example {place}: there is no {subject_type} {each.subject_id} that says anything."
                )
            each = replace(
                each,
                text=subject.text,
                conversation_id=subject.conversation_id,
                channel=subject.channel,
                locale=subject.locale,
            )
        text = each.text.replace("\0", "").strip()
        if not text:
            raise InvalidInput(f"Example {place} has no text.")
        if len(text) > MAX_TEXT and not each.subject_id:
            raise InvalidInput(
                f"Example {place} has {len(text):,} characters; at most {MAX_TEXT:,} are kept. Shorten it to "
                "the part that shows its answer."
            )
        if len(each.group) > 200:
            raise InvalidInput(f"Example {place}: the name of a group has at most 200 characters.")
        made.append(replace(each, text=text[:MAX_TEXT], answer=answer))
    return made


class _Adding:
    """One batch of checked examples on its way into one classifier."""

    def __init__(self, actor: Actor, desk: Desk, source: str, session: Session) -> None:
        self._actor = actor
        self._desk = desk
        self._source = source
        self._session = session

    def add(self, rows: Sequence[NewExample]) -> Added:
        classifier = self._desk.classifier
        by_digest: dict[str, list[NewExample]] = {}
        for row in rows:
            by_digest.setdefault(digest_of(classifier.subject_type, row.subject_id, row.text), []).append(row)
        in_use = self._in_use(list(by_digest))
        fresh = {digest: same[0] for digest, same in by_digest.items() if digest not in in_use}
        if fresh:
            self._session.execute(
                insert(ClassifierExample), [self._row(digest, row) for digest, row in fresh.items()]
            )
            in_use |= self._in_use(list(fresh))
        result = Added(added=len(fresh))
        for digest, same in by_digest.items():
            for place, row in enumerate(same):
                if not (place == 0 and digest in fresh):
                    result += self._again(in_use[digest], row, first=place == 0)
        self._session.flush()
        return result

    def _again(self, stands: ClassifierExample, row: NewExample, *, first: bool) -> Added:
        """What is in use already, offered once more. A batch that contradicts itself corrects nothing."""
        answer = str(row.answer)
        if stands.answer == answer:
            return Added(already=1)
        own = stands.added_by_id == self._actor.person_id or stands.source == self._source == "labels"
        if first and own:
            stands.answer = answer
            stands.added_by_id = self._actor.person_id
            stands.added_at = now()
            self._session.add(stands)
            return Added(changed=1)
        self._keep_beside(stands, row)
        contradiction = Contradiction(
            stands.key, stands.text, stands.answer, stands.added_by_id, answer, self._actor.person_id
        )
        return Added(contradicting=(contradiction,))

    def _keep_beside(self, stands: ClassifierExample, row: NewExample) -> None:
        known = self._session.exec(
            select(ClassifierExample.id).where(
                ClassifierExample.classifier_id == stands.classifier_id,
                ClassifierExample.contradicts_id == stands.key,
                ClassifierExample.answer == str(row.answer),
            )
        ).first()
        if known is None:
            waiting = self._row(stands.digest, row) | {"contradicts_id": stands.key, "removed_at": now()}
            self._session.add(ClassifierExample(**waiting))

    def _in_use(self, digests: Sequence[str]) -> dict[str, ClassifierExample]:
        found: dict[str, ClassifierExample] = {}
        for chunk in _chunks(digests):
            rows = self._session.exec(
                select(ClassifierExample).where(
                    ClassifierExample.classifier_id == self._desk.classifier.key,
                    col(ClassifierExample.digest).in_(chunk),
                    col(ClassifierExample.removed_at).is_(None),
                )
            )
            found.update((row.digest, row) for row in rows)
        return found

    def _row(self, digest: str, row: NewExample) -> dict[str, Any]:
        return {
            "classifier_id": self._desk.classifier.key,
            "text": row.text,
            "answer": row.answer,
            "digest": digest,
            "subject_id": row.subject_id,
            "conversation_id": row.conversation_id,
            "group_key": row.group,
            "channel": row.channel,
            "locale": row.locale,
            "source": self._source,
            "held_out": row.held_out,
            "added_by_id": self._actor.person_id,
            "added_at": now(),
            "removed_at": None,
            "contradicts_id": None,
        }


def _chunks(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(digests), _IN_LIST):
        yield digests[start : start + _IN_LIST]
