"""Finding a classifier, with the question it answers, and what keeps anybody from working on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, select

from core.classifiers.kind import Kind, Question, get_kind
from core.classifiers.tables import Classifier
from core.criteria import Criterion, current_criterion
from core.errors import Conflict, NotFound
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class Desk:
    """A classifier with the newest version of its question."""

    classifier: Classifier
    criterion: Criterion
    question: Question

    @property
    def kind(self) -> Kind:
        """What it is made by."""
        return get_kind(self.classifier.kind)

    @property
    def closed(self) -> str:
        """Why nothing can be made of it now; empty when something can."""
        if self.classifier.archived_at is not None:
            return f"“{self.classifier.title}” is archived. Restore it first."
        if self.criterion.retired_at is not None:
            return retired(self.criterion)
        return ""


def retired(criterion: Criterion) -> str:
    """That a question is out of use, and what to do."""
    return f"The question “{criterion.question}” has been retired. Restore it under Criteria first."


def get_classifier(actor: Actor, classifier: int | str, *, session: Session) -> Classifier:
    """One classifier by its key or its name.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is none.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    return find_classifier(classifier, session=session)


def open_desk(actor: Actor, classifier: int | str, *, session: Session) -> Desk:
    """One classifier, by its key or its name, with the newest version of its question.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier, or its question is gone.
        InvalidInput: the newest version of its question asks for words, which no classifier answers.
    """
    return desk_of(get_classifier(actor, classifier, session=session), session=session)


def find_classifier(classifier: int | str, *, session: Session, lock: bool = False) -> Classifier:
    """As :func:`get_classifier`, without asking who wants it.

    Args:
        lock: keep it from others until the transaction ends.
    """
    by = Classifier.id == classifier if isinstance(classifier, int) else Classifier.name == classifier.lower()
    statement = select(Classifier).where(by)
    if lock:
        statement = statement.with_for_update()
    found = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(f"There is no classifier {classifier!r}.")
    return found


def desk_of(classifier: Classifier, *, session: Session) -> Desk:
    """As :func:`open_desk`, for a classifier that is at hand."""
    criterion = current_criterion(classifier.criterion_name, session=session)
    if criterion is None:
        raise NotFound(f"The question {classifier.criterion_name!r} of “{classifier.title}” is gone.")
    return Desk(classifier, criterion, Question.of(criterion))


def check_open(desk: Desk) -> None:
    """Refuse to go on with what is archived or whose question is retired.

    Raises:
        Conflict: it is; says what to do.
    """
    if desk.closed:
        raise Conflict(desk.closed)
