"""Find the passages that answer a query: words and vectors together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from core.knowledge.analysis import language_of
from core.knowledge.lexical import Filter, Statistics, lexical_candidates, read_frequencies, read_statistics
from core.knowledge.query import split_query
from core.knowledge.ranking import Fields, LexicalScorer, evidence, strength
from core.knowledge.tables import Article, ArticleVersion, Passage
from core.knowledge.vectors import VectorSpace, open_vectors
from core.llm import Embedder

_CANDIDATES = 80  # from each side, for a query of one part; more of them changed no result measured
_FEWEST_CANDIDATES = 30  # ... and for each part of a long one
_GOOD = 0.3  # a hit this strong makes passages in other languages unnecessary
_ROWS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes:
        score: Strength of the evidence, 0..1, comparable between queries.
        lexical: Share of the query's information (IDF) that the passage's words cover, 0..1.
        semantic: Cosine of query and passage; None when there is no vector (yet).
    """

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
    score: float
    lexical: float | None
    semantic: float | None


@dataclass(frozen=True, slots=True)
class _Scored:
    passage_id: int
    article_id: int
    locale: str
    score: float
    lexical: float
    semantic: float | None


@dataclass(frozen=True, slots=True)
class _Question:
    """A query made ready: its parts as words and as vectors."""

    scorers: list[LexicalScorer]
    vectors: NDArray[np.float32] | None
    space: VectorSpace | None
    statistics: Statistics


def search(
    query: str,
    *,
    session: Session,
    embedder: Embedder | None,
    locale: str | None = None,
    audience: str | None = None,
    limit: int = 8,
    per_article: int = 2,
) -> list[Hit]:
    """The best passages of live articles for ``query``, best first; ties by passage id.

    Words are matched at once; vectors count as soon as :func:`embed_missing` has made them.

    Args:
        query: Anything a person wrote, from one word to a whole e-mail.
        embedder: None searches by words only.
        locale: Prefer passages in this language. Others only fill in while none of its passages
            is good. None: all languages alike.
        audience: ``public`` or ``internal``; None searches both.
        limit: Passages wanted.
        per_article: Most passages of one article among them.

    Raises:
        ProviderError: the embedder failed. Searching again with ``embedder=None`` will do.
    """
    parts = split_query(query)
    if not parts or limit <= 0:
        return []
    statistics = read_statistics(session)
    if not statistics.passages:
        return []
    question = _prepare(parts, statistics, embedder=embedder, session=session)
    preferred = _preferred(locale, statistics)
    found = _find(question, Filter(audience, preferred), session=session)
    if preferred is not None and (not found or max(hit.score for hit in found) < _GOOD):
        found += _find(question, Filter(audience, statistics.locales - preferred), session=session)
    found.sort(key=lambda hit: (-hit.score, hit.locale != locale, hit.passage_id))
    return _load(_spread(found, limit=limit, per_article=per_article), session=session)


def _prepare(
    parts: Sequence[str], statistics: Statistics, *, embedder: Embedder | None, session: Session
) -> _Question:
    languages = sorted({language_of(locale) for locale in statistics.locales})
    scorers = [LexicalScorer(part, languages, statistics) for part in parts]
    read_frequencies((term for scorer in scorers for term in scorer.all_terms), statistics, session=session)
    if embedder is None or not statistics.vectors_stamp:
        return _Question(scorers, None, None, statistics)
    space = open_vectors(embedder.name, statistics, session=session)
    if space.empty:
        return _Question(scorers, None, None, statistics)
    return _Question(scorers, embedder.embed(parts), space, statistics)


def _preferred(locale: str | None, statistics: Statistics) -> frozenset[str] | None:
    """The live locales in the language of ``locale``; None when there is nothing to prefer."""
    if not locale:
        return None
    same = frozenset(known for known in statistics.locales if language_of(known) == language_of(locale))
    return None if not same or same == statistics.locales else same


def _find(question: _Question, wanted: Filter, *, session: Session) -> list[_Scored]:
    """Candidates of both sides, each scored on both."""
    limit = max(_FEWEST_CANDIDATES, _CANDIDATES // len(question.scorers))
    ids: set[int] = set()
    for scorer in question.scorers:
        ids.update(
            lexical_candidates(
                scorer.all_terms, question.statistics, session=session, wanted=wanted, limit=limit
            )
        )
    if question.space is not None and question.vectors is not None:
        ids.update(question.space.nearest(question.vectors, wanted=wanted, limit=limit))
    rows = list(_candidate_rows(sorted(ids), session=session))
    if not rows:
        return []
    scores = np.array([[scorer.score(row.fields) for scorer in question.scorers] for row in rows])
    cosines = None
    if question.space is not None and question.vectors is not None:
        cosines = question.space.cosines([row.passage_id for row in rows], question.vectors)
    strengths = strength(evidence(scores[:, :, 0], cosines))
    covered = scores[:, :, 1].max(axis=1)
    nearest = None if cosines is None else cosines.max(axis=1)
    return [
        _Scored(
            passage_id=row.passage_id,
            article_id=row.article_id,
            locale=row.locale,
            score=float(strengths[at]),
            lexical=float(covered[at]),
            semantic=None if nearest is None or np.isnan(nearest[at]) else float(nearest[at]),
        )
        for at, row in enumerate(rows)
    ]


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage_id: int
    article_id: int
    locale: str
    fields: Fields


def _candidate_rows(ids: Sequence[int], *, session: Session) -> Iterator[_Candidate]:
    connection = session.connection()
    for at in range(0, len(ids), _ROWS_A_QUERY):
        # Hundreds of bound values take longer to prepare than the query takes to run.
        chosen = ", ".join(map(str, ids[at : at + _ROWS_A_QUERY]))
        rows = connection.exec_driver_sql(
            "SELECT p.id, p.article_id, p.locale, t.title, t.headings, t.body FROM passage p "  # noqa: S608
            f"JOIN passage_terms t ON t.passage_id = p.id WHERE p.id IN ({chosen}) ORDER BY p.id"
        )
        for key, article_id, locale, *texts in rows.fetchall():
            yield _Candidate(key, article_id, locale, Fields(language_of(locale), *map(str.split, texts)))


def _spread(found: Iterable[_Scored], *, limit: int, per_article: int) -> list[_Scored]:
    taken: dict[int, int] = {}
    result: list[_Scored] = []
    for hit in found:
        if taken.get(hit.article_id, 0) < per_article:
            taken[hit.article_id] = taken.get(hit.article_id, 0) + 1
            result.append(hit)
            if len(result) == limit:
                break
    return result


def _load(found: Sequence[_Scored], *, session: Session) -> list[Hit]:
    rows = session.execute(
        select(Passage, ArticleVersion, Article.external_id)  # type: ignore[call-overload]
        .join(ArticleVersion, col(ArticleVersion.id) == col(Passage.article_version_id))
        .join(Article, col(Article.id) == col(Passage.article_id))
        .where(col(Passage.id).in_([hit.passage_id for hit in found]))
    )
    loaded = {passage.key: (passage, version, external_id) for passage, version, external_id in rows}
    hits: list[Hit] = []
    for hit in found:
        passage, version, external_id = loaded[hit.passage_id]
        hits.append(
            Hit(
                passage_id=passage.key,
                article_id=passage.article_id,
                article_external_id=external_id,
                article_version_id=version.key,
                version_number=version.number,
                title=version.title,
                heading_path=passage.heading_path,
                text=passage.text,
                audience=passage.audience,
                locale=passage.locale,
                score=hit.score,
                lexical=hit.lexical,
                semantic=hit.semantic,
            )
        )
    return hits
