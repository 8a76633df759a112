"""Expectations in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from core.criteria import Criterion
from core.evals.expecting.problems import problems_of
from core.evals.expecting.registry import Titles, find_kind, kind_of, weight_of
from core.knowledge import Article

_NO_TITLES: Titles = {}


def describe_expectation(given: Mapping[str, Any], *, titles: Titles = _NO_TITLES) -> str:
    """An expectation in one sentence without a full stop. Never fails, whatever is stored.

    Args:
        titles: see :func:`expectation_titles`; without them, names stand for themselves.
    """
    made = find_kind(kind_of(given))
    if made is None or problems_of(given):
        return f"Something that cannot be read ({kind_of(given) or 'no kind'})"
    said = made.describe(given, titles)
    if given.get("name"):
        said = f"{given['name']}: {said}"
    weight = weight_of(given)
    return said if weight == 1 else f"{said} (counts {weight:g} times)"


def expectation_titles(expectations: Iterable[Mapping[str, Any]], *, session: Session) -> dict[str, str]:
    """Questions of the criteria and titles of the articles that expectations name, as they are now."""
    given = list(expectations)
    names = {str(each["criterion"]) for each in given if each.get("criterion")}
    titles: dict[str, str] = {}
    if names:
        rows = session.execute(
            select(Criterion.name, Criterion.question)
            .where(col(Criterion.name).in_(names))
            .order_by(col(Criterion.version))
        )
        titles.update({row[0]: row[1] for row in rows})
    articles = {str(each["article"]) for each in given if each.get("article")}
    keys = [(source, rest) for source, _, rest in (each.partition("/") for each in articles) if rest]
    if keys:
        found = session.exec(
            select(Article).where(tuple_(col(Article.source), col(Article.external_id)).in_(keys))
        )
        titles.update({f"{each.source}/{each.external_id}": each.title for each in found})
    return titles
