"""Sentences that state a fact and rest on nothing a customer may be told.

The verification (:mod:`core.assist.grounding.citations`) has judged what the model cited. This judges the
finished sentences once more, by the same measures, so that nothing slips in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.assist.grounding.wording import clauses, content_words, critical_words, folded, negated, numbers
from core.assist.guardrails.registry import Flag, after
from core.assist.guardrails.sentences import spoken
from core.assist.guardrails.texts import ReplyCheck, SentenceCheck, SourceText

ENOUGH = 0.5
"""Share of a sentence's content words that its sources must hold, as in the verification."""


@after(
    "unsupported",
    title="Not supported",
    severity="block",
    description="A sentence states a fact that no passage, result or answer carries.",
)
def check(reply: ReplyCheck) -> Iterator[Flag]:
    """Facts without a source, and what the verification has already taken out."""
    for sentence in reply.sentences:
        if sentence.kind == "courtesy":
            if re.search(r"\d", sentence.text):
                yield Flag("It names a number, and no source is given for it.", sentence.text)
        elif reason := _missing(sentence, reply.language):
            yield Flag(reason, sentence.text)
    for text in reply.removed:
        yield Flag("Taken out of the draft, because nothing supports it.", text, "warn")


def _missing(sentence: SentenceCheck, language: str) -> str:
    if not sentence.sources:
        return "No source is given for it."
    usable = [source for source in sentence.sources if source.usable]
    if not usable:
        if any(source.kind == "action" for source in sentence.sources):
            return "The action it speaks of was not carried out."
        return "It rests only on internal knowledge."
    evidence = "\n".join(source.text for source in usable)
    if folded(sentence.text).strip(" .!") in folded(evidence):
        return ""
    if not numbers(sentence.text) <= numbers(evidence):
        return "It names a number that its sources do not name."
    own = spoken(sentence.text, fallback=language or "en")
    comparable = [source for source in usable if spoken(source.text, fallback=own) == own]
    if not comparable:
        return ""  # words of two languages cannot be compared
    return _differs(sentence.text, comparable, own)


def _differs(text: str, sources: Sequence[SourceText], language: str) -> str:
    words = content_words(text, language)
    parts = [part for source in sources for part in clauses(source.text)]
    found = content_words("\n".join(parts), language)
    if words and len(words & found) / len(words) < ENOUGH:
        return "Its sources speak of something else."
    if not critical_words(text) <= critical_words("\n".join(parts)):
        return "It says always, free, before, included or the like; its sources do not."
    shared = [len(words & content_words(part, language)) for part in parts]
    nearest = [part for part, score in zip(parts, shared, strict=True) if score >= 0.8 * max(shared)]
    denied = negated(text, language)
    if nearest and all(negated(part, language) != denied for part in nearest):
        return "It denies what its sources say." if denied else "It affirms what its sources deny."
    return ""
