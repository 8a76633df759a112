"""Small things the tests of abstention are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.assist.abstention import CitedSentence, Example, Found, SignalInput

REFUND = "You can ask for a refund within 14 days of the purchase. Domains are not refunded."
OTHER_REFUND = "You can ask for a refund within 30 days of the purchase."
REGION = "Open Settings and choose the new region. Moving the site takes ten minutes."


def found(text: str, *, article: int = 1, title: str = "Refunds", score: float = 0.8) -> Found:
    return Found(article, title, text, score)


def given(question: str = "Can I get a refund for my purchase?", **changes: Any) -> SignalInput:
    """A good draft about refunds, with changes."""
    quote = REFUND.split(". ")[0] + "."
    fields: dict[str, Any] = {
        "questions": (question,),
        "passages": (found(REFUND), found(REGION, article=2, title="Regions", score=0.3)),
        "sentences": (CitedSentence(quote, quote, 1.0),),
        "factual": 1,
        "confidence": 0.8,
    }
    return SignalInput(**{**fields, **changes})


def examples(count: int, *, seed: int = 1, ease: float = 0.0, each: int = 1) -> list[Example]:
    """Outcomes of drafts whose chance to be right follows two of their three signals.

    Args:
        each: drafts a conversation; those of one conversation share their fate.
    """
    rng = np.random.default_rng(seed)
    made: list[Example] = []
    for number in range(count // each):
        retrieval, coverage, own = (float(value) for value in rng.random(3))
        chance = 1 / (1 + np.exp(-(5 * retrieval + 4 * coverage - 3.2 + ease)))
        right = bool(rng.random() < chance)
        signals = {"retrieval": retrieval, "coverage": coverage, "own": own}
        made += [Example(signals, right, f"c{number}")] * each
    return made
