"""What a search of the knowledge base gives a model, and whether it would give the same again."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial as bound
from typing import Any

from core.assist.agent import PASSAGES_A_SEARCH, PASSAGES_AN_ARTICLE
from core.assist.context import Context
from core.assist.grounding.evidence import Find
from core.assist.grounding.wording import language_of
from core.assist.guardrails import Finding, check_source
from core.database import Database
from core.errors import ProviderError
from core.knowledge import Hit, search
from core.llm import Embedder

log = logging.getLogger(__name__)

_SAME_SCORE = 1e-5
"""Sums of floats differ by less than this between two ways to add them up, and nothing looks closer."""


def find_passages(
    query: str,
    *,
    locale: str,
    language: str,
    database: Database,
    embedder: Embedder | None,
    findings: list[Finding],
) -> list[Hit]:
    """What the knowledge base gives, as a model may see it.

    Instructions are taken out and noted in ``findings``. Internal passages in another language than
    the reply are left out: translated into it, nothing would recognise them.

    Args:
        locale: of the customer. language: of the reply.
    """
    find = bound(search, query, locale=locale, limit=PASSAGES_A_SEARCH, per_article=PASSAGES_AN_ARTICLE)
    with database.reading() as session:
        try:
            hits = find(session=session, embedder=embedder)
        except ProviderError as error:
            log.warning("searching by words only: %s", error)
            hits = find(session=session, embedder=None)
    given: list[Hit] = []
    for hit in hits:
        if hit.audience != "public" and language_of(hit.locale) not in ("", language):
            continue
        cleaned = check_source(hit.text, origin="article", name=hit.title)
        findings += [each for each in cleaned.findings if each not in findings]
        given.append(replace(hit, text=cleaned.text) if cleaned.findings else hit)
    return given


def describe_searches(finds: Sequence[Find], context: Context) -> tuple[dict[str, Any], ...]:
    """The searches of a run as plain values.

    ``{query, locale, language, found: [[passage id, score, digest of what it says]]}``
    """
    return tuple(
        {
            "query": each.query,
            "locale": context.locale,
            "language": context.language,
            "found": [[hit.passage_id, round(hit.score, 7), _digest(hit)] for hit in each.hits],
        }
        for each in finds
    )


def finds_again(
    searches: Sequence[Mapping[str, Any]], *, database: Database, embedder: Embedder | None
) -> bool:
    """Whether every search gives the same passages now, in the same order and with the same scores.

    Then whatever a run makes of them is the same too.
    """
    for each in searches:
        found = find_passages(
            each["query"],
            locale=each["locale"],
            language=each["language"],
            database=database,
            embedder=embedder,
            findings=[],
        )
        if len(found) != len(each["found"]):
            return False
        for hit, (passage_id, score, digest) in zip(found, each["found"], strict=True):
            if hit.passage_id != passage_id or abs(hit.score - score) > _SAME_SCORE or _digest(hit) != digest:
                return False
    return True


def _digest(hit: Hit) -> str:
    """Of everything of a passage that a run sees: its number may be another's in a layer that is gone."""
    seen = (hit.article_external_id, hit.version_number, hit.title, hit.heading_path, hit.text, hit.audience)
    return hashlib.sha256("\n".join(map(str, seen)).encode()).hexdigest()[:16]
