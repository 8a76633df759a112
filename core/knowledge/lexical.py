"""The lexical side of search: corpus statistics and candidates from the database's own index.

Candidates come from FTS5 or from ``tsvector``; how well a candidate matches is then computed by
:mod:`core.knowledge.ranking` from the stored terms, alike on both databases.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlmodel import Session, col

from core.knowledge.tables import Article, SearchStamp

FIELD_WEIGHTS = (2.0, 1.5, 1.0)  # title, headings, body

_COMMON_SHARE = 0.02  # terms in more passages than this share and this number only cost time
_COMMON_COUNT = 500
_FEWEST_TERMS = 3
_MOST_TERMS = 24  # the rarest; all others still count in the ranking
_CACHED_DATABASES = 8
_IDF_STEP = 0.1
_LENGTH_STEP = math.log(1.05)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages count. None means: any."""

    audience: str | None = None
    locales: frozenset[str] | None = None


@dataclass(slots=True)
class Statistics:
    """Figures about all live passages, as of one search stamp."""

    passages_stamp: int
    vectors_stamp: int
    passages: int
    mean_terms: tuple[float, float, float]
    locales: frozenset[str]
    frequencies: dict[str, int] = field(default_factory=dict)

    def idf(self, term: str) -> float:
        """Inverse document frequency of a term whose frequency has been read, in steps of 0.1.

        In steps, so that an article more or less leaves the scores of unrelated queries exactly as they were.
        """
        return max(_IDF_STEP, round(self.exact_idf(term) / _IDF_STEP) * _IDF_STEP)

    def exact_idf(self, term: str) -> float:
        """The same without steps."""
        frequency = min(self.frequencies.get(term, 0), self.passages)
        return math.log1p((self.passages - frequency + 0.5) / (frequency + 0.5))

    @property
    def idf_of_rarest(self) -> float:
        """The IDF of a term that occurs in a single passage, in steps as well."""
        exact = math.log1p(max(0.5, self.passages - 0.5) / 1.5)
        return max(_IDF_STEP, round(exact / _IDF_STEP) * _IDF_STEP)


_cache: OrderedDict[str, Statistics] = OrderedDict()
_lock = threading.Lock()


def database_key(session: Session) -> str:
    """Names the database behind a session, for caches of this process."""
    return session.get_bind().engine.url.render_as_string(hide_password=False)


def read_statistics(session: Session) -> Statistics:
    """The statistics in force; only the stamp is read when nothing has changed."""
    key = database_key(session)
    stamp = session.execute(
        select(
            SearchStamp.passages,  # type: ignore[call-overload]
            SearchStamp.vectors,
            SearchStamp.live_passages,
            SearchStamp.title_terms,
            SearchStamp.heading_terms,
            SearchStamp.body_terms,
        )
    ).one()
    with _lock:
        known = _cache.get(key)
    if known is not None and (known.passages_stamp, known.vectors_stamp) == (stamp.passages, stamp.vectors):
        return known
    if known is not None and known.passages_stamp == stamp.passages:
        locales, frequencies = known.locales, known.frequencies
    else:
        rows = session.execute(select(col(Article.locale)).where(col(Article.status) == "live").distinct())
        locales, frequencies = frozenset(rows.scalars()), {}
    count = max(1, stamp.live_passages)
    fresh = Statistics(
        passages_stamp=stamp.passages,
        vectors_stamp=stamp.vectors,
        passages=stamp.live_passages,
        mean_terms=(
            _in_steps(stamp.title_terms / count),
            _in_steps(stamp.heading_terms / count),
            _in_steps(stamp.body_terms / count),
        ),
        locales=locales,
        frequencies=frequencies,
    )
    with _lock:
        _cache[key] = fresh
        _cache.move_to_end(key)
        while len(_cache) > _CACHED_DATABASES:
            _cache.popitem(last=False)
    return fresh


