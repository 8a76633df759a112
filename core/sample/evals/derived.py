"""Which moments of the history became cases: edits, resolved conversations, labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from sqlmodel import Session, col, select

from core.conversations import Conversation, Reply
from core.criteria import Criterion, Judgement
from core.evals import EvalCase
from core.sample.generator import SEED
from core.sample.material import Material
from core.sample.story import Story

EDITS, RESOLVED, LABELS = 54, 52, 20
_ALIKE = 2
"""Cases at most of one scenario in one language: a suite of the same thing over and over says little."""

Source = Literal["edit", "resolved", "label"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Something that happened, which a specialist made a case of.

    Attributes:
        subject_id: of the reply, the conversation or the judgement, as ``source`` says.
        at: when it happened.
        expectations: what the specialist added to what the source says by itself.
    """

    source: Source
    subject_id: int
    story: Story
    at: datetime
    expectations: Sequence[Mapping[str, Any]] = field(default=())


def choose_origins(
    session: Session, stories: Sequence[Story], material: Material, *, articles: Collection[str], source: str
) -> list[Origin]:
    """What became a case, oldest first: the same choice for the same history.

    Args:
        articles: external ids of the live public articles.
        source: of the sample's conversations.
    """
    known = {story.record.external_id: story for story in stories}
    taken = set(session.exec(select(EvalCase.conversation_id)).all())  # those of flags
    expecting = _Expecting(material, articles, source)
    chosen: list[Origin] = []
    for candidates, most in (
        (_edits(session, known, expecting, source=source), EDITS),
        (_resolved(session, known, expecting, source=source), RESOLVED),
    ):
        alike: Counter[tuple[str, str]] = Counter()
        for conversation_id, origin in _mixed(candidates):
            kind = (origin.story.scenario, origin.story.record.locale)
            if most and conversation_id not in taken and alike[kind] < _ALIKE:
                alike[kind] += 1
                taken.add(conversation_id)
                chosen.append(origin)
                most -= 1
    labels = [origin for key, origin in _labels(session, known, source=source) if key not in taken]
    chosen += labels[:LABELS]
    return sorted(chosen, key=lambda origin: (origin.at, origin.source, origin.subject_id))


def _mixed(found: Iterator[tuple[int, Origin]]) -> list[tuple[int, Origin]]:
    """In an order that says nothing, and that is each one's own: others may come or go."""
    return sorted(
        found, key=lambda each: sha256(f"{SEED}:{each[1].story.record.external_id}".encode()).digest()
    )


def _edits(
    session: Session, known: Mapping[str, Story], expecting: _Expecting, *, source: str
) -> Iterator[tuple[int, Origin]]:
    """Replies that a rep made of a draft by changing it."""
    rows = session.execute(
        select(Reply.id, Reply.created_at, Conversation.id, Conversation.external_id)
        .join(Conversation, col(Conversation.id) == col(Reply.conversation_id))
        .where(col(Conversation.source) == source, col(Reply.edit_ratio) > 0)
        .order_by(col(Reply.id))
    ).all()
    for reply_id, at, conversation_id, external_id in rows:
        story = known[external_id]
        yield conversation_id, Origin("edit", reply_id, story, at, expecting.after_edit(story))


def _resolved(
    session: Session, known: Mapping[str, Story], expecting: _Expecting, *, source: str
) -> Iterator[tuple[int, Origin]]:
    """Conversations that ended well: with a draft sent as it was, or with a person where one was needed."""
    rows = session.execute(
        select(Conversation.id, Conversation.external_id)
        .where(col(Conversation.source) == source, col(Conversation.status).in_(("resolved", "closed")))
        .order_by(col(Conversation.id))
    ).all()
    for conversation_id, external_id in rows:
        story = known[external_id]
        if story.resolved != "yes" or story.draft is None or not story.reply_places:
            continue
        if story.draft.decision == "answer" and story.draft.outcome != "sent":
            continue
        at = story.record.messages[-1].created_at
        expected = expecting.after_success(story)
        if expected:
            yield conversation_id, Origin("resolved", conversation_id, story, at, expected)


def _labels(session: Session, known: Mapping[str, Story], *, source: str) -> Iterator[tuple[int, Origin]]:
    """Replies somebody found impolite, and then some that were polite."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Judgement.id,
            Judgement.created_at,
            Judgement.answer,
            Reply.conversation_id,
            Conversation.external_id,
        )
        .join(Criterion, col(Criterion.id) == col(Judgement.criterion_id))
        .join(Reply, col(Reply.id) == col(Judgement.subject_id))
        .join(Conversation, col(Conversation.id) == col(Reply.conversation_id))
        .where(
            col(Conversation.source) == source,
            Criterion.name == "polite",
            Judgement.subject_type == "reply",
            Judgement.judge_type == "person",
            Judgement.origin == "label",
            col(Judgement.withdrawn_at).is_(None),
            col(Judgement.superseded_by_id).is_(None),
        )
        .order_by(col(Judgement.id))
    ).all()
    seen: set[int] = set()
    for key, at, _answer, conversation_id, external_id in sorted(
        rows, key=lambda row: (row[2] != "no", row[0])
    ):
        if conversation_id not in seen:
            seen.add(conversation_id)
            yield conversation_id, Origin("label", key, known[external_id], at)


@dataclass(frozen=True, slots=True)
class _Expecting:
    """What a specialist who knows the articles expects of an answer."""

    material: Material
    articles: Collection[str]
    source: str

    def after_edit(self, story: Story) -> list[dict[str, Any]]:
        """The article the right answer stands in, and that the mistakes of the draft do not come back."""
        assert story.draft is not None  # noqa: S101 - there was an edit
        wrong = [claim.text for claim in story.draft.claims if claim.slipped]
        forbidden = [{"kind": "not_contains", "texts": wrong, "name": "the mistake of the draft"}]
        return [*self._cites(story), *(forbidden if wrong else [])]

    def after_success(self, story: Story) -> list[dict[str, Any]]:
        """The same article again; or that a person is asked again, where that was right."""
        assert story.draft is not None  # noqa: S101 - the caller looked
        if story.draft.decision == "answer":
            return self._cites(story)
        return [{"kind": "decision", "decisions": ["abstain", "escalate"], "reason": ""}]

    def _cites(self, story: Story) -> list[dict[str, Any]]:
        locale = story.record.locale
        for claim in story.draft.claims if story.draft is not None else ():
            name = claim.article if locale == "en" else f"{claim.article}-{locale}"
            if name in self.articles and claim.article in self.material.scenarios[story.scenario].articles:
                return [{"kind": "cites", "article": f"{self.source}/{name}"}]
        return []
