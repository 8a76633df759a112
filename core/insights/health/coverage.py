"""What knowledge answers, by theme and language, and where drafts lacked it most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Conversation
from core.evals import themes_of
from core.insights.behind import ConversationRef, conversation_refs
from core.statistics import Rate, wilson_rate

MOST_DRAFTS = 5_000
"""The newest so many are looked at."""
NO_THEME = ""
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many conversations of one theme and language got an answer; an empty theme is not known."""

    theme: str
    locale: str
    answered: Rate


@dataclass(frozen=True, slots=True)
class Gap:
    """A theme that knowledge lacks: ``conversations`` of ``of`` lacked an answer, and the newest of them."""

    theme: str
    locale: str
    conversations: int
    of: int
    examples: tuple[ConversationRef, ...]


def read_coverage(since: datetime, *, session: Session) -> tuple[list[Coverage], list[Gap]]:
    """Coverage, the worst first by its upper bound, and gaps, the largest first.

    A conversation counts once, by its newest finished draft: answered, or not for missing knowledge. Drafts
    that abstained for another reason say nothing about knowledge and do not count.
    """
    newest: dict[int, tuple[str, str, str]] = {}
    for conversation_id, decision, reason, locale in session.execute(
        select(Draft.conversation_id, Draft.decision, Draft.reason, Conversation.locale)
        .join(Conversation, col(Conversation.id) == col(Draft.conversation_id))
        .where(
            col(Draft.state) == "ready",
            col(Draft.created_at) >= since,
            col(Draft.decision).in_(("answer", "abstain")),
        )
        .order_by(col(Draft.id).desc())
        .limit(MOST_DRAFTS)
    ):
        newest.setdefault(conversation_id, (decision, reason, locale.partition("-")[0]))
    counted = {
        key: each for key, each in newest.items() if each[0] == "answer" or each[1] == "missing_knowledge"
    }
    themes = themes_of(list(counted), session=session)
    groups: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    for key, (decision, _, locale) in counted.items():
        groups[themes.get(key, NO_THEME), locale].append((key, decision == "answer"))
    coverage = [
        Coverage(theme, locale, wilson_rate(sum(answered for _, answered in rows), len(rows)))
        for (theme, locale), rows in groups.items()
    ]
    lacking = {
        group: sorted((key for key, answered in rows if not answered), reverse=True)
        for group, rows in groups.items()
    }
    newest_few = [key for keys in lacking.values() for key in keys[:_EXAMPLES]]
    named = conversation_refs(newest_few, session=session)
    gaps = [
        Gap(
            theme,
            locale,
            len(keys),
            len(groups[theme, locale]),
            tuple(named[key] for key in keys[:_EXAMPLES]),
        )
        for (theme, locale), keys in lacking.items()
        if keys
    ]
    return (
        sorted(coverage, key=lambda each: (each.answered.high, each.theme, each.locale)),
        sorted(gaps, key=lambda each: (-each.conversations, each.theme, each.locale)),
    )