def read_frequencies(terms: Iterable[str], statistics: Statistics, *, session: Session) -> None:
    """Make sure ``statistics`` knows in how many live passages each term occurs."""
    unknown = sorted(set(terms) - statistics.frequencies.keys())
    if not unknown:
        return
    if _on_sqlite(session):
        marks = ", ".join(f":t{number}" for number in range(len(unknown)))
        query = text(f"SELECT term, doc FROM passage_fts_terms WHERE term IN ({marks})")  # noqa: S608 (only bind names)
        rows = session.execute(query, {f"t{number}": term for number, term in enumerate(unknown)})
    else:
        query = text(
            "SELECT wanted, (SELECT count(*) FROM passage_terms"
            " WHERE lexemes @@ CAST('''' || wanted || '''' AS tsquery))"
            " FROM unnest(CAST(:terms AS text[])) AS wanted"
        )
        rows = session.execute(query, {"terms": unknown})
    found = {str(term): int(count) for term, count in rows}
    statistics.frequencies.update({term: found.get(term, 0) for term in unknown})


def lexical_candidates(
    terms: Iterable[str], statistics: Statistics, *, session: Session, wanted: Filter, limit: int
) -> list[int]:
    """Ids of the passages that match ``terms`` best, best first."""
    selected = _selective(terms, statistics)
    if not selected or limit <= 0:
        return []
    if _on_sqlite(session):
        return _from_fts5(selected, session=session, wanted=wanted, limit=limit)
    weights = [statistics.exact_idf(term) for term in selected]
    return _from_tsvector(selected, weights, session=session, wanted=wanted, limit=limit)


def _selective(terms: Iterable[str], statistics: Statistics) -> list[str]:
    present = [term for term in set(terms) if statistics.frequencies.get(term)]
    present.sort(key=lambda term: (statistics.frequencies[term], term))
    common = max(_COMMON_COUNT, int(_COMMON_SHARE * statistics.passages))
    rare = [term for term in present if statistics.frequencies[term] <= common]
    return (rare if len(rare) >= _FEWEST_TERMS else present[:_FEWEST_TERMS])[:_MOST_TERMS]


def _from_fts5(terms: Sequence[str], *, session: Session, wanted: Filter, limit: int) -> list[int]:
    join, condition, values = conditions(wanted, passage_id="passage_fts.rowid")
    query = text(
        f"SELECT passage_fts.rowid FROM passage_fts {join} WHERE passage_fts MATCH :match {condition} "  # noqa: S608
        f"ORDER BY bm25(passage_fts, {', '.join(map(str, FIELD_WEIGHTS))}), passage_fts.rowid LIMIT :limit"
    )
    match = " OR ".join(f'"{term}"' for term in terms)
    rows = session.execute(query, {"match": match, "limit": limit, **values})
    return [int(key) for key in rows.scalars()]


def _from_tsvector(
    terms: Sequence[str], weights: Sequence[float], *, session: Session, wanted: Filter, limit: int
) -> list[int]:
    # One index look-up a term; summing IDF needs no look into the (long) tsvectors themselves.
    join, condition, values = conditions(wanted, passage_id="found.passage_id")
    matches = " UNION ALL ".join(
        f"SELECT passage_id, CAST(:w{number} AS float8) AS weight FROM passage_terms "  # noqa: S608
        f"WHERE lexemes @@ CAST(:t{number} AS tsquery)"
        for number in range(len(terms))
    )
    for number, (term, weight) in enumerate(zip(terms, weights, strict=True)):
        values[f"t{number}"], values[f"w{number}"] = f"'{term}'", weight
    query = text(
        f"SELECT found.passage_id FROM ({matches}) AS found {join} WHERE true {condition} "  # noqa: S608
        "GROUP BY found.passage_id ORDER BY sum(found.weight) DESC, found.passage_id LIMIT :limit"
    )
    return [int(key) for key in session.execute(query, {"limit": limit, **values}).scalars()]


def conditions(wanted: Filter, *, passage_id: str) -> tuple[str, str, dict[str, object]]:
    """SQL for a filter: a join of ``passage`` (empty when not needed), conditions, and their values."""
    condition, values = "", dict[str, object]()
    if wanted.audience is not None:
        condition += " AND passage.audience = :audience"
        values["audience"] = wanted.audience
    if wanted.locales is not None:
        names = {f"locale{number}": locale for number, locale in enumerate(sorted(wanted.locales))}
        condition += f" AND passage.locale IN ({', '.join(f':{name}' for name in names)})"
        values.update(names)
    join = f"JOIN passage ON passage.id = {passage_id}" if condition else ""
    return join, condition, values


def _in_steps(length: float) -> float:
    """A mean length in steps of 5 %, see :meth:`Statistics.idf`."""
    return math.exp(round(math.log(length) / _LENGTH_STEP) * _LENGTH_STEP) if length > 0 else 0.0


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
