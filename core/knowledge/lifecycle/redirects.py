"""Where an archived article sends its readers, through several of them if need be, never in a circle."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from core import audit
from core.database import now
from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.knowledge.indexing import lock_search_index
from core.knowledge.standing import Who, stored_article
from core.knowledge.tables import Article


@dataclass(frozen=True, slots=True)
class Way:
    """The articles a reader is sent through, the first one included.

    Attributes:
        end: where the reader arrives; None when the first sends nowhere, or the way is a circle.
        circle: the last stop is one that was passed already.
    """

    stops: tuple[Article, ...]
    end: Article | None
    circle: bool

    @property
    def words(self) -> str:
        """``“A” → “B” → “A”``."""
        return " → ".join(f"“{each.title}”" for each in self.stops)


def way_of(article: Article, *, session: Session) -> Way:
    """Follow the redirects from an article. A live article is where the way ends."""
    stops, passed = [article], {article.key}
    while stops[-1].status == "archived" and stops[-1].redirect_to_id is not None:
        following = session.get(Article, stops[-1].redirect_to_id)
        if following is None:
            break
        stops.append(following)
        if following.key in passed:
            return Way(tuple(stops), None, True)
        passed.add(following.key)
    return Way(tuple(stops), stops[-1] if len(stops) > 1 else None, False)


def redirect_of(article: Article, *, session: Session) -> Article | None:
    """Where an archived article sends its readers in the end; None: nowhere."""
    return way_of(article, session=session).end


def set_redirect(actor: Actor, article_id: int, to_id: int, *, session: Session) -> Article:
    """Send the readers of an article on to another one once it is archived. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
        InvalidInput: it would lead in a circle, or to an article nobody can read.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    return point_to(actor, article_id, to_id, session=session)


def point_to(person: Who, article_id: int, to_id: int, *, session: Session) -> Article:
    """The same for whoever has checked the permission, such as a release.

    Raises:
        NotFound: there is no such article.
        InvalidInput: it would lead in a circle, or to an article nobody can read.
    """
    lock_search_index(session)
    article, target = stored_article(article_id, session=session), stored_article(to_id, session=session)
    _check(article, target, session=session)
    if article.redirect_to_id != to_id:
        article.redirect_to_id, article.updated_at = to_id, now()
        session.flush()
        _record(person, "article.redirected", article, session=session, to=target.title[:200])
    return article


def clear_redirect(actor: Actor, article_id: int, *, session: Session) -> Article:
    """Send the readers of an article nowhere any more. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    lock_search_index(session)
    article = stored_article(article_id, session=session)
    if article.redirect_to_id is not None:
        article.redirect_to_id, article.updated_at = None, now()
        session.flush()
        _record(actor, "article.redirect_cleared", article, session=session)
    return article


def _check(article: Article, target: Article, *, session: Session) -> None:
    if article.key == target.key:
        raise InvalidInput(f"“{article.title}” cannot send its readers to itself. Choose another article.")
    # All stops count, also live ones: they may be archived tomorrow, and then the circle closes.
    stops, passed = [article, target], {target.key}
    while (onward := stops[-1].redirect_to_id) is not None and onward not in passed:
        following = session.get(Article, onward, populate_existing=True)
        if following is None:
            break
        stops.append(following)
        passed.add(onward)
        if onward == article.key:
            circle = Way(tuple(stops), None, True).words
            raise InvalidInput(
                f"Readers would go in a circle: {circle}. Choose an article that does not lead back here, or "
                f"clear the redirect of “{stops[-2].title}” first."
            )
    way = way_of(target, session=session)
    end = way.stops[-1]
    if way.circle:
        raise InvalidInput(f"“{target.title}” leads in a circle itself: {way.words}. Choose another article.")
    if end.status != "live":
        through = "" if end is target else f", where “{target.title}” leads,"
        state = "archived" if end.status == "archived" else "not live yet"
        raise InvalidInput(f"“{end.title}”{through} is {state}. Choose an article that is live.")


def _record(person: Who, action: str, article: Article, *, session: Session, **details: str) -> None:
    audit.record(
        person.person_id,
        person.name,
        action,
        session=session,
        subject_type="article",
        subject_id=str(article.key),
        external_id=article.external_id,
        **details,
    )
