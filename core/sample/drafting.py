"""What the AI drafted in the past, and what the rep made of it.

Drafts are written in the material as sentences followed by the article they rest on in square
brackets. Before the knowledge was put right a draft may contain a slip, which a rep then corrects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from core.sample.details import Details, fill
from core.sample.material import Opening, Scenario, Words

_CLAIM = re.compile(r"(?P<text>.+?)\s*\[(?P<article>[a-z0-9-]+)\](?=\s|$)", re.DOTALL)
DISCARD_REASONS = {
    "en": {
        "Answers a different question": "wrong",
        "Too general": "incomplete",
        "Tone does not fit": "tone",
        "I know the case": "not_needed",
    },
    "de": {"Beantwortet eine andere Frage": "wrong", "Zu allgemein": "incomplete", "Falscher Ton": "tone"},
    "es": {"Responde a otra cosa": "wrong", "Demasiado general": "incomplete", "El tono no encaja": "tone"},
}
"""What reps wrote when they did not use a draft, with the answer to ``draft_discarded`` it amounts to."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a draft and the article (without locale suffix) it rests on."""

    text: str
    article: str
    slipped: bool = False


@dataclass(frozen=True, slots=True)
class PastDraft:
    """A draft of the sample and its fate. ``text`` and ``final`` are empty when it did not answer."""

    decision: str
    reason: str = ""
    question: str = ""
    text: str = ""
    claims: tuple[Claim, ...] = ()
    final: str = ""
    outcome: str = ""
    outcome_reason: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Skill:
    """How good drafts are at a point in time. Each is a probability."""

    slip: float
    sent: float
    discarded: float
    rewritten: float


def skill_at(at: datetime, *, fixed_at: datetime, started_at: datetime) -> Skill:
    """Poor before the knowledge fix, clearly better after it, and slowly improving all along."""
    along = (at - started_at) / (fixed_at - started_at)
    if at < fixed_at:
        return Skill(slip=0.6, sent=0.22 + 0.08 * along, discarded=0.24 - 0.04 * along, rewritten=0.2)
    return Skill(slip=0.06, sent=0.5 + 0.06 * (along - 1), discarded=0.08, rewritten=0.05)


def withheld(scenario: Scenario) -> PastDraft:
    """The draft of a matter the AI should not or could not answer."""
    return PastDraft(
        decision=scenario.decision, reason=scenario.reason, question=scenario.question, confidence=0.21
    )


def past_draft(
    rng: Random,
    words: Words,
    opening: Opening,
    values: Details,
    *,
    locale: str,
    frame: tuple[str, str],
    skill: Skill,
) -> PastDraft:
    """A draft that answered, as written and as it was sent.

    Args:
        frame: greeting and sign-off around the text, empty in a chat.
    """
    claims = claims_of(fill(words.drafts[rng.choice(opening.drafts)], values))
    drafted = _slipped(claims, words, values) if rng.random() < skill.slip else claims
    text = _framed(frame, drafted)
    slipped = drafted != claims
    draft = PastDraft(
        decision="answer",
        text=text,
        claims=tuple(drafted),
        confidence=round(min(0.97, max(0.42, rng.gauss(0.78, 0.09))), 2),
    )
    chance = rng.random()
    if opening.replies and chance < skill.discarded + skill.rewritten:
        final = _wrapped(frame, fill(words.replies[rng.choice(opening.replies)], values))
        if chance >= skill.discarded:
            return replace(draft, final=final, outcome="edited")
        reason = rng.choice(list(DISCARD_REASONS[locale]))
        return replace(draft, final=final, outcome="discarded", outcome_reason=reason)
    if chance < skill.discarded + skill.rewritten + skill.sent and not slipped:
        return replace(draft, final=text, outcome="sent")
    additions = [fill(words.additions[place], values) for place in opening.additions]
    final = _framed(frame, _edited(rng, claims, additions))
    outcome = "edited" if final != text else "sent"
    return replace(draft, final=final, outcome=outcome)


def claims_of(marked: str) -> list[Claim]:
    """The sentences of a marked draft.

    Raises:
        ValueError: a sentence names no article.
    """
    claims = [Claim(found["text"].strip(), found["article"]) for found in _CLAIM.finditer(marked)]
    if not claims or _CLAIM.sub("", marked).strip():
        raise ValueError(f"Every sentence of a draft needs its article: {marked!r}")
    return claims


def _slipped(claims: list[Claim], words: Words, values: Details) -> list[Claim]:
    wrong = []
    for claim in claims:
        for slip in words.slips:
            right = fill(slip.right, values)
            if right in claim.text:
                text = claim.text.replace(right, fill(slip.wrong, values))
                claim = Claim(text, slip.article or claim.article, slipped=True)
        wrong.append(claim)
    return wrong


def _edited(rng: Random, claims: list[Claim], additions: list[str]) -> list[Claim]:
    """The rep's version: something of their own added, something not needed left out."""
    edited = list(claims)
    if len(edited) > 2 and rng.random() < 0.45:
        edited.pop(rng.randrange(1, len(edited)))
    for addition in rng.sample(additions, k=min(len(additions), rng.choice((1, 1, 2)))):
        place = 0 if rng.random() < 0.6 else len(edited)
        edited.insert(place, Claim(addition, ""))
    return edited


def _framed(frame: tuple[str, str], claims: list[Claim]) -> str:
    return _wrapped(frame, " ".join(claim.text for claim in claims))


def _wrapped(frame: tuple[str, str], text: str) -> str:
    return "\n\n".join(part for part in (frame[0], text, frame[1]) if part)
