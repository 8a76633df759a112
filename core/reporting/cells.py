"""What became of drafts, counted by the database into a few cells: conversations that are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, case, cast, func, literal, select
from sqlmodel import Session, col

from core.assist.tables import ANSWERED, Draft
from core.conversations import Conversation
from core.reporting.filters import Calendar, Filters

Cut = Literal["conversation", "part", "model"]

_BASE = 1 << 20
"""More than the drafts of one conversation; three such counts fit into 63 bits."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Conversations with the same key and the same counts of drafts.

    Attributes:
        source: of the conversation, as are ``channel`` and ``locale``.
        key: part of the calendar or model, by which it was cut; empty for neither.
        decided: drafts that were sent, edited or discarded.
        accepted: sent or edited; ``as_drafted``: sent as they were.
        ranked: sent ones of which the rank is known; ``first``: those that were ranked first.
        undecided: drafts left out, because nobody decided on them or a newer one took their place.
        conversations: how many are like this.
    """

    source: str
    channel: str
    locale: str
    key: str
    decided: int
    accepted: int
    as_drafted: int
    ranked: int
    first: int
    undecided: int
    conversations: int


def outcome_cells(
    filters: Filters, *, session: Session, cut: Cut = "conversation", calendar: Calendar | None = None
) -> list[Cell]:
    """Count drafts that answered, by conversation.

    Args:
        cut: by nothing but the conversation's own columns, by part of ``calendar``, or by model. A
            conversation with drafts of two models is then in two cells.
    """
    moment = col(Draft.created_at)
    key: Any = literal("")
    if cut == "part" and calendar is not None:
        key = calendar.part_of(Draft.created_at)
    elif cut == "model":
        key = col(Draft.model)
    by_conversation = (
        select(
            col(Draft.conversation_id),
            key.label("key"),
            _packed(
                col(Draft.outcome).in_(("sent", "edited", "discarded")),
                col(Draft.outcome).in_(("sent", "edited")),
                col(Draft.outcome) == "sent",
            ).label("outcomes"),
            _packed(
                col(Draft.picked).is_not(None),
                col(Draft.picked) == 1,
                col(Draft.outcome).in_(("", "superseded")),
            ).label("others"),
        )
        .where(ANSWERED, *filters.within(moment))
        .group_by(col(Draft.conversation_id), *(() if cut == "conversation" else (key,)))
        .subquery()
    )
    counts = [column for column in by_conversation.c if column.name != "conversation_id"]
    of = [col(Conversation.source), col(Conversation.channel), col(Conversation.locale)]
    alone = cut != "conversation" and not filters.by_conversation
    shown: list[Any] = [literal("").label(f"c{place}") for place in range(3)] if alone else of
    query = select(*shown, *counts, func.count()).group_by(*([] if alone else of), *counts)
    if not alone:
        query = query.join(Conversation, col(Conversation.id) == by_conversation.c.conversation_id).where(
            *filters.by_conversation
        )
    return [
        Cell(source, channel, locale, str(name), *_unpacked(outcomes), *_unpacked(others), conversations)
        for source, channel, locale, name, outcomes, others, conversations in session.execute(query)
    ]


def histogram(cells: Iterable[Cell], of: Callable[[Cell], tuple[int, int]]) -> dict[tuple[int, int], int]:
    """(observations, hits) of a conversation -> how many conversations."""
    found: Counter[tuple[int, int]] = Counter()
    for cell in cells:
        found[of(cell)] += cell.conversations
    return found


def _packed(first: Any, second: Any, third: Any) -> Any:
    """Three counts as one number, because grouping a million rows by one column is what takes the time."""
    return (_count(first) * _BASE + _count(second)) * _BASE + _count(third)


def _unpacked(number: int) -> tuple[int, int, int]:
    rest, third = divmod(int(number), _BASE)
    first, second = divmod(rest, _BASE)
    return first, second, third


def _count(condition: Any) -> Any:
    return cast(func.sum(case((condition, 1), else_=0)), BigInteger)
