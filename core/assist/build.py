"""Which build writes drafts now: the hash of everything that shapes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from threading import Lock
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.assist.abstention import live_calibration
from core.assist.agent import MOST_TURNS, PASSAGES_A_SEARCH, PASSAGES_AN_ARTICLE
from core.assist.grounding.citations import CONTRIBUTES, ENOUGH
from core.assist.grounding.quotes import SIMILAR_ENOUGH
from core.assist.guardrails import GUARDRAILS
from core.assist.instructions import INSTRUCTIONS, VERSION
from core.assist.released import read_released
from core.assist.tables import Build
from core.classifiers import holding_versions
from core.knowledge.tables import Article, ArticleVersion, SearchStamp
from core.settings import Settings

CANDIDATE = "candidate"
"""Version of instructions that are not the code's: tried by somebody, or released."""
_ID_LENGTH = 16
_SDK = {name: version(name) for name in ("openai", "openai-agents")}
_digests: dict[str, tuple[tuple[int, int], str]] = {}
_lock = Lock()


def current_build(
    *,
    session: Session,
    settings: Settings,
    actions: str = "",
    instructions: str | None = None,
    remember: bool = True,
) -> Build:
    """The build in force, not stored yet: see :func:`store_build`.

    Costs a few small queries while the knowledge stays the same; the digest of the live articles is kept
    per process and read again only after the search stamp moved.

    Args:
        actions: digest of the catalogue; empty where the agent can only search.
        instructions: exactly these, and exactly the settings' model; None: what is released, else ours.
        remember: False in a transaction that changes knowledge and may yet be undone.
    """
    if instructions is None:
        released = read_released(session=session)
        settings, instructions = released.settings(settings), released.instructions or INSTRUCTIONS
    contents: dict[str, Any] = {
        "instructions": {
            "version": VERSION if instructions == INSTRUCTIONS else CANDIDATE,
            "sha256": _sha256(instructions),
        },
        "model": {
            "provider": settings.model_provider,
            "name": settings.model_name,
            "base_url": settings.model_base_url,
            "api": settings.model_api,
        },
        "agent": {
            "turns": MOST_TURNS,
            "passages_a_search": PASSAGES_A_SEARCH,
            "passages_an_article": PASSAGES_AN_ARTICLE,
            "embedder": settings.embedder,
        },
        "verification": {"coverage": ENOUGH, "citation": CONTRIBUTES, "quote": SIMILAR_ENOUGH},
        "actions": actions,
        "classifiers": [list(each) for each in holding_versions(session=session)],
        "answering": _answering(session=session),
        "guardrails": {name: each.severity for name, each in GUARDRAILS.items()},
        "organisation": settings.organisation,
        "knowledge": knowledge_digest(session=session, remember=remember),
        "sdk": dict(_SDK),
    }
    return build_of(contents)


def _answering(*, session: Session) -> dict[str, Any]:
    """The level that drafts are held against; empty where they have no score."""
    used = live_calibration(session=session)
    if used is None:
        return {}
    fitted = json.dumps(used.model, sort_keys=True)
    return {
        "calibration": _sha256(fitted)[:_ID_LENGTH],
        "precision": used.precision,
        "threshold": used.threshold,
    }


def build_of(contents: dict[str, Any]) -> Build:
    """The build of these contents, not stored yet."""
    canonical = json.dumps(contents, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Build(id=_sha256(canonical)[:_ID_LENGTH], contents=contents)


def store_build(build: Build, *, session: Session) -> None:
    """Store a build unless it is stored already, also when two processes do so at once."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(Build)
    values = {"id": build.id, "contents": build.contents, "created_at": build.created_at}
    session.execute(insert.values(**values).on_conflict_do_nothing(index_elements=["id"]))


def knowledge_digest(*, session: Session, remember: bool = True) -> str:
    """SHA-256 over the live version of every article, by external id.

    Args:
        remember: False neither takes nor keeps what this process knows: what a transaction changed and then
            undid would be taken for the next change that counts the stamp to the same number.
    """
    state = (
        session.scalar(select(func.max(SearchStamp.passages))) or 0,
        session.scalar(select(func.max(ArticleVersion.id))) or 0,
    )
    address = str(session.get_bind().engine.url)
    known = _digests.get(address)
    if remember and known is not None and known[0] == state:
        return known[1]
    live = session.execute(
        select(Article.source, Article.external_id, ArticleVersion.digest)
        .join(ArticleVersion, col(ArticleVersion.id) == col(Article.live_version_id))
        .where(col(Article.status) == "live")
    )
    digest = digest_of_articles((row[0], row[1], row[2]) for row in live)
    if remember:
        with _lock:
            _digests[address] = (state, digest)
    return digest


def digest_of_articles(live: Iterable[tuple[str, str, str]]) -> str:
    """The same over ``(source, external id, digest of the version)`` of each article, in any order."""
    # sorted here: databases order by their own collation
    return _sha256("\n".join(sorted("\t".join(row) for row in live)))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
