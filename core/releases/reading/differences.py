"""What differs between two builds, in words: articles by name where releases lead from one to the other."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from core.identity import Actor, Permission, require
from core.knowledge.tables import Article, ArticleVersion
from core.releases.reading.builds import NAMES, said, stored_build
from core.releases.tables import Release

_SHAPES_NOTHING = {"sample", "sample_reference"}
"""What the sample company notes in its past builds, to be found again."""


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


def build_difference(actor: Actor, before_id: str, after_id: str, *, session: Session) -> BuildDifference:
    """What differs between two builds.

    Articles are named where releases lead from one to the other, rollbacks included.

    Raises:
        PermissionDenied, NotFound, InvalidInput: see :func:`read_build`.
    """
    require(actor, Permission.RELEASES_READ)
    before, after = stored_build(before_id, session=session), stored_build(after_id, session=session)
    parts, complete = [], True
    names = [*NAMES, *sorted({*before.contents, *after.contents} - set(NAMES) - _SHAPES_NOTHING)]
    unknown: list[str] = []
    for name in names:
        old, new = before.contents.get(name), after.contents.get(name)
        if old == new or _same_where_noted(old, new):
            continue
        if name not in before.contents or name not in after.contents:
            unknown.append(NAMES.get(name, name).lower())
            continue
        if name != "knowledge":
            parts.append(DifferencePart(name, _changed(name, old, new)))
            continue
        articles = _articles(str(old), str(new), session=session)
        complete = articles is not None
        parts.append(DifferencePart(name, _articles_words(articles), tuple(articles or ())))
    if unknown:
        words = f"Not noted for one of the two: {', '.join(unknown)}."
        parts.append(DifferencePart("unknown", words))
    return BuildDifference(before.id, after.id, tuple(parts), complete)


def _same_where_noted(old: Any, new: Any) -> bool:
    """Whether two parts differ only in what one of them does not say: older builds noted less."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return False
    shared = set(old) & set(new)
    smaller = min(len(old), len(new))
    return len(shared) == smaller > 0 and all(old[name] == new[name] for name in shared)


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
    title = NAMES.get(name, name)
    if name == "classifiers":
        return f"{title}: {_classifiers(old or [], new or [])}."
    if (
        isinstance(old, Mapping)
        and isinstance(new, Mapping)
        and name not in ("model", "instructions", "answering")
    ):
        parts = [
            f"{part} {new.get(part, 'none')} instead of {old.get(part, 'none')}"
            for part in sorted({*old, *new})
            if old.get(part) != new.get(part)
        ]
        return f"{title}: {'; '.join(parts)}."
    return f"{title}: {said(name, new)} instead of {said(name, old)}."


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
