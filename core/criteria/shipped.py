"""The criteria every installation has."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.criteria.tables import Criterion
from core.database import now

_EVERY_REPLY = ["draft", "reply", "message"]

SHIPPED: tuple[Criterion, ...] = (
    Criterion(
        name="csat",
        question="How satisfied is the customer?",
        guidance="As the customer gave it: 1 is very unhappy, 5 is very happy.",
        kind="scale",
        subjects=["conversation"],
        good=["4", "5"],
    ),
    Criterion(
        name="draft_useful",
        question="Was this draft a help?",
        guidance="Yes when it could be sent as it was or with small edits. Mark the part you judge by.",
        kind="yes_no",
        subjects=["draft"],
        good=["yes"],
    ),
    Criterion(
        name="draft_discarded",
        question="Why was this draft not used?",
        guidance="The main reason. Choose 'not_needed' when nothing was wrong with it.",
        subjects=["draft"],
        answers=["wrong", "incomplete", "not_grounded", "tone", "language", "not_needed", "other"],
    ),
    Criterion(
        name="correct",
        question="Is everything it says right?",
        guidance="Check against the article in force and the customer's account. One wrong fact is a no.",
        kind="yes_no",
        subjects=_EVERY_REPLY,
        good=["yes"],
        examples=[
            {
                "text": "Refunds take 3 days.",
                "answer": "no",
                "why": "The policy says 5 to 10 business days.",
            }
        ],
    ),
    Criterion(
        name="grounded",
        question="Does what it cites support everything it says?",
        guidance="No when any statement of fact lacks a passage that says so.",
        kind="yes_no",
        subjects=["draft", "reply"],
        good=["yes"],
    ),
    Criterion(
        name="polite",
        question="Is it polite?",
        guidance="Judge the words, not whether the answer is the one the customer hoped for.",
        kind="yes_no",
        subjects=_EVERY_REPLY,
        good=["yes"],
        examples=[
            {
                "text": "As I already told you, this cannot be refunded.",
                "answer": "no",
                "why": "“As I already told you” blames the customer.",
            },
            {
                "text": "I am sorry, a refund is not possible any more. Here is what I can offer.",
                "answer": "yes",
                "why": "The answer is no, the words are kind.",
            },
        ],
    ),
    Criterion(
        name="clear",
        question="Is it clear?",
        guidance="Would this customer know what to do next after reading it once?",
        kind="yes_no",
        subjects=_EVERY_REPLY,
        good=["yes"],
    ),
    Criterion(
        name="consistent_with_policy",
        question="Does it keep to our policies?",
        guidance="No when it promises, grants or refuses what the policy in force does not.",
        kind="yes_no",
        subjects=_EVERY_REPLY,
        good=["yes"],
    ),
    Criterion(
        name="complete",
        question="Does it answer everything that was asked?",
        guidance="No when a question of the customer's last message is left open without saying so.",
        kind="yes_no",
        subjects=_EVERY_REPLY,
        good=["yes"],
    ),
    Criterion(
        name="right_not_to_answer",
        question="Was it right not to answer?",
        guidance="Of drafts that abstain or hand over: yes when a person was needed or the knowledge has no "
        "answer; no when an article answers the question.",
        kind="yes_no",
        subjects=["draft"],
        good=["yes"],
    ),
    Criterion(
        name="resolved",
        question="Was the customer's matter resolved?",
        guidance="'partly' when a second matter stayed open.",
        subjects=["conversation"],
        answers=["yes", "partly", "no"],
        good=["yes"],
    ),
    Criterion(
        name="customer_intent",
        question="What does the customer want?",
        guidance="What they need first. Publish your own version with the intents of your business.",
        subjects=["conversation", "message"],
        answers=["question", "problem", "request", "complaint", "cancellation", "praise", "other"],
    ),
    Criterion(
        name="product_area",
        question="Which parts of the product is it about?",
        guidance="All that apply. Publish your own version with the areas of your product.",
        kind="many_of",
        subjects=["conversation", "message"],
        answers=["account", "billing", "product", "security", "service", "other"],
    ),
    Criterion(
        name="sentiment",
        question="How does the customer feel?",
        guidance="As their own words show it: 1 is furious, 3 is neutral, 5 is delighted.",
        kind="scale",
        subjects=["conversation", "message"],
        good=["4", "5"],
    ),
    Criterion(
        name="needs_follow_up",
        question="Does somebody have to come back to this?",
        guidance="Yes when something was promised, is still being looked into, or was left unanswered.",
        kind="yes_no",
        subjects=["conversation"],
        good=["no"],
    ),
)


def ensure_criteria(*, session: Session) -> list[Criterion]:
    """Add the shipped criteria that are missing. Those that are there, edited or not, stay as they are.

    Every process does so when it starts, also two at once, and after an update that ships new ones.
    """
    known = set(session.exec(select(Criterion.name)))
    missing = [criterion for criterion in SHIPPED if criterion.name not in known]
    if not missing:
        return []
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(Criterion)
    rows = [
        criterion.model_dump(exclude={"id", "created_at"}) | {"created_at": now()} for criterion in missing
    ]
    session.execute(insert.on_conflict_do_nothing(index_elements=["name", "version"]), rows)
    added = col(Criterion.name).in_([criterion.name for criterion in missing])
    return list(session.exec(select(Criterion).where(added, Criterion.version == 1)))


def current_criterion(name: str, *, session: Session) -> Criterion | None:
    """The newest version of a criterion; None when there is none of this name."""
    newest_first = (
        select(Criterion).where(Criterion.name == name).order_by(col(Criterion.version).desc()).limit(1)
    )
    return session.exec(newest_first).first()
