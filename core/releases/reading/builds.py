"""Which build wrote a draft, and what differs between two builds, in words."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Build, Draft
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.knowledge.tables import Article, ArticleVersion
from core.releases.tables import Release

_SHORT = 7
_NAMES = {
    "model": "Model",
    "instructions": "Instructions",
    "knowledge": "Articles",
    "classifiers": "Classifiers that hold the AI back",
    "actions": "Actions",
    "guardrails": "Guardrails",
    "agent": "Settings of the agent",
    "verification": "What counts as supported",
    "organisation": "Organisation",
    "sdk": "Libraries",
}


@dataclass(frozen=True, slots=True)
class BuildView:
    """A build in words. ``release``: the newest one that brought it about; None: it came otherwise."""

    id: str
    short: str
    made_at: datetime
    words: tuple[str, ...]
    release: Release | None


@dataclass(frozen=True, slots=True)
class ArticleDifference:
    """An article that is another in the later build. ``words``: version 2 instead of 1, new, archived."""

    article_id: int
    title: str
    words: str
    before_version_id: int | None
    after_version_id: int | None


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """One part of a build that differs, in a sentence, and the articles it is about."""

    name: str
    words: str
    articles: tuple[ArticleDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildDifference:
    """What differs. ``complete``: False where only digests of the articles are known, not which they are."""

    before: str
    after: str
    parts: tuple[DifferencePart, ...]
    complete: bool

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, to be read."""
        return tuple(part.words for part in self.parts) or ("Nothing differs: it is the same build.",)


def which_build(actor: Actor, draft_id: int, *, session: Session) -> BuildView:
    """The build that wrote a draft.

    Raises:
        PermissionDenied: the actor may not see releases.
        NotFound: there is no such draft, or nobody noted its build.
    """
    require(actor, Permission.RELEASES_READ)
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound("There is no such draft.")
    if not draft.build_id:
        raise NotFound("This draft names no build: it came from another system, or is still being written.")
    return read_build(actor, draft.build_id, session=session)


def read_build(actor: Actor, build_id: str, *, session: Session) -> BuildView:
    """A build in words. The beginning of its id is enough, where there is only one such.

    Raises:
        PermissionDenied: the actor may not see releases.
        NotFound: there is no such build.
        InvalidInput: there are several.
    """
    require(actor, Permission.RELEASES_READ)
    build = _build(build_id, session=session)
    release = session.exec(
        select(Release).where(Release.after_build == build.id).order_by(col(Release.id).desc()).limit(1)
    ).first()
    return BuildView(
        id=build.id,
        short=build.id[:_SHORT],
        made_at=build.created_at,
        words=tuple(
            f"{_NAMES[name]}: {_said(name, build.contents[name])}."
            for name in _NAMES
            if name in build.contents
        ),
        release=release,
    )


def build_difference(actor: Actor, before_id: str, after_id: str, *, session: Session) -> BuildDifference:
    """What differs between two builds.

    Articles are named where releases lead from one to the other, rollbacks included.

    Raises:
        PermissionDenied, NotFound, InvalidInput: see :func:`read_build`.
    """
    require(actor, Permission.RELEASES_READ)
    before, after = _build(before_id, session=session), _build(after_id, session=session)
    parts, complete = [], True
    names = [*_NAMES, *sorted({*before.contents, *after.contents} - set(_NAMES))]
    for name in names:
        old, new = before.contents.get(name), after.contents.get(name)
        if old == new:
            continue
        if name != "knowledge":
            parts.append(DifferencePart(name, _changed(name, old, new)))
            continue
        articles = _articles(str(old), str(new), session=session)
        complete = articles is not None
        parts.append(DifferencePart(name, _articles_words(articles), tuple(articles or ())))
    return BuildDifference(before.id, after.id, tuple(parts), complete)


def _build(build_id: str, *, session: Session) -> Build:
    wanted = build_id.strip()
    found = session.get(Build, wanted) if wanted else None
    if found is not None:
        return found
    like = (
        list(session.exec(select(Build).where(col(Build.id).startswith(wanted, autoescape=True)).limit(2)))
        if wanted
        else []
    )
    if len(like) > 1:
        raise InvalidInput(f"Several builds begin with {wanted}. Write more of the id.")
    if not like:
        raise NotFound(f"There is no build {wanted}.")
    return like[0]


