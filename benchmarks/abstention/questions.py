"""AWS questions against AWS's own documents (answerable) and against a bank's articles (none is).

Through the real drafting pipeline, offline model and all. An answer is right when it cites the one
document that is marked as answering; others may answer too, so "right" is a lower bound.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks import data as public
from benchmarks.abstention.report import Judged, compare
from core.assist import DraftResult, abstention, draft_now, equip
from core.assist.abstention import CitedSentence, Example, Found, SignalInput
from core.database import Database, migrate
from core.knowledge import ArticleRecord, embed_missing, import_articles
from core.llm import Embedder
from core.sample import ANSWERS
from core.settings import get_settings

TOP_SCORE = "top score"


def measure(data: Path, embedder: Embedder, *, articles: int) -> None:
    """Draft for every question against both knowledge bases and compare ways to score.

    Args:
        articles: how many AWS documents to search in; those that answer are always among them.
    """
    asked = public.aws_questions(data)
    wanted = frozenset(document for question in asked for document in question.relevant)
    corpus = list(public.aws_articles(data))
    answering = [article for article in corpus if article.external_id in wanted]
    others = (article for article in corpus if article.external_id not in wanted)
    own = [*answering, *islice(others, max(0, articles - len(answering)))]
    texts = [question.text for question in asked]
    drafts = [*_drafts(texts, own, embedder), *_drafts(texts, public.bank_articles(data), embedder)]
    given = [_observed(text, draft) for text, draft in zip([*texts, *texts], drafts, strict=True)]
    found = [abstention.signals(each) for each in given]
    answerable = np.array([True] * len(asked) + [False] * len(asked))
    right = np.array(
        [_cites(draft, question.relevant) for draft, question in zip(drafts, asked, strict=False)]
        + [False] * len(asked)
    )
    examples = [
        Example(signals, bool(good), text)
        for signals, good, text in zip(found, right, [*texts, *texts], strict=True)
    ]
    crossed = abstention.cross_fitted(examples)
    with ANSWERS.open(encoding="utf-8") as lines:
        labelled = list(abstention.read_labelled(map(json.loads, lines)))
    sample = abstention.prepare(labelled, source="labelled", scope="sample")
    answers = np.array([draft.decision == "answer" for draft in drafts])
    print(
        f"\naws: {len(asked)} questions, {len(own):,} AWS articles, the bank's articles; the model "
        f"answered {int(answers[answerable].sum())} of {len(asked)} answerable "
        f"({int(right.sum())} by the marked document) "
        f"and {int(answers[~answerable].sum())} of {len(asked)} unanswerable"
    )
    ways = {
        TOP_SCORE: np.array([signals["retrieval"] for signals in found]),
        "model's own confidence": np.array([signals.get("own", 0.0) for signals in found]),
        "ours, as fitted on the sample": np.array([abstention.score(signals, sample) for signals in found]),
        "ours, cross-fitted by question": np.array(crossed),
    }
    compare(
        "aws against its own documents and the bank's", ways, Judged(answerable, right), reference=TOP_SCORE
    )


def _drafts(texts: list[str], articles: Iterable[ArticleRecord], embedder: Embedder) -> list[DraftResult]:
    settings = get_settings()
    with tempfile.TemporaryDirectory(prefix="ratchet-abstention-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'abstention.sqlite'}")
        migrate(database)
        import_articles(articles, database=database, source="abstention")
        embed_missing(database=database, embedder=embedder, batch=256)
        equipment = equip(database, settings)
        drafts = [
            draft_now(
                [{"author": "customer", "text": text}],
                database=database,
                settings=settings,
                equipment=equipment,
            )
            for text in texts
        ]
        database.dispose()
    return drafts


def _observed(text: str, draft: DraftResult) -> SignalInput:
    """A draft as the score sees it. One that is no answer counts as an answer without sentences."""
    sentences = tuple(
        CitedSentence(draft.text[each.start : each.end], each.quote, each.support) for each in draft.citations
    )
    return SignalInput(
        questions=(text,),
        passages=tuple(
            Found(each.hit.article_id, each.hit.title, each.hit.text, each.hit.score)
            for each in draft.retrieved
        ),
        sentences=sentences if draft.decision == "answer" else (),
        factual=len({each.text for each in sentences}) + len(draft.removed),
        confidence=draft.confidence,
    )


def _cites(draft: DraftResult, documents: frozenset[str]) -> bool:
    cited = {citation.hit.article_external_id for citation in draft.citations}
    return draft.decision == "answer" and bool(cited & documents)
