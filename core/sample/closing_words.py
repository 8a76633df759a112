"""A classifier of the sample: whether a matter was resolved, by the customer's last words.

It is the kind of rule a team begins with: cheap, right about most matters, and wrong about those that end
without a word. Its judgements stand beside the specialists' labels, so that estimates from both can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from core.criteria import Criterion, Judgement
from core.sample.history import Stored
from core.sample.story import Story

NAME = "closing words"
_THANKS = re.compile(
    r"\b(?:thank|thanks|cheers|perfect|great|works now|danke|super|klappt|passt|gracias|perfecto|genial)\b",
    re.IGNORECASE,
)
_SURE, _UNSURE, _NO = 0.9, 0.62, 0.74
_AFTER = timedelta(minutes=5)


def judge_by_closing_words(
    stories: Sequence[Story], stored: Stored, criterion: Criterion
) -> Iterator[Judgement]:
    """One judgement for every past conversation."""
    for story in stories:
        if not story.resolved:
            continue
        answer, confidence = closing_words(story)
        yield Judgement(
            criterion_id=criterion.key,
            subject_type="conversation",
            subject_id=stored.conversations[story.record.external_id],
            answer=answer,
            judge_type="classifier",
            judge=NAME,
            confidence=confidence,
            created_at=story.record.messages[-1].created_at + _AFTER,
        )


def closing_words(story: Story) -> tuple[str, float]:
    """The answer, and how sure it is: thanks are, silence after our reply is not, a last question says no."""
    last = story.record.messages[-1]
    if last.author != "customer":
        return "yes", _UNSURE
    return ("yes", _SURE) if _THANKS.search(last.text) else ("no", _NO)
