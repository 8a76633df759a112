"""From an article to what rests on it: drafts, eval cases, translations, redirects; and what would break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.assist import Citation, Draft
from core.database import now
from core.errors import NotFound
from core.evals import held_out_among
from core.evals.tables import EvalCase
from core.identity import Actor, Permission, require
from core.knowledge import Article, ArticleVersion

RECENT_DAYS = 90
_MOST = 100
_MOST_CASES = 5_000  # that expect a citation of anything


@dataclass(frozen=True, slots=True)
class DraftUse:
    """A sentence of a draft that rests on the article. ``alone``: and on nothing else."""

    draft_id: int
    conversation_id: int
    sentence: str
    version_number: int
    outcome: str
    created_at: datetime
    alone: bool


@dataclass(frozen=True, slots=True)
class CaseUse:
    """An eval case that depends on the article.

    ``expected``: it must be cited; else the case was only made of a draft that cited it. ``alone``: it is
    the only article the case expects.
    """

    case_id: int
    name: str
    state: str
    critical: bool
    expected: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class ArticleUse:
    """An article that follows another one, or sends readers to it."""

    article_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Dependents:
    """What rests on an article.

    Attributes:
        drafts: the newest sentences that cite it; ``draft_count``, ``sent_count``: of all drafts.
        alone_count: sentences of the last :data:`RECENT_DAYS` days that rest on no other article.
        cases: eval cases, those that expect it first; held-out ones are counted in ``hidden_cases`` for
            readers who may not see them.
        translations, redirects: articles that follow it or send readers to it.
    """

    article_id: int
    title: str
    drafts: tuple[DraftUse, ...]
    draft_count: int
    sent_count: int
    alone_count: int
    cases: tuple[CaseUse, ...]
    hidden_cases: int
    translations: tuple[ArticleUse, ...]
    redirects: tuple[ArticleUse, ...]

    @property
    def breaks(self) -> tuple[str, ...]:
        """What would lose its support if the article went, in words; empty when nothing would."""
        said = []
        if self.alone_count:
            sentences = _counted(self.alone_count, "sentence", "sentences")
            said.append(f"{sentences} of drafts of the last {RECENT_DAYS} days rested on nothing else.")
        cases = [each for each in self.cases if each.expected and each.state != "dismissed"]
        if cases:
            critical = sum(1 for each in cases if each.critical)
            of_which = f", {critical} of them critical" if critical else ""
            said.append(
                f"{_counted(len(cases), 'eval case expects', 'eval cases expect')} it to be cited{of_which}."
            )
        if self.translations:
            said.append(
                f"{_counted(len(self.translations), 'translation', 'translations')} would lose the source."
            )
        if self.redirects:
            said.append(
                f"{_counted(len(self.redirects), 'article sends', 'articles send')} its readers here."
            )
        return tuple(said)


def what_depends_on(actor: Actor, article_id: int, *, session: Session) -> Dependents:
    """Everything that rests on an article, in a fixed number of queries; the newest hundred drafts.

    Raises:
        PermissionDenied: the actor may not read knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    article = session.get(Article, article_id)
    if article is None:
        raise NotFound(f"There is no article {article_id}.")
    mine = select(col(ArticleVersion.id)).where(col(ArticleVersion.article_id) == article_id)
    citing = select(col(Citation.draft_id)).where(col(Citation.article_version_id).in_(mine)).distinct()
    counts = session.execute(
        select(col(Draft.outcome), func.count()).where(col(Draft.id).in_(citing)).group_by(col(Draft.outcome))
    ).all()
    by_outcome = {outcome: int(count) for outcome, count in counts}
    cases, hidden = _cases(actor, article, citing, session=session)
    return Dependents(
        article_id=article_id,
        title=article.title,
        drafts=_drafts(article_id, session=session),
        draft_count=sum(by_outcome.values()),
        sent_count=by_outcome.get("sent", 0) + by_outcome.get("edited", 0),
        alone_count=_alone(article_id, now() - timedelta(days=RECENT_DAYS), session=session),
        cases=cases,
        hidden_cases=hidden,
        translations=_articles(
            session,
            col(Article.source) == article.source,
            col(Article.translation_of) == article.external_id,
        ),
        redirects=_articles(session, col(Article.redirect_to_id) == article_id),
    )


