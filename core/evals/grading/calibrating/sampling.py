"""What people judged by a grader's question and the grader was not made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from core.classifiers import Subject, read_subjects
from core.classifiers.tables import Classifier, ClassifierExample, ClassifierVersion
from core.criteria import RESULT, get_criterion, may_ask, settled_answers
from core.evals.grading.graders import CERTAIN, GRADED

MOST = 300
"""Subjects: on that many an agreement of 85 % is known to within 4 points."""
TYPES = (*GRADED, RESULT)
Key = tuple[str, int]
"""Type and id of a subject."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a grader is compared on.

    Attributes:
        subjects: as :attr:`GraderCalibration.subjects` begins: not judged yet.
        labelled: subjects that people judged.
        taught: of them, those that the grader was made of and that were therefore left out.
    """

    subjects: tuple[dict[str, Any], ...]
    labelled: int
    taught: int


def draw_sample(version: ClassifierVersion, *, session: Session, most: int = MOST) -> Sample:
    """Subjects on which people's answer stands, at most ``most``, drawn evenly and always the same ones.

    Where people disagree and nobody has decided, there is nothing to compare with. A subject that the
    classifier has as an example, and a text equal to an example, is left out unless the example was held
    out: agreeing with what one was told is no evidence. Checks no permission.
    """
    criterion = get_criterion(version.criterion_id, session=session)
    examples = _Examples.of(version, session=session)
    people = {
        (subject_type, subject_id): settled.answer
        for subject_type in TYPES
        if may_ask(criterion, subject_type)
        for subject_id, settled in settled_answers(
            criterion.key, session=session, subject_type=subject_type
        ).items()
    }
    new = sorted(set(people) - examples.subjects, key=_order)
    taught = len(people) - len(new)
    found: list[dict[str, Any]] = []
    for start in range(0, len(new), most):  # thousands may be labelled, and their texts are long
        chunk = new[start : start + most]
        subjects = _read(chunk, session=session)
        for key in (each for each in chunk if each in subjects):
            if examples.hold(subjects[key].text):
                taught += 1
            elif len(found) < most:
                found.append(
                    {
                        "subject_type": key[0],
                        "subject_id": key[1],
                        "conversation_id": subjects[key].conversation_id,
                        "people": people[key],
                    }
                )
        if len(found) >= most:
            break
    return Sample(tuple(found), len(people), taught)


def _read(keys: Sequence[Key], *, session: Session) -> dict[Key, Subject]:
    return {
        (subject_type, subject_id): subject
        for subject_type in {each[0] for each in keys}
        for subject_id, subject in read_subjects(
            subject_type, [each[1] for each in keys if each[0] == subject_type], session=session
        ).items()
    }


@dataclass(frozen=True, slots=True)
class _Examples:
    """What a version was made of."""

    subjects: frozenset[tuple[str, int]]
    texts: frozenset[str]

    @classmethod
    def of(cls, version: ClassifierVersion, *, session: Session) -> _Examples:
        if version.kind in CERTAIN:
            return cls(frozenset(), frozenset())  # written, not learned
        subject_type = session.get_one(Classifier, version.classifier_id).subject_type
        rows = session.exec(
            select(ClassifierExample.subject_id, ClassifierExample.text).where(
                ClassifierExample.classifier_id == version.classifier_id,
                col(ClassifierExample.held_out).is_(False),
                col(ClassifierExample.added_at) <= version.created_at,
            )
        ).all()
        return cls(
            frozenset((subject_type, subject_id) for subject_id, _ in rows if subject_id is not None),
            frozenset(_plain(text) for _, text in rows),
        )

    def hold(self, text: str) -> bool:
        return bool(self.texts) and _plain(text) in self.texts


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _order(key: Key) -> str:
    """Chance that is the same every time."""
    return sha256(f"{key[0]}/{key[1]}".encode()).hexdigest()
