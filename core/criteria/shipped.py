"""The criteria every installation has."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core.criteria.tables import Criterion

SHIPPED: tuple[Criterion, ...] = (
    Criterion(
        name="csat",
        question="How satisfied is the customer?",
        guidance="As the customer gave it: 1 is very unhappy, 5 is very happy.",
        subject="conversation",
        answers=["1", "2", "3", "4", "5"],
    ),
    Criterion(
        name="draft_useful",
        question="Was this draft a help?",
        guidance="Yes when it could be sent as it was or with small edits. Mark the part you judge by.",
        subject="draft",
        answers=["yes", "no"],
    ),
    Criterion(
        name="draft_discarded",
        question="Why was this draft not used?",
        guidance="The main reason. Choose 'not_needed' when nothing was wrong with it.",
        subject="draft",
        answers=["wrong", "incomplete", "not_grounded", "tone", "language", "not_needed", "other"],
    ),
    Criterion(
        name="grounded",
        question="Does what it cites support everything it says?",
        guidance="No when any statement of fact lacks a passage that says so.",
        subject="draft",
        answers=["yes", "no"],
    ),
    Criterion(
        name="polite",
        question="Is it polite?",
        guidance="Judge the words, not whether the answer is the one the customer hoped for.",
        subject="reply",
        answers=["yes", "no"],
    ),
    Criterion(
        name="resolved",
        question="Was the customer's matter resolved?",
        guidance="'partly' when a second matter stayed open.",
        subject="conversation",
        answers=["yes", "partly", "no"],
    ),
)


def ensure_criteria(*, session: Session) -> list[Criterion]:
    """Add the shipped criteria that are missing. Those that are there, edited or not, stay as they are."""
    known = set(session.exec(select(Criterion.name)))
    added = [
        Criterion(**criterion.model_dump(exclude={"id", "created_at"}))
        for criterion in SHIPPED
        if criterion.name not in known
    ]
    session.add_all(added)
    session.flush()
    return added


def current_criterion(name: str, *, session: Session) -> Criterion | None:
    """The newest version of a criterion; None when there is none of this name."""
    newest_first = (
        select(Criterion).where(Criterion.name == name).order_by(col(Criterion.version).desc()).limit(1)
    )
    return session.exec(newest_first).first()
