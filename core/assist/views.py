"""What the page shows of a draft: its state in plain words, its citations, and what was searched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.assist.acting import Step
from core.assist.grounding.citations import ACROSS_LANGUAGES, Removed
from core.assist.grounding.wording import language_of
from core.assist.guardrails import Finding, blocks
from core.assist.running.attempts import newest_draft
from core.assist.tables import Citation, Draft
from core.conversations import Conversation
from core.errors import NotFound
from core.identity import Actor, Permission, require
from core.knowledge import Article, ArticleVersion, Passage

REASONS = {
    "missing_knowledge": "The knowledge base does not answer this.",
    "several_resolutions": "Several answers are valid; which one fits depends on something not known yet.",
    "conflicting_sources": "The sources contradict each other.",
    "needs_tool": "This needs a look at the customer's account, or a change to it.",
    "policy": "A rule says that a person has to answer this.",
}
"""Why the AI does not answer, in words for the rep."""
OTHER_REASON = "The AI did not say why it does not answer."


@dataclass(frozen=True)
class PassageView:
    """A passage with where it comes from. ``live``: still part of the article's current version."""

    passage_id: int
    article_id: int
    article_external_id: str
    article_version_id: int
    version_number: int
    title: str
    heading_path: str
    text: str
    audience: str
    locale: str
    live: bool

    @property
    def internal(self) -> bool:
        return self.audience != "public"


@dataclass(frozen=True)
class CitationView:
    """``sentence`` (``draft.text[start:end]``) rests on ``quote``, word for word in ``passage.text``.

    ``other_language``: words could not be compared, only the quote, numbers and negation were checked.
    """

    position: int
    start: int
    end: int
    sentence: str
    quote: str
    support: float
    passage: PassageView
    other_language: bool


@dataclass(frozen=True)
class SupportView:
    """``sentence`` (``draft.text[start:end]``) rests on what an action gave or the rep answered."""

    start: int
    end: int
    sentence: str
    label: str
    quote: str


@dataclass(frozen=True)
class RetrievedView:
    """A passage the run found, whether it was cited or not."""

    passage: PassageView
    score: float
    query: str
    cited: bool


@dataclass(frozen=True)
class DraftView:
    """The newest draft of a conversation.

    Attributes:
        stale: the customer has written since.
        building: it is being written; ``draft.text`` is then the unverified text so far.
        usable: finished, an answer, not blocked and not put aside: may be inserted.
        reason_text: why there is no answer, in plain words; empty for an answer.
        removed: sentences that were taken out because nothing (public) supports them.
        retrieved: best first.
        supports: sentences that rest on steps or answers instead of passages.
        steps: what was looked up and done, in order.
        findings: what the guardrails saw.
    """

    draft: Draft
    stale: bool
    citations: tuple[CitationView, ...]
    retrieved: tuple[RetrievedView, ...]
    removed: tuple[Removed, ...]
    reason_text: str
    supports: tuple[SupportView, ...] = ()
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def waiting(self) -> bool:
        """It goes on once the actions it proposed are decided and over."""
        return self.draft.state == "waiting"

    @property
    def blocked(self) -> bool:
        """A guardrail forbids to use it."""
        return blocks(each for each in self.findings if each.stage == "after")

    @property
    def building(self) -> bool:
        return self.draft.state == "running"

    @property
    def usable(self) -> bool:
        draft = self.draft
        ready = draft.state == "ready" and draft.decision == "answer" and draft.outcome != "discarded"
        return ready and not self.blocked

    @property
    def cites_internal(self) -> bool:
        return any(citation.passage.internal for citation in self.citations)


def current_draft(actor: Actor, conversation_id: int, *, session: Session) -> DraftView | None:
    """The newest draft of a conversation with everything the page shows, or None.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is no such conversation.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    draft = newest_draft(conversation_id, session=session)
    if draft is None:
        return None
    citations = session.exec(
        select(Citation).where(col(Citation.draft_id) == draft.key).order_by(col(Citation.position))
    ).all()
    cited = {citation.passage_id for citation in citations}
    passages = read_passages(cited | {entry["passage_id"] for entry in draft.retrieved}, session=session)
    return DraftView(
        draft=draft,
        stale=draft.basis_message_id != conversation.last_customer_message_id,
        citations=tuple(
            _citation(draft, citation, passages[citation.passage_id])
            for citation in citations
            if citation.passage_id in passages
        ),
        retrieved=tuple(
            RetrievedView(
                passages[entry["passage_id"]],
                float(entry.get("score", 0.0)),
                str(entry.get("query", "")),
                entry["passage_id"] in cited,
            )
            for entry in draft.retrieved
            if entry["passage_id"] in passages
        ),
        removed=tuple(Removed(each["text"], each["reason"]) for each in draft.removed),
        reason_text=_reason(draft),
        supports=tuple(
            SupportView(
                each["start"],
                each["end"],
                draft.text[each["start"] : each["end"]],
                each["label"],
                each["quote"],
            )
            for each in draft.supports
        ),
        steps=tuple(Step.from_json(step) for step in draft.steps),
        findings=tuple(Finding(**each) for each in draft.findings),
    )


def read_passages(passage_ids: Collection[int], *, session: Session) -> dict[int, PassageView]:
    """Passages by id, with their article and version. Unknown ids are left out."""
    if not passage_ids:
        return {}
    rows = session.exec(
        select(Passage, ArticleVersion, Article)
        .join(ArticleVersion, col(ArticleVersion.id) == col(Passage.article_version_id))
        .join(Article, col(Article.id) == col(Passage.article_id))
        .where(col(Passage.id).in_(passage_ids))
    )
    return {
        passage.key: PassageView(
            passage_id=passage.key,
            article_id=article.key,
            article_external_id=article.external_id,
            article_version_id=version.key,
            version_number=version.number,
            title=version.title,
            heading_path=passage.heading_path,
            text=passage.text,
            audience=passage.audience,
            locale=passage.locale,
            live=passage.live,
        )
        for passage, version, article in rows
    }


def _citation(draft: Draft, citation: Citation, passage: PassageView) -> CitationView:
    languages = {language_of(passage.locale), language_of(draft.locale)}
    return CitationView(
        position=citation.position,
        start=citation.start,
        end=citation.end,
        sentence=draft.text[citation.start : citation.end],
        quote=citation.quote,
        support=citation.support,
        passage=passage,
        other_language=len(languages) > 1 and citation.support <= ACROSS_LANGUAGES,
    )


def _reason(draft: Draft) -> str:
    if draft.state != "ready" or draft.decision == "answer":
        return ""
    return REASONS.get(draft.reason, OTHER_REASON)
