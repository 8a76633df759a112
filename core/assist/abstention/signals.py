"""What can be seen of a finished draft that tells whether it is right. Pure, a few milliseconds.

Every signal is 0..1 and points the same way: more is better. One that cannot be known (a model
without a confidence, no classifier) is absent, not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.assist.abstention.agreement import agreement, overlap
from core.assist.abstention.asking import Ask, ask_of

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "retrieval": "how well the best passage fits the question",
        "margin": "how far the best article is ahead of the next one",
        "reach": "how much of the question the best article speaks of",
        "agreement": "how little the best articles contradict each other",
        "corroboration": "how much other articles speak of the same things",
        "coverage": "how much of the question the cited sentences answer",
        "supported": "share of the factual sentences that kept their support",
        "support": "how closely the sentences follow what they cite",
        "clean": "few warnings of the guardrails",
        "own": "the model's own confidence",
        "classifier": "the classifier's confidence",
    }
)
"""Every signal with what it says, in plain words."""

COMPARED = 4
"""Articles that are compared with each other; those further down are noise."""
WEIGHED = 8
"""Passages among which words of the question are weighed."""
IN_PLAY = 0.5
"""An article is in play while its score is at least this share of the best one's."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage of the run, as it was retrieved. ``score`` is 0..1."""

    article_id: int
    title: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A factual sentence of the reply with the quote it rests on and how well (0..1)."""

    text: str
    quote: str
    support: float


@dataclass(frozen=True, slots=True)
class SignalInput:
    """All that a finished draft is judged by.

    Attributes:
        questions: what the customer wrote and the draft answers, oldest first.
        passages: everything retrieved, best first.
        sentences: the sentences that kept their support.
        factual: how many factual sentences were written, kept or not.
        language: of the customer, such as ``en``.
        confidence: the model's own, 0..1; None when it gives none.
        classifier: that the question is one we answer, 0..1; None without a classifier.
        warnings: what guardrails said about the draft without blocking it, in words.
        decision: of the model: ``answer``, ``abstain`` or ``escalate``.
    """

    questions: tuple[str, ...]
    passages: tuple[Found, ...] = ()
    sentences: tuple[CitedSentence, ...] = ()
    factual: int = 0
    language: str = "en"
    confidence: float | None = None
    classifier: float | None = None
    warnings: tuple[str, ...] = ()
    decision: str = "answer"

    @property
    def articles(self) -> tuple[Found, ...]:
        """The best passage of each article, best article first."""
        best: dict[int, Found] = {}
        for passage in sorted(self.passages, key=lambda each: -each.score):
            best.setdefault(passage.article_id, passage)
        return tuple(best.values())

    @property
    def in_play(self) -> tuple[Found, ...]:
        """The articles near enough to the best one to be worth comparing."""
        articles = self.articles[:COMPARED]
        return tuple(each for each in articles if each.score >= IN_PLAY * articles[0].score)

    @property
    def ask(self) -> Ask:
        """What the customer wants to know, as words with their weight."""
        passages = [each.text for each in self.passages[:WEIGHED]]
        return ask_of(self.questions, passages, language=self.language)


def signals(given: SignalInput) -> dict[str, float]:
    """The signals of a draft by name (:data:`NAMES`), each 0..1."""
    articles = given.articles
    found: dict[str, float] = {"clean": 1 / (1 + len(given.warnings))}
    found |= _retrieval(articles)
    found["agreement"] = agreement(given.in_play, ask=given.ask, language=given.language)
    if len(articles) > 1:
        found["corroboration"] = max(
            overlap(articles[0].text, other.text, language=given.language) for other in articles[1:COMPARED]
        )
    ask = given.ask
    best = [each for each in given.passages if articles and each.article_id == articles[0].article_id]
    found["reach"] = ask.covered_by(" ".join(f"{each.title} {each.text}" for each in best))
    if given.decision == "answer":
        said = " ".join(f"{each.text} {each.quote}" for each in given.sentences)
        found["coverage"] = ask.covered_by(said)
        kept: dict[str, float] = {}  # a sentence may rest on several quotes
        for each in given.sentences:
            kept[each.text] = max(kept.get(each.text, 0.0), each.support)
        found["supported"] = len(kept) / max(given.factual, len(kept), 1)
        found["support"] = sum(kept.values()) / len(kept) if kept else 0.0
    for name, value in (("own", given.confidence), ("classifier", given.classifier)):
        if value is not None:
            found[name] = value
    return {name: round(min(1.0, max(0.0, value)), 4) for name, value in found.items()}


def _retrieval(articles: tuple[Found, ...]) -> dict[str, float]:
    if not articles:
        return {"retrieval": 0.0, "margin": 0.0}
    best = articles[0].score
    behind = articles[1].score if len(articles) > 1 else 0.0
    return {"retrieval": best, "margin": (best - behind) / best if best > 0 else 0.0}
