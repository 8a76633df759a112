"""The hand-written pairs of passages, half of them saying the same. Halves are made as in ``pairs``.

A third part was written after the threshold was set, and nothing was tuned on it: it alone says what to
expect.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.knowledge.pairs import HELD_OUT, TUNING, Score
from core.knowledge.comparing.duplicates import duplicates_among
from core.knowledge.comparing.nearby import Nearby, NearPassage
from core.knowledge.indexing import embedding_text
from core.knowledge.passages import cut_passages
from core.llm import Embedder

PASSAGES = Path(__file__).with_name("duplicates.jsonl")
UNSEEN_PASSAGES = Path(__file__).with_name("duplicates_unseen.jsonl")


@dataclass(frozen=True, slots=True)
class PassagePair:
    """Two short articles (title and body), and whether one repeats the other."""

    id: str
    language: str
    duplicate: bool
    left: list[str]
    right: list[str]

    @property
    def half(self) -> str:
        """Which half the pair is in: by the number at the end of its id."""
        return TUNING if int(self.id.rpartition("-")[2]) % 2 else HELD_OUT


def read_passages(path: Path = PASSAGES) -> list[PassagePair]:
    """All pairs, in the order of the file."""
    return [PassagePair(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def repeats(pair: PassagePair, embedder: Embedder) -> bool:
    """What the product says when the right one is live and the left one is to be written."""
    mine, theirs = (cut_passages(title, body)[0] for title, body in (pair.left, pair.right))
    titles = (pair.left[0], pair.right[0])
    one, two = embedder.embed(
        [embedding_text(cut.path(title), cut.text) for cut, title in zip((mine, theirs), titles, strict=True)]
    )
    passage = NearPassage(1, 1, 1, pair.right[0], theirs.path(pair.right[0]), theirs.text)
    nearby = Nearby([mine], [passage], (one @ two).reshape(1, 1))
    return bool(duplicates_among(nearby, locale=pair.language))


def score_passages(pairs: Sequence[PassagePair], embedder: Embedder) -> Score:
    """Precision and recall on some pairs."""
    said = [(pair.duplicate, repeats(pair, embedder)) for pair in pairs]
    return Score(said.count((True, True)), said.count((False, True)), said.count((True, False)))
