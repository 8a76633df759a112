"""Write passages and their index terms, and count the change in the search stamp."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from core.knowledge.analysis import terms
from core.knowledge.passages import cut_passages
from core.knowledge.tables import ArticleVersion, Passage, PassageTerms, SearchStamp

_ADDRESS = re.compile(r"\s*\(?(?:https?|ftp)://[^\s)]+\)?")


def lock_search_index(session: Session) -> None:
    """Make writers of knowledge wait for each other until the transaction ends (Postgres)."""
    session.execute(select(col(SearchStamp.id)).where(col(SearchStamp.id) == 1).with_for_update())


def store_passages(versions: Iterable[ArticleVersion], *, session: Session) -> int:
    """Cut stored versions into live, indexed passages. Returns how many there are."""
    passages: list[dict[str, Any]] = []
    indexed: list[dict[str, Any]] = []
    for version in versions:
        for position, cut in enumerate(cut_passages(version.title, version.body)):
            passages.append(
                {
                    "article_id": version.article_id,
                    "article_version_id": version.key,
                    "position": position,
                    "heading_path": cut.path(version.title),
                    "text": cut.text,
                    "audience": version.audience,
                    "locale": version.locale,
                    "live": True,
                }
            )
            indexed.append(index_terms(version.title, cut.headings, cut.text, locale=version.locale))
    if not passages:
        return 0
    statement = insert(Passage).returning(col(Passage.id), sort_by_parameter_order=True)
    ids = session.execute(statement, passages).scalars().all()
    for row, passage_id in zip(indexed, ids, strict=True):
        row["passage_id"] = passage_id
    session.execute(insert(PassageTerms), indexed)
    _count(indexed, sign=1, session=session)
    return len(passages)


def retire_passages(version_ids: Sequence[int], *, session: Session) -> int:
    """Take the passages of these versions out of search; they stay stored. Returns how many."""
    if not version_ids:
        return 0
    wanted = col(Passage.article_version_id).in_(version_ids)
    mine = select(col(Passage.id)).where(wanted, col(Passage.live))
    rows = session.execute(
        select(PassageTerms.title, PassageTerms.headings, PassageTerms.body).where(  # type: ignore[call-overload]
            col(PassageTerms.passage_id).in_(mine)
        )
    ).all()
    session.execute(delete(PassageTerms).where(col(PassageTerms.passage_id).in_(mine)))
    session.execute(update(Passage).where(wanted).values(live=False))
    _count([row._asdict() for row in rows], sign=-1, session=session)
    return len(rows)


def revive_passages(version: ArticleVersion, *, session: Session) -> int:
    """Make the passages of one version live: those it was once cut into, else cut now. Returns how many.

    Old passages keep their ids and their text, so that what cited them still does and their vectors still
    count; only their index terms, which dead passages do not have, are made again.
    """
    query = (
        select(Passage).where(col(Passage.article_version_id) == version.key).order_by(col(Passage.position))
    )
    old = list(session.execute(query.execution_options(populate_existing=True)).scalars())
    if not old:
        return store_passages([version], session=session)
    dead = [passage for passage in old if not passage.live]
    if not dead:
        return len(old)
    indexed = []
    for passage in dead:
        passage.live = True
        headings = passage.heading_path.removeprefix(version.title)
        row = index_terms(version.title, (headings,), passage.text, locale=passage.locale)
        indexed.append({**row, "passage_id": passage.key})
    session.flush()
    session.execute(insert(PassageTerms), indexed)
    _count(indexed, sign=1, session=session)
    return len(old)


def index_terms(title: str, headings: Sequence[str], text: str, *, locale: str) -> dict[str, Any]:
    """The three fields of the lexical index for one passage."""
    return {
        "title": " ".join(terms(title, locale)),
        "headings": " ".join(terms(" ".join(headings), locale)),
        "body": " ".join(terms(text, locale)),
    }


def embedding_text(heading_path: str, text: str) -> str:
    """What is embedded for a passage: where it stands, then what it says, without web addresses."""
    return f"{heading_path}\n{_ADDRESS.sub('', text)}"


def _count(rows: Sequence[dict[str, Any]], *, sign: int, session: Session) -> None:
    def words(field: str) -> int:
        return sign * sum(str(row[field]).count(" ") + 1 for row in rows if row[field])

    session.execute(
        update(SearchStamp)
        .where(col(SearchStamp.id) == 1)
        .values(
            passages=SearchStamp.passages + 1,
            live_passages=SearchStamp.live_passages + sign * len(rows),
            title_terms=SearchStamp.title_terms + words("title"),
            heading_terms=SearchStamp.heading_terms + words("headings"),
            body_terms=SearchStamp.body_terms + words("body"),
        )
    )
