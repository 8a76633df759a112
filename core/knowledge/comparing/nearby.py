"""The live passages a text could repeat or contradict, with how near each piece of the text is to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from core.knowledge.analysis import language_of, query_terms
from core.knowledge.indexing import embedding_text
from core.knowledge.lexical import Filter, lexical_candidates, read_frequencies, read_statistics
from core.knowledge.passages import Cut, cut_passages
from core.knowledge.tables import Article, Passage
from core.knowledge.vectors import open_vectors
from core.llm import Embedder

_NEAREST = 24  # passages by meaning, for each piece of the text
_BY_WORDS = 16  # and by words
_MOST_PIECES = 60  # of a very long text; what lies behind is not compared
_ROWS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class NearPassage:
    """A live passage in the language of the text."""

    passage_id: int
    article_id: int
    article_version_id: int
    title: str
    heading_path: str
    text: str

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings it stands under, below the title."""
        rest = self.heading_path.removeprefix(self.title).removeprefix(" > ")
        return tuple(rest.split(" > ")) if rest else ()


@dataclass(frozen=True, slots=True)
class Nearby:
    """The pieces of a text, the passages near any of them, and cosines (passages, pieces), NaN if unknown."""

    pieces: list[Cut]
    passages: list[NearPassage]
    cosines: NDArray[np.float32]


def find_nearby(
    title: str,
    body: str,
    *,
    locale: str,
    session: Session,
    embedder: Embedder | None,
    besides: Collection[int] = (),
) -> Nearby:
    """Passages of live articles in the language of ``locale`` that are near the text.

    They are looked for by meaning and by words.

    Args:
        embedder: None looks by words only.
        besides: articles that do not count, such as the one the text is to replace.

    Raises:
        ProviderError: the embedder failed.
    """
    pieces = cut_passages(title, body)[:_MOST_PIECES]
    statistics = read_statistics(session)
    same = frozenset(known for known in statistics.locales if language_of(known) == language_of(locale))
    nothing = np.zeros((0, len(pieces)), dtype=np.float32)
    if not same or not statistics.passages:
        return Nearby(pieces, [], nothing)
    wanted = Filter(locales=same)
    ids: set[int] = set()
    for piece in pieces:
        words = query_terms(f"{piece.path(title)} {piece.text}", locale)
        read_frequencies(words, statistics, session=session)
        ids.update(lexical_candidates(words, statistics, session=session, wanted=wanted, limit=_BY_WORDS))
    space = vectors = None
    if embedder is not None and statistics.vectors_stamp:
        space = open_vectors(embedder.name, statistics, session=session)
        if not space.empty:
            vectors = embedder.embed([embedding_text(piece.path(title), piece.text) for piece in pieces])
            for row in range(0, len(pieces)):
                ids.update(space.nearest(vectors[row : row + 1], wanted=wanted, limit=_NEAREST))
    passages = _read(sorted(ids), besides, session=session)
    if space is None or vectors is None or not passages:
        return Nearby(pieces, passages, np.full((len(passages), len(pieces)), np.nan, dtype=np.float32))
    return Nearby(pieces, passages, space.cosines([each.passage_id for each in passages], vectors))


def _read(ids: Sequence[int], besides: Collection[int], *, session: Session) -> list[NearPassage]:
    found: list[NearPassage] = []
    for at in range(0, len(ids), _ROWS_A_QUERY):
        rows = session.execute(
            select(
                Passage.id,  # type: ignore[call-overload]
                Passage.article_id,
                Passage.article_version_id,
                Article.title,
                Passage.heading_path,
                Passage.text,
            )
            .join(Article, col(Article.id) == col(Passage.article_id))
            .where(col(Passage.id).in_(ids[at : at + _ROWS_A_QUERY]), col(Passage.live))
            .order_by(col(Passage.id))
        )
        found.extend(NearPassage(*row) for row in rows if row[1] not in besides)
    return found
