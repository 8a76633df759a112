"""Answering examples again, removing them and taking them back, and keeping some to measure with."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core import audit
from core.classifiers.authoring.access import Desk, check_open, desk_of, find_classifier
from core.classifiers.authoring.adding import checked
from core.classifiers.tables import ClassifierExample
from core.database import now
from core.errors import Conflict, NotFound
from core.identity import Actor, Permission, Person, require


def answer_example(
    actor: Actor,
    example_id: int,
    answer: str | Sequence[str],
    *,
    session: Session,
    seen: str | None = None,
) -> ClassifierExample:
    """Give an example another answer, or confirm the one it has. Decides what others said otherwise of it.

    Args:
        answer: one of the criterion's, several for many_of; empty: none of the answers.
        seen: the answer the author saw; None when they do not care.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such example.
        Conflict: somebody else answered it meanwhile, or it or its classifier is out of use.
        InvalidInput: it is none of the question's answers.
    """
    example, desk = _open(actor, example_id, session=session)
    if example.removed_at is not None:
        raise Conflict("This example was removed. Take it back first, then answer it.")
    wanted = checked(desk.criterion, answer)
    if seen is not None and example.answer not in (seen, wanted):
        raise Conflict(
            f"{_name(example.added_by_id, session=session)} has meanwhile answered this “"
            f"{example.answer or 'none of the answers'}”. Nothing was changed: look again, then answer."
        )
    decided = session.execute(
        update(ClassifierExample)
        .where(col(ClassifierExample.contradicts_id) == example.key)
        .values(contradicts_id=None)
    )
    if example.answer == wanted and not getattr(decided, "rowcount", 0):
        return example
    if example.answer != wanted:
        example.answer = wanted
        example.added_by_id = actor.person_id
        example.added_at = now()
        session.add(example)
        session.flush()
    _record(actor, "classifier_example.answered", example, session=session)
    return example


def remove_example(actor: Actor, example_id: int, *, session: Session) -> ClassifierExample:
    """Take an example out of use; :func:`restore_example` takes it back. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such example.
        Conflict: its classifier is archived, or its question retired.
    """
    example, _ = _open(actor, example_id, session=session)
    if example.removed_at is None:
        example.removed_at = now()
        session.add(example)
        session.flush()
        _record(actor, "classifier_example.removed", example, session=session)
    return example


def restore_example(actor: Actor, example_id: int, *, session: Session) -> ClassifierExample:
    """Take a removed example back to use. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such example.
        Conflict: the same text has been added again meanwhile, or the classifier is out of use.
    """
    example, _ = _open(actor, example_id, session=session)
    if example.removed_at is None:
        return example
    try:
        with session.begin_nested():
            example.removed_at = None
            example.contradicts_id = None
            session.add(example)
    except IntegrityError:
        session.refresh(example)
        raise Conflict("The same text is in use again: answer that example instead.") from None
    _record(actor, "classifier_example.restored", example, session=session)
    return example


def hold_out(
    actor: Actor, classifier_id: int, example_ids: Sequence[int], held_out: bool, *, session: Session
) -> int:
    """Keep examples to measure with, so that they never teach; or let them teach. Safe to repeat.

    Returns:
        How many changed.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier.
        Conflict: it is archived, or its question retired.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    check_open(desk_of(find_classifier(classifier_id, session=session, lock=True), session=session))
    changed = 0
    for start in range(0, len(example_ids), 500):
        result = session.execute(
            update(ClassifierExample)
            .where(
                col(ClassifierExample.classifier_id) == classifier_id,
                col(ClassifierExample.id).in_(example_ids[start : start + 500]),
                col(ClassifierExample.held_out) != held_out,
            )
            .values(held_out=held_out)
        )
        changed += int(getattr(result, "rowcount", 0))
    if changed:
        audit.record(
            actor.person_id,
            actor.name,
            "classifier_examples.held_out" if held_out else "classifier_examples.let_teach",
            session=session,
            subject_type="classifier",
            subject_id=classifier_id,
            examples=changed,
        )
    return changed


def _open(actor: Actor, example_id: int, *, session: Session) -> tuple[ClassifierExample, Desk]:
    """The example, kept from others until the transaction ends."""
    require(actor, Permission.CLASSIFIERS_EDIT)
    statement = select(ClassifierExample).where(ClassifierExample.id == example_id).with_for_update()
    example = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if example is None:
        raise NotFound(f"There is no example {example_id}.")
    desk = desk_of(find_classifier(example.classifier_id, session=session), session=session)
    check_open(desk)
    return example, desk


def _name(person_id: int | None, *, session: Session) -> str:
    person = session.get(Person, person_id) if person_id is not None else None
    return person.name if person is not None else "The system"


def _record(actor: Actor, action: str, example: ClassifierExample, *, session: Session) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        action,
        session=session,
        subject_type="classifier",
        subject_id=example.classifier_id,
        example=example.key,
    )
