"""Articles that want a look: unused, stale, contradicted, or cited and then corrected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, or_
from sqlmodel import Session, col, select

from core.assist import Citation, Draft
from core.conversations import Reply
from core.insights.tables import Suggestion
from core.knowledge import Article, ArticleVersion

MOST_FINDINGS = 50
"""Of each kind; only the unused are counted beyond."""
_OLD = timedelta(days=365)
_CHANGED = 0.05  # of the words of a draft, from which on a reply counts as edited
_FEWEST_REPLIES = 3
_MOST_SUGGESTIONS = 500


@dataclass(frozen=True, slots=True)
class ArticleFinding:
    """An article and why it wants a look, in words."""

    article_id: int
    title: str
    locale: str
    why: str


@dataclass(frozen=True, slots=True)
class EditedArticle:
    """An article whose drafts people correct: ``edited`` of ``replies`` that cited it."""

    article_id: int
    title: str
    locale: str
    replies: int
    edited: int

    @property
    def share(self) -> float:
        return self.edited / self.replies


def unused(since: datetime, *, session: Session) -> tuple[list[ArticleFinding], int]:
    """Live articles older than ``since`` that no draft has cited since then: the oldest, and how many."""
    cited = exists(
        select(col(Citation.id))
        .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
        .join(Draft, col(Draft.id) == col(Citation.draft_id))
        .where(col(ArticleVersion.article_id) == col(Article.id), col(Draft.created_at) >= since)
    )
    wanted = (col(Article.status) == "live", col(Article.created_at) < since, ~cited)
    count = session.execute(select(func.count()).select_from(Article).where(*wanted)).scalar_one()
    rows = session.exec(select(Article).where(*wanted).order_by(col(Article.updated_at)).limit(MOST_FINDINGS))
    return [
        ArticleFinding(each.key, each.title, each.locale, f"No draft cited it since {since:%-d %b %Y}.")
        for each in rows
    ], int(count)


def stale(at: datetime, *, session: Session) -> list[ArticleFinding]:
    """Live articles whose review is due, the longest due first, and those unchanged for a year."""
    today = at.date()
    rows = session.exec(
        select(Article)
        .where(
            col(Article.status) == "live",
            or_(
                col(Article.review_on) <= today,
                (col(Article.review_on).is_(None)) & (col(Article.updated_at) < at - _OLD),
            ),
        )
        .order_by(col(Article.review_on).is_(None), col(Article.review_on), col(Article.updated_at))
        .limit(MOST_FINDINGS)
    )
    return [ArticleFinding(each.key, each.title, each.locale, _stale_why(each, today)) for each in rows]


def contradicted(*, session: Session) -> list[ArticleFinding]:
    """Live articles that open suggestions contradict, the most contradicted first."""
    counted: Counter[int] = Counter()
    said: dict[int, str] = {}
    for finds in session.exec(
        select(Suggestion.finds)
        .where(col(Suggestion.state) == "open")
        .order_by(col(Suggestion.affected).desc(), col(Suggestion.id).desc())
        .limit(_MOST_SUGGESTIONS)
    ):
        for each in finds.get("contradictions", ()):
            counted[each["article_id"]] += 1
            said.setdefault(each["article_id"], f"It says “{each['theirs']}”, a suggestion “{each['mine']}”.")
    rows = {
        each.key: each
        for each in session.exec(
            select(Article).where(col(Article.id).in_(list(counted)), col(Article.status) == "live")
        )
    }
    return [
        ArticleFinding(key, rows[key].title, rows[key].locale, said[key])
        for key, _ in counted.most_common()
        if key in rows
    ][:MOST_FINDINGS]


def edited(since: datetime, *, session: Session) -> list[EditedArticle]:
    """Articles cited by drafts that people changed before sending: those with the most changed replies first.

    An article counts from three replies on.
    """
    cited = (
        select(col(Citation.draft_id), col(ArticleVersion.article_id))
        .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
        .distinct()
        .subquery()
    )
    changed = func.count().filter(col(Reply.edit_ratio) >= _CHANGED)
    rows = session.execute(
        select(Article.id, Article.title, Article.locale, func.count(), changed)  # type: ignore[call-overload]
        .select_from(Reply)
        .join(cited, cited.c.draft_id == col(Reply.draft_id))
        .join(Article, col(Article.id) == cited.c.article_id)
        .where(col(Reply.created_at) >= since, col(Reply.edit_ratio).is_not(None))
        .group_by(col(Article.id), col(Article.title), col(Article.locale))
        .having(func.count() >= _FEWEST_REPLIES, changed > 0)
        .order_by(changed.desc(), func.count(), col(Article.id))
        .limit(MOST_FINDINGS)
    )
    return [EditedArticle(*row) for row in rows]


def _stale_why(article: Article, today: date) -> str:
    if article.review_on is None:
        return f"Nobody has changed it since {article.updated_at:%-d %b %Y}, and it has no review date."
    days = (today - article.review_on).days
    return "Its review is due today." if days == 0 else f"Its review was due {days} days ago."
