"""Where the links and images of a text lead, as far as can be told without going there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlmodel import Session, col

from core.knowledge.checks.findings import Finding, shortened
from core.knowledge.checks.marks import Heading, Link
from core.knowledge.lifecycle.redirects import way_of
from core.knowledge.tables import Article

_OUTSIDE = ("http", "https", "mailto", "tel")
_RUNS = ("javascript", "vbscript", "data")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_LOCAL_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\|~/|/(?:home|Users|tmp|var|mnt)/")
_ENDING = re.compile(r"\.(?:md|markdown|html?)$", re.IGNORECASE)
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}|localhost|\[[0-9a-fA-F:.]+\]|[\d.]+")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp)$", re.IGNORECASE)
_FILE_NAME = re.compile(
    r"(?:img|image|screenshot|dsc|untitled)?[\W\d_]*(?:\.\w{3,4})?|\S+\.\w{3,4}", re.IGNORECASE
)
_ROWS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class _Target:
    """What an address inside the knowledge base names."""

    external_id: str
    anchor: str


def check_links(
    links: Collection[Link], headings: Iterable[Heading], *, session: Session, article: Article | None
) -> Iterator[Finding]:
    """Everything about links and images that a reader would stumble over."""
    anchors = {each.anchor for each in headings}
    inside: list[tuple[Link, _Target]] = []
    for link in links:
        if link.image:
            yield from _check_image(link)
            continue
        if not link.text:
            yield _finding(link, "link", "warning", "The link shows no words, so nobody can follow it.")
        form = _form(link)
        if form is not None:
            yield form
        elif link.target.startswith("#"):
            name = unquote(link.target[1:])
            if name and name not in anchors:
                words = f"There is no heading “{name}” in this article."
                yield _finding(link, "anchor", "error", words)
        elif not _scheme(link.target):
            inside.append((link, _target(link.target)))
    yield from _check_inside(inside, session=session, article=article)


def _form(link: Link) -> Finding | None:
    """What is wrong with an address as such."""
    target, scheme = link.target.strip(), _scheme(link.target)
    if not target:
        return _finding(link, "link", "error", "The link leads nowhere: its address is empty.")
    if _LOCAL_PATH.match(unquote(target)) or scheme == "file":
        return _finding(link, "link", "error", "The link leads to a file on one computer. Use a web address.")
    if scheme in _RUNS:
        return _finding(link, "script", "error", "The link would run a script. It will not work for readers.")
    if scheme and scheme not in (*_OUTSIDE, "article"):
        return _finding(link, "link", "warning", f"Readers may not be able to open “{scheme}:” addresses.")
    if scheme in ("http", "https") or target.startswith("//"):
        try:
            host = urlsplit(target).hostname or ""
        except ValueError:
            host = ""
        if not _HOST.fullmatch(host):
            return _finding(link, "link", "error", "The web address is not complete.")
    return None


def _check_image(link: Link) -> Iterator[Finding]:
    target = unquote(link.target.strip())
    if not link.text:
        yield _finding(
            link, "image", "warning",
            "The image has no description: people who cannot see it, and the AI, miss it.",
        )  # fmt: skip
    elif _FILE_NAME.fullmatch(link.text):
        yield _finding(link, "image", "warning", "The image is described by a file name. Say what it shows.")
    if not target:
        yield _finding(link, "image", "error", "The image has no address.")
    elif _LOCAL_PATH.match(target) or _scheme(target) == "file":
        yield _finding(link, "image", "error", "The image lies on one computer; readers cannot load it.")
    elif _scheme(target) not in ("http", "https"):
        yield _finding(
            link,
            "image",
            "error",
            "Readers cannot load this image: it needs an address that begins with https://.",
        )
    elif _scheme(target) == "http":
        yield _finding(
            link, "image", "warning", "Browsers may block this image: use https:// instead of http://."
        )


def _check_inside(
    links: Iterable[tuple[Link, _Target]], *, session: Session, article: Article | None
) -> Iterator[Finding]:
    links = list(links)
    known = _articles({target.external_id for _, target in links}, session=session, article=article)
    for link, target in links:
        found = known.get(target.external_id)
        if found is None:
            if _PICTURE.search(target.external_id):
                words = "This is a file, and not an article: readers cannot open it."
            else:
                words = f"There is no article with the id “{shortened(target.external_id)}”."
            yield _finding(link, "link", "error", words)
        elif article is not None and found.id == article.id:
            yield _finding(link, "link", "note", "The link leads to this article itself.")
        elif found.status == "archived":
            yield _archived(link, found, session=session)
        elif found.status != "live":
            yield _finding(link, "link", "warning", f"“{found.title}” is not live yet.")
        elif found.audience == "internal" and (article is None or article.audience != "internal"):
            words = f"“{found.title}” is internal: customers cannot read it."
            yield _finding(link, "link", "warning", words)


def _archived(link: Link, found: Article, *, session: Session) -> Finding:
    way = way_of(found, session=session)
    if way.circle:
        return _finding(link, "redirect", "error", f"The link leads in a circle: {way.words}.")
    if way.end is None or way.end.status != "live":
        return _finding(link, "link", "error", f"“{found.title}” is archived.")
    words = f"“{found.title}” moved: link to “{way.end.title}” instead."
    return _finding(link, "redirect", "warning", words)


def _articles(
    external_ids: Collection[str], *, session: Session, article: Article | None
) -> dict[str, Article]:
    """By id; where several sources have it, the one this article comes from counts first, then live ones."""
    wanted = sorted(external_ids)
    found: dict[str, Article] = {}
    for start in range(0, len(wanted), _ROWS_A_QUERY):
        query = select(Article).where(col(Article.external_id).in_(wanted[start : start + _ROWS_A_QUERY]))
        for each in session.execute(query.order_by(col(Article.id))).scalars():
            known = found.get(each.external_id)
            if known is None or _rank(each, article) < _rank(known, article):
                found[each.external_id] = each
    return found


def _rank(candidate: Article, article: Article | None) -> tuple[bool, bool]:
    return (article is None or candidate.source != article.source, candidate.status != "live")


def _target(address: str) -> _Target:
    path, _, anchor = unquote(address).partition("#")
    path = path.removeprefix("article:").partition("?")[0]
    return _Target(_ENDING.sub("", path.rstrip("/").removeprefix("./").rpartition("/")[2]), anchor)


def _scheme(target: str) -> str:
    found = _SCHEME.match(target.strip())
    scheme = found.group(1).lower() if found else ""
    return "" if scheme == "article" else scheme


def _finding(link: Link, kind: str, severity: str, words: str) -> Finding:
    quote = f"{link.text} ({link.target})" if link.text and link.target else link.text or link.target
    return Finding(kind, severity, words, link.line, shortened(quote))  # type: ignore[arg-type]
