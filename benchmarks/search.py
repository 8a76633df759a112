"""Search quality against BM25 Okapi and vectors alone on the same passages, and search latency.

Two corpora that ask for different things: long technical pages with short questions (AWS), short
articles with long requests that need several of them (bank). Vectors are remembered in
``<home>/benchmarks`` because making them takes minutes; ``--fresh`` forgets them.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import col

from benchmarks import data as public
from benchmarks.data import Question
from benchmarks.table import Timing, ms, print_table
from core.database import Database, migrate
from core.knowledge import Article, ArticleRecord, Passage, embed_missing, import_articles, search
from core.knowledge.analysis import query_terms, terms
from core.llm import Embedder, get_embedder
from core.settings import get_settings

BM25_SETTINGS = ((1.2, 0.75), (1.5, 0.75))
DEPTH = 10
LATENCY_TARGET_MS = 25.0
COPIES = 4  # of the AWS corpus, about 100,000 passages

Ranker = Callable[[str], list[str]]
"""Article ids for a query, best first."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A knowledge base with questions. ``recall`` says whether a question needs several articles."""

    name: str
    articles: Callable[[], Iterable[ArticleRecord]]
    questions: list[Question]
    recall: bool


def main() -> int:
    """Run the comparison; exit 1 when our search is not above BM25 on each measure."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--fresh", action="store_true", help="make all vectors anew")
    arguments.add_argument("--quick", action="store_true", help="leave out the run at 100,000 passages")
    options = arguments.parse_args()
    data = public.shared_data()
    if data is None:
        print("skipped: no public data (set RATCHET_SHARED_DATA, or put it into ../shared/data)")
        return 0
    memory = get_settings().home / "benchmarks" / "vectors.sqlite"
    if options.fresh:
        memory.unlink(missing_ok=True)
    embedder = RememberingEmbedder(get_embedder(get_settings()), memory)
    corpora = (
        Corpus("aws", lambda: public.aws_articles(data), public.aws_questions(data), recall=False),
        Corpus("bank", lambda: public.bank_articles(data), public.bank_requests(data), recall=True),
    )
    good = True
    for corpus in corpora:
        with tempfile.TemporaryDirectory(prefix="ratchet-search-") as folder:
            database = Database(f"sqlite:///{folder}/search.sqlite")
            _fill(database, corpus.articles(), source=corpus.name, embedder=embedder)
            good &= compare(corpus, database, embedder)
            if corpus.name == "aws":
                latency(corpus, database, embedder)
                if not options.quick:
                    for copy in range(1, COPIES):
                        _fill(
                            database,
                            _copied(corpus.articles(), copy),
                            source=f"copy{copy}",
                            embedder=embedder,
                        )
                    latency(corpus, database, embedder)
            database.dispose()
    return 0 if good else 1


def compare(corpus: Corpus, database: Database, embedder: Embedder) -> bool:
    """Print a table of rankers; True when ours is above BM25 on each measure."""
    names = [f"recall@{DEPTH}"] if corpus.recall else ["hit@1", "hit@5", f"MRR@{DEPTH}"]
    passages = _read_passages(database)
    rankers: dict[str, Ranker] = {
        f"BM25 Okapi, k1={k1}, b={b}{', every word' if every_word else ''}": okapi(
            passages, k1=k1, b=b, every_word=every_word
        )
        for every_word in (False, True)
        for k1, b in BM25_SETTINGS
    }
    references = list(rankers)
    rankers["vectors only"] = nearest(passages, database, embedder)
    rankers["ours, words only"] = ours(database, None)
    rankers["ours"] = ours(database, embedder)
    measured = {
        name: np.array(
            [measure(ranker(question.text), question, recall=corpus.recall) for question in corpus.questions]
        )
        for name, ranker in rankers.items()
    }
    reference = max(references, key=lambda name: float(measured[name].mean()))
    rows = [
        [name, *(f"{value:.3f}" for value in values.mean(axis=0)), *_gains(values, measured[reference])]
        for name, values in measured.items()
    ]
    print_table(
        f"{corpus.name}: {len(passages.texts):,} passages, {len(corpus.questions)} questions "
        "(95 % interval: paired bootstrap of the difference to the best BM25)",
        ["", *names, *(f"{name} +/-" for name in names)],
        rows,
    )
    return all((measured["ours"].mean(axis=0) > measured[name].mean(axis=0)).all() for name in references)


def measure(found: Sequence[str], question: Question, *, recall: bool) -> tuple[float, ...]:
    """Hit@1, hit@5 and reciprocal rank, or recall, of the first ten articles."""
    ranks = [rank for rank, article in enumerate(found[:DEPTH], start=1) if article in question.relevant]
    if recall:
        return (len(ranks) / len(question.relevant),)
    first = ranks[0] if ranks else None
    return float(first == 1), float(first is not None and first <= 5), 1 / first if first else 0.0


def latency(corpus: Corpus, database: Database, embedder: Embedder) -> None:
    """Print how long a search takes on what the database holds."""
    queries = [question.text for question in corpus.questions]
    prepared = PreparedEmbedder(embedder, queries)
    variants: list[tuple[str, Embedder | None]] = [
        ("words only", None),
        ("words and vectors", prepared),
        ("... with embedding the query", get_embedder(get_settings())),
    ]
    with database.reading() as session:
        count = len(session.execute(select(col(Passage.id)).where(col(Passage.live))).all())
    rows: list[list[str]] = []
    for name, chosen in variants:
        _search(database, queries[0], chosen)
        taken, used = [], []
        for query in queries:
            started, cpu = time.perf_counter(), time.process_time()
            _search(database, query, chosen)
            taken.append((time.perf_counter() - started) * 1000)
            used.append((time.process_time() - cpu) * 1000)
        wall, work = Timing(tuple(taken)), Timing(tuple(used))
        rows.append([name, ms(wall.p50), ms(wall.p95), ms(work.p50), ms(work.p95)])
    print_table(
        f"latency at {count:,} passages, ms "
        f"(target at 25,000: p50 under {LATENCY_TARGET_MS:.0f} without embedding the query)",
        ["", "p50", "p95", "CPU p50", "CPU p95"],
        rows,
    )


@dataclass(frozen=True, slots=True)
class Passages:
    """The live passages of a database: everything a reference needs."""

    ids: list[int]
    articles: list[str]
    texts: list[str]  # heading path and text


def okapi(passages: Passages, *, k1: float, b: float, every_word: bool) -> Ranker:
    """BM25 Okapi (bm25s) over the same passages, with the same stems as our index.

    Function words are left out of the query, as in our search, unless ``every_word`` is wanted.
    """
    analyse = terms if every_word else query_terms
    index = bm25s.BM25(k1=k1, b=b, method="lucene")
    index.index([terms(text, "en") for text in passages.texts], show_progress=False)
    known = index.vocab_dict

    def rank(query: str) -> list[str]:
        wanted = [term for term in analyse(query, "en") if term in known]
        return _articles(index.get_scores(wanted), passages) if wanted else []

    return rank


def nearest(passages: Passages, database: Database, embedder: Embedder) -> Ranker:
    """Vectors alone: the cosine of query and passage."""
    from core.knowledge.tables import PassageVector

    with database.reading() as session:
        stored = dict(
            session.execute(
                select(col(PassageVector.passage_id), PassageVector.vector).where(
                    col(PassageVector.embedder) == embedder.name
                )
            ).all()
        )
    matrix = np.stack([stored[key] for key in passages.ids])
    return lambda query: _articles(matrix @ embedder.embed([query])[0], passages)


def ours(database: Database, embedder: Embedder | None) -> Ranker:
    """The search of the product."""
    return lambda query: _search(database, query, embedder)


def _search(database: Database, query: str, embedder: Embedder | None) -> list[str]:
    with database.reading() as session:
        hits = search(query, session=session, embedder=embedder, locale="en", limit=DEPTH, per_article=1)
    return [hit.article_external_id for hit in hits]


def _articles(scores: NDArray[np.float32], passages: Passages) -> list[str]:
    ranked: dict[str, None] = {}
    for row in np.argsort(-scores, kind="stable"):
        ranked[passages.articles[row]] = None
        if len(ranked) == DEPTH:
            break
    return list(ranked)


def _gains(values: NDArray[np.float64], reference: NDArray[np.float64]) -> list[str]:
    difference = values - reference
    if not difference.any():
        return ["" for _ in range(values.shape[1])]
    draws = np.random.default_rng(1).integers(0, len(difference), (5000, len(difference)))
    low, high = np.percentile(difference[draws].mean(axis=1), [2.5, 97.5], axis=0)
    return [f"{a:+.3f}..{b:+.3f}" for a, b in zip(low, high, strict=True)]


def _fill(database: Database, articles: Iterable[ArticleRecord], *, source: str, embedder: Embedder) -> None:
    migrate(database)
    started = time.monotonic()
    report = import_articles(articles, database=database, source=source)
    stored = time.monotonic()
    vectors = embed_missing(database=database, embedder=embedder, batch=256)
    print(
        f"{source}: {report.new:,} articles in {stored - started:.0f} s, "
        f"{vectors:,} vectors in {time.monotonic() - stored:.0f} s",
        flush=True,
    )


def _copied(articles: Iterable[ArticleRecord], copy: int) -> Iterable[ArticleRecord]:
    return (replace(article, external_id=f"{copy}/{article.external_id}") for article in articles)


def _read_passages(database: Database) -> Passages:
    with database.reading() as session:
        rows = session.execute(
            select(col(Passage.id), col(Article.external_id), col(Passage.heading_path), col(Passage.text))
            .join(Article, col(Article.id) == col(Passage.article_id))
            .where(col(Passage.live))
            .order_by(col(Passage.id))
        ).all()
    return Passages(
        [row[0] for row in rows], [row[1] for row in rows], [f"{row[2]}\n{row[3]}" for row in rows]
    )


class RememberingEmbedder:
    """Keeps every vector in a file, so that a second run does not make it again."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self._embedder = embedder
        self.name, self.dimensions = embedder.name, embedder.dimensions
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path)
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"
        )

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``Embedder``."""
        keys = [hashlib.sha256(f"{self.name}\n{text}".encode()).digest() for text in texts]
        found = {
            key: self._file.execute("SELECT value FROM vector WHERE key = ?", (key,)).fetchone()
            for key in keys
        }
        missing = {key: text for key, text in zip(keys, texts, strict=True) if found[key] is None}
        for key, row in zip(missing, self._embedder.embed(list(missing.values())), strict=True):
            value = row.astype("<f4").tobytes()
            found[key] = (value,)
            self._file.execute("INSERT OR REPLACE INTO vector VALUES (?, ?)", (key, value))
        self._file.commit()
        return np.stack([np.frombuffer(found[key][0], dtype="<f4") for key in keys])


class PreparedEmbedder:
    """Has the vectors of known queries at hand, to time a search without embedding."""

    def __init__(self, embedder: Embedder, queries: Sequence[str]) -> None:
        from core.knowledge.query import split_query

        self.name, self.dimensions = embedder.name, embedder.dimensions
        parts = sorted({part for query in queries for part in split_query(query)})
        self._rows = dict(zip(parts, embedder.embed(parts), strict=True))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``Embedder``; only for the texts it was made with."""
        return np.stack([self._rows[text] for text in texts])


if __name__ == "__main__":
    sys.exit(main())