def _articles(before: str, after: str, *, session: Session) -> list[ArticleDifference] | None:
    """The articles that differ between two states of the knowledge; None: no chain of releases joins them."""
    ways: dict[str, list[tuple[str, Sequence[Mapping[str, Any]], bool]]] = defaultdict(list)
    rows = session.exec(select(Release.before_knowledge, Release.after_knowledge, Release.changes))
    for start, end, changes in rows:
        ways[start].append((end, changes, True))
        ways[end].append((start, changes, False))
    came: dict[str, tuple[str, Sequence[Mapping[str, Any]], bool] | None] = {before: None}
    waiting = deque([before])
    while waiting and after not in came:
        here = waiting.popleft()
        for there, changes, forward in ways[here]:
            if there not in came:
                came[there] = (here, changes, forward)
                waiting.append(there)
    if after not in came:
        return None
    steps = []
    place = came[after]
    while place is not None:
        steps.append(place)
        place = came[place[0]]
    first: dict[int, int | None] = {}
    last: dict[int, int | None] = {}
    for _, changes, forward in reversed(steps):
        for change in changes if forward else reversed(changes):
            article_id = change.get("article_id")
            if article_id is None:
                continue
            old, new = (change.get(side, {}).get("live_version_id") for side in ("before", "after"))
            if not forward:
                old, new = new, old
            first.setdefault(article_id, old)
            last[article_id] = new
    return [
        _difference(each, first[each], last[each], session=session)
        for each in sorted(first)
        if first[each] != last[each]
    ]


def _difference(
    article_id: int, before: int | None, after: int | None, *, session: Session
) -> ArticleDifference:
    article = session.get_one(Article, article_id)
    old = session.get(ArticleVersion, before) if before is not None else None
    new = session.get(ArticleVersion, after) if after is not None else None
    title = (new or old or article).title
    if new is None:
        words = "taken out"
    elif old is None:
        words = f"new (version {new.number})"
    else:
        words = f"version {new.number} instead of {old.number}"
    return ArticleDifference(article_id, title, words, before, after)


def _articles_words(articles: Sequence[ArticleDifference] | None) -> str:
    if articles is None:
        return (
            "The articles differ. Which ones is not known: some were changed otherwise than by a release, "
            "and of those states only the digest is kept."
        )
    if not articles:
        return "The articles differ only in what was changed and changed back."
    return f"Articles: {'; '.join(f'“{each.title}” {each.words}' for each in articles)}."


def _changed(name: str, old: Any, new: Any) -> str:
    title = _NAMES.get(name, name)
    if name == "classifiers":
        return f"{title}: {_classifiers(old or [], new or [])}."
    if isinstance(old, Mapping) and isinstance(new, Mapping) and name not in ("model", "instructions"):
        parts = [
            f"{part} {new.get(part, 'none')} instead of {old.get(part, 'none')}"
            for part in sorted({*old, *new})
            if old.get(part) != new.get(part)
        ]
        return f"{title}: {'; '.join(parts)}."
    return f"{title}: {_said(name, new)} instead of {_said(name, old)}."


def _classifiers(old: Sequence[Sequence[Any]], new: Sequence[Sequence[Any]]) -> str:
    before, after = ({str(each[0]): each[1] for each in side} for side in (old, new))
    parts = []
    for name in sorted({*before, *after}):
        if before.get(name) == after.get(name):
            continue
        if name not in after:
            parts.append(f"{name} no longer")
        elif name not in before:
            parts.append(f"{name} version {after[name]} is new")
        else:
            parts.append(f"{name} version {after[name]} instead of {before[name]}")
    return "; ".join(parts)


def _said(name: str, value: Any) -> str:
    """One part of a build, in words; digests by their beginning."""
    if name == "model" and isinstance(value, Mapping):
        if value.get("provider") == "offline":
            return "offline"
        return f"{value.get('provider')}/{value.get('name')}"
    if name == "instructions" and isinstance(value, Mapping):
        digest = str(value.get("sha256", ""))[:_SHORT]
        return f"{'released' if value.get('version') == 'candidate' else value.get('version')} ({digest})"
    if name == "classifiers":
        return ", ".join(f"{each[0]} version {each[1]}" for each in value or ()) or "none"
    if name in ("knowledge", "actions"):
        return f"state {str(value)[:_SHORT]}" if value else "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{part} {each}" for part, each in sorted(value.items()))
    return str(value) if value not in (None, "") else "none"