def _drafts(article_id: int, *, session: Session) -> tuple[DraftUse, ...]:
    rows = session.exec(
        select(Citation, Draft, ArticleVersion.number)
        .join(Draft, col(Draft.id) == col(Citation.draft_id))
        .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
        .where(col(ArticleVersion.article_id) == article_id)
        .order_by(col(Citation.draft_id).desc(), col(Citation.position))
        .limit(_MOST)
    ).all()
    others: dict[int, list[tuple[int, int]]] = {}
    for draft_id, start, end in session.exec(
        select(Citation.draft_id, Citation.start, Citation.end)
        .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
        .where(
            col(Citation.draft_id).in_({draft.key for _, draft, _ in rows}),
            col(ArticleVersion.article_id) != article_id,
        )
    ):
        others.setdefault(draft_id, []).append((start, end))
    return tuple(
        DraftUse(
            draft_id=draft.key,
            conversation_id=draft.conversation_id,
            sentence=draft.text[citation.start : citation.end],
            version_number=number,
            outcome=draft.outcome,
            created_at=draft.created_at,
            alone=not any(
                start < citation.end and end > citation.start for start, end in others.get(draft.key, ())
            ),
        )
        for citation, draft, number in rows
    )


def _alone(article_id: int, since: datetime, *, session: Session) -> int:
    """How many sentences since then rest on this article and on no other."""
    other, its_version = aliased(Citation), aliased(ArticleVersion)
    elsewhere = exists(
        select(col(other.id))
        .join(its_version, col(its_version.id) == col(other.article_version_id))
        .where(
            col(other.draft_id) == col(Citation.draft_id),
            col(its_version.article_id) != article_id,
            col(other.start) < col(Citation.end),
            col(other.end) > col(Citation.start),
        )
    )
    sentences = (
        select(col(Citation.draft_id), col(Citation.start), col(Citation.end))
        .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
        .join(Draft, col(Draft.id) == col(Citation.draft_id))
        .where(col(ArticleVersion.article_id) == article_id, col(Draft.created_at) >= since, ~elsewhere)
        .distinct()
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(sentences)).scalar_one())


def _cases(
    actor: Actor, article: Article, citing: object, *, session: Session
) -> tuple[tuple[CaseUse, ...], int]:
    wanted = f"{article.source}/{article.external_id}"
    rows = session.exec(
        select(
            EvalCase.id,  # type: ignore[call-overload]
            EvalCase.name,
            EvalCase.state,
            EvalCase.critical,
            EvalCase.expectations,
        )
        .where(
            cast(col(EvalCase.expectations), String).like('%"cites"%') | col(EvalCase.draft_id).in_(citing)  # type: ignore[arg-type]
        )
        .order_by(col(EvalCase.id).desc())
        .limit(_MOST_CASES)
    ).all()
    found = []
    for key, name, state, critical, expectations in rows:
        articles = [each.get("article") for each in expectations if each.get("kind") == "cites"]
        expected = wanted in articles
        if expected or "cites" not in {each.get("kind") for each in expectations}:
            found.append(CaseUse(key, name, state, critical, expected, len(set(articles)) == 1 and expected))
    hidden: set[int] = set()
    if found and not actor.can(Permission.EVALS_HELD_OUT):
        hidden = held_out_among([each.case_id for each in found], session=session)
    shown = sorted(
        (each for each in found if each.case_id not in hidden),
        key=lambda each: (not each.expected, not each.critical, -each.case_id),
    )
    return tuple(shown[:_MOST]), len(hidden)


def _articles(session: Session, *conditions: ColumnElement[bool]) -> tuple[ArticleUse, ...]:
    rows = session.exec(
        select(Article.id, Article.title).where(*conditions).order_by(col(Article.title)).limit(_MOST)
    )
    return tuple(ArticleUse(article_id or 0, title) for article_id, title in rows)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
