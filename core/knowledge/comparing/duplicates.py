"""What a text says that live knowledge says already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.knowledge.analysis import language_of
from core.knowledge.comparing.nearby import Nearby
from core.knowledge.comparing.wording import content_stems, folded

_ALIKE = 0.65  # mean of the cosine and of the share of words: halfway between the two kinds that tuned it
_NEAR = 0.6  # cosine of passages that could be about the same
_SAME_WORDS = 0.4  # share of the shorter one's content words that the other must have as well
_SAME_WORDS_ALONE = 0.8  # where there is no vector to ask
_FEWEST_WORDS = 4
_MOST = 10


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A live passage that says nearly what a piece of the text says. ``likeness``: 0 to 1."""

    likeness: float
    mine: str
    theirs: str
    article_id: int
    article_version_id: int
    passage_id: int
    title: str
    heading_path: str


def duplicates_among(nearby: Nearby, *, locale: str) -> list[Duplicate]:
    """The nearest passage of each article that repeats a piece of the text, the most alike first."""
    language = language_of(locale)
    pieces = [frozenset(content_stems(folded(piece.text), language)) for piece in nearby.pieces]
    best: dict[int, Duplicate] = {}
    for row, passage in enumerate(nearby.passages):
        words = frozenset(content_stems(folded(passage.text), language))
        for at, mine in enumerate(pieces):
            if min(len(mine), len(words)) < _FEWEST_WORDS:
                continue
            share = len(mine & words) / min(len(mine), len(words))
            cosine = float(nearby.cosines[row, at])
            if np.isnan(cosine):
                if share < _SAME_WORDS_ALONE:
                    continue
                likeness = share
            else:
                likeness = (cosine + share) / 2
                if likeness < _ALIKE or cosine < _NEAR or share < _SAME_WORDS:
                    continue
            known = best.get(passage.article_id)
            if known is None or likeness > known.likeness:
                best[passage.article_id] = Duplicate(
                    likeness=round(likeness, 4),
                    mine=nearby.pieces[at].text,
                    theirs=passage.text,
                    article_id=passage.article_id,
                    article_version_id=passage.article_version_id,
                    passage_id=passage.passage_id,
                    title=passage.title,
                    heading_path=passage.heading_path,
                )
    return sorted(best.values(), key=lambda each: (-each.likeness, each.passage_id))[:_MOST]
