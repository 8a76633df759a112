"""Tells what a customer wants done, and what they want to know of their own account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from core.llm.offline.sentences import split_sentences
from core.llm.offline.tools.wording import WORDINGS, Wording
from core.llm.offline.words import fold

EFFECTS = (
    "refund_invoice",
    "resend_invoice",
    "change_plan",
    "extend_trial",
    "rotate_api_key",
    "open_incident",
)
"""Actions this model knows how to ask for."""
_CLAUSE_END = re.compile(r"[,;]\s*|\s[-–]\s")
_WORDS_BEHIND = 3
_FREE = re.compile(r"\b(?:appreciate it )?if (?=you (?:could|would|can)\b)")


@dataclass(frozen=True, slots=True)
class Intent:
    """What a message wants besides an explanation.

    Attributes:
        effect: name of the action to be carried out, or empty.
        words: the sentence that asks for it.
        topics: what to look up in the account: charge, refund, plan, invoice, payment, standing, incident.
        reported: an outage is reported rather than asked about.
    """

    effect: str = ""
    words: str = ""
    topics: tuple[str, ...] = ()
    reported: bool = False

    def __bool__(self) -> bool:
        return bool(self.effect or self.topics)


NO_INTENT = Intent()


@lru_cache(maxsize=512)
def intent_of(text: str, language: str) -> Intent:
    """What a message wants.

    Precision comes first: how one does it oneself, what the rules are, what happened and what might
    be are no orders.

    Args:
        text: in the customer's own words.
        language: e.g. ``de``; nothing is understood in languages without wording.
    """
    wording = WORDINGS.get(language)
    if wording is None:
        return NO_INTENT
    sentences = [part for line in text.splitlines() for part in split_sentences(line)]
    folded = [_straight(sentence) for sentence in sentences]
    topics = tuple(
        topic
        for topic, pattern in wording.topics.items()
        if any(pattern.search(sentence) for sentence in folded)
    )
    effect, words = _effect(sentences, folded, wording)
    reported = not effect and any(
        _asserted(wording.outage, sentence, wording, past=True) for sentence in folded
    )
    if reported:
        effect, words = "open_incident", _first(sentences, folded, wording.outage)
    if effect == "open_incident" and "incident" not in topics:
        topics = (*topics, "incident")
    return Intent(effect, words, topics, reported)


def _effect(sentences: list[str], folded: list[str], wording: Wording) -> tuple[str, str]:
    delegated = any(_asserted(wording.delegates, sentence, wording) for sentence in folded)
    for source in (wording.effects, wording.wishes):
        for at, sentence in enumerate(folded):
            for name, pattern in source.items():
                spoilt = wording.spoils.get(name)
                if spoilt is not None and spoilt.search(sentence):
                    continue
                asked = not delegated and any(other.rstrip().endswith("?") for other in folded)
                if source is wording.wishes and asked:
                    continue  # one who wants something and asks about it has not decided yet
                if _asserted(pattern, sentence, wording):
                    return name, sentences[at]
    return "", ""


def _asserted(pattern: re.Pattern[str], sentence: str, wording: Wording, *, past: bool = False) -> bool:
    """Whether a sentence says it outright: not as a question how, not as a case that might be."""
    plain = _FREE.sub("", sentence)
    if wording.conditional.search(plain) or (past and wording.past.search(plain)):
        return False
    for match in pattern.finditer(plain):
        clause = _CLAUSE_END.split(plain[: match.start()])[-1]
        behind = " ".join(plain[match.end() :].split()[:_WORDS_BEHIND]) if not past else ""
        inside = "" if past else match.group()
        if wording.before.search(clause):
            continue
        if wording.negated.search(f"{clause} {inside}") or wording.negated.search(
            _CLAUSE_END.split(behind)[0]
        ):
            continue
        return True
    return False


def _first(sentences: list[str], folded: list[str], pattern: re.Pattern[str]) -> str:
    return next(sentence for sentence, plain in zip(sentences, folded, strict=True) if pattern.search(plain))


def _straight(text: str) -> str:
    return " ".join(fold(text).replace("’", "'").split())
