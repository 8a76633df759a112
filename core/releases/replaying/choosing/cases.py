"""The cases of a replay, each with why it is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable

from sqlalchemy import String, cast, or_
from sqlmodel import Session, col, select

from core.assist.tables import Citation, Draft
from core.database import Database
from core.evals.tables import EvalCase, EvalResult, EvalRun, EvalSuite, EvalSuiteMember
from core.knowledge import search
from core.knowledge.tables import Article, Passage
from core.releases.replaying.staging import Stage
from core.releases.tables import ProposalChange

SMOKE, CITES, FINDS, BROAD = "smoke", "cites", "finds", "broad"
MOST_TOUCHED = 500
"""Cases a change touches; critical ones come first."""
MOST_LOOKED_AT = 2_000
"""Newest accepted cases whose words are searched with."""
_RECENT_RUNS = 20
_SAID = 1_000
"""Characters of what a customer said last that are searched with."""
_HITS = 8
_AT_ONCE = 200


def choose_cases(
    changes: Collection[ProposalChange],
    stage: Stage,
    *,
    database: Database,
    pause: Callable[[], None] = lambda: None,
) -> dict[int, str]:
    """Ids of accepted cases and why they are asked: the smoke suite, and what the changes touch.

    A case touches an article when it expects it to be cited, when an answer of the last runs found it, when
    its conversation had a draft that cited it, or when what its customer says finds a passage that comes or
    goes. What changes something else than articles touches all alike, so some are drawn.
    """
    with database.reading() as session:
        smoke = _smoke(session)
        if any(each.kind not in ("article", "archive") for each in changes):
            broad = _drawn(session)
            return {**dict.fromkeys(broad, BROAD), **dict.fromkeys(smoke, SMOKE)}
        articles = _articles(stage, changes, session=session)
        cites = _citing(articles, session=session)
    finds = _finding(stage, database=database, but={*cites, *smoke}, pause=pause)
    touched = {**dict.fromkeys(finds, FINDS), **dict.fromkeys(cites, CITES)}
    with database.reading() as session:
        kept = _first(touched, session=session)
    return {**{each: touched[each] for each in kept}, **dict.fromkeys(smoke, SMOKE)}


def _articles(stage: Stage, changes: Iterable[ProposalChange], *, session: Session) -> set[int]:
    """The articles of the base that change."""
    moved = session.exec(select(col(Passage.article_id)).where(col(Passage.id).in_(stage.removed)).distinct())
    return {*moved, *(each.article_id for each in changes if each.article_id is not None)}


def _smoke(session: Session) -> list[int]:
    query = (
        select(col(EvalCase.id))
        .join(EvalSuiteMember, col(EvalSuiteMember.case_id) == col(EvalCase.id))
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteMember.suite_id))
        .where(EvalSuite.kind == "smoke", col(EvalSuite.archived_at).is_(None), EvalCase.state == "accepted")
        .distinct()
    )
    return [each for each in session.exec(query) if each is not None]


def _drawn(session: Session) -> list[int]:
    """Critical cases, and others in an order that is always the same and means nothing."""
    rows = session.exec(select(EvalCase.id, EvalCase.critical).where(EvalCase.state == "accepted")).all()
    order = sorted(rows, key=lambda row: (not row[1], hashlib.sha256(str(row[0]).encode()).digest()))
    return [row[0] for row in order[:MOST_TOUCHED] if row[0] is not None]


def _citing(article_ids: Collection[int], *, session: Session) -> set[int]:
    """Cases that expect, found or cited one of the articles."""
    if not article_ids:
        return set()
    names = [
        f"{source}/{external_id}"
        for source, external_id in session.execute(
            select(col(Article.source), col(Article.external_id)).where(col(Article.id).in_(article_ids))
        )
    ]
    patterns = [json.dumps(name, ensure_ascii=False) for name in names]
    patterns += [json.dumps(name) for name in names]  # as SQLite stores what is not ASCII
    cases: set[int | None] = set()
    newest = select(col(EvalRun.id)).order_by(col(EvalRun.id).desc()).limit(_RECENT_RUNS)
    runs = list(session.scalars(newest))
    for pattern in dict.fromkeys(patterns):
        plain = pattern.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        like = f"%{plain}%"
        cases |= set(
            session.scalars(
                select(col(EvalResult.case_id))
                .where(
                    col(EvalResult.run_id).in_(runs), cast(EvalResult.output, String).like(like, escape="\\")
                )
                .distinct()
            )
        )
        cases |= set(
            session.scalars(
                select(col(EvalCase.id)).where(
                    EvalCase.state == "accepted",
                    cast(EvalCase.expectations, String).like(like, escape="\\"),
                )
            )
        )
    cited = (
        select(col(Draft.conversation_id))
        .join(Citation, col(Citation.draft_id) == col(Draft.id))
        .join(Passage, col(Passage.id) == col(Citation.passage_id))
        .where(col(Passage.article_id).in_(article_ids))
    )
    wanted = select(col(EvalCase.id)).where(
        EvalCase.state == "accepted",
        or_(col(EvalCase.conversation_id).in_(cited), col(EvalCase.id).in_([each for each in cases if each])),
    )
    return {each for each in session.scalars(wanted) if each is not None}


def _finding(
    stage: Stage, *, database: Database, but: Collection[int], pause: Callable[[], None]
) -> set[int]:
    """Cases whose customers' words find a passage that comes or goes."""
    if not stage.added and not stage.removed:
        return set()
    with database.reading() as session:
        rows = session.execute(
            select(col(EvalCase.id), col(EvalCase.said), col(EvalCase.locale))
            .where(EvalCase.state == "accepted")
            .order_by(col(EvalCase.id).desc())
            .limit(MOST_LOOKED_AT)
        ).all()
    wanted = [(row[0], row[1][-_SAID:], row[2]) for row in rows if row[0] not in but and row[1].strip()]
    found: set[int] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        pause()
        part = wanted[start : start + _AT_ONCE]
        if stage.embedder is not None:
            stage.embedder.embed([said for _, said, _ in part if len(said.split()) <= _SHORT])
        for place, passages in ((stage.layer, stage.added), (stage.base, stage.removed)):
            if not passages:
                continue
            with place.reading() as session:
                for case_id, said, locale in part:
                    if case_id not in found and passages & _found(said, locale, stage, session):
                        found.add(case_id)
    return found


_SHORT = 60
"""Words of a text that is searched with as a whole, so that its vector can be made beforehand."""


def _found(said: str, locale: str, stage: Stage, session: Session) -> set[int]:
    hits = search(
        said, session=session, embedder=stage.embedder, locale=locale or None, limit=_HITS, per_article=3
    )
    return {hit.passage_id for hit in hits}


def _first(case_ids: Collection[int], *, session: Session) -> list[int]:
    """As many as may be, critical ones and the newest first."""
    if len(case_ids) <= MOST_TOUCHED:
        return list(case_ids)
    order = (
        select(col(EvalCase.id))
        .where(col(EvalCase.id).in_(case_ids))
        .order_by(col(EvalCase.critical).desc(), col(EvalCase.id).desc())
        .limit(MOST_TOUCHED)
    )
    return [each for each in session.scalars(order) if each is not None]
