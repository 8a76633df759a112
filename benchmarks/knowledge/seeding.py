"""Changes of one number, date, or yes and no, made to articles by a fixed seed.

Each change is made in one sentence or table row of one article, so that the changed article and the one it
was made from disagree there and nowhere else. The seed decides which articles, sentences and new values.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.knowledge import ArticleRecord

KINDS = ("number", "date", "negation")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DATE = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b(?=\s+\d)|\b\d{{1,2}}(?=:\d\d\b)|\b\d{{4}}-\d\d-\d\d\b")
_NUMBER = re.compile(r"(?<![\w.,#/-])\d+(?:,\d{3})*(?:\.\d+)?(?=%|\b)(?![\w-]*\d)")
_LINE_MARK = re.compile(r"^\s*(?:[-*+]|\d+[.)]|#+)\s+")
_NEGATIONS = (
    (re.compile(r"\bcannot\b"), "can"),
    (re.compile(r"\b(are|is|do|does|will|can|may|must|should) not\b"), r"\1"),
    (re.compile(r": Yes(?=\.|$| \|)"), ": No"),
    (re.compile(r"(?<=\| )Yes(?= \|)"), "No"),
    (re.compile(r"(?<=\| )No(?= \|)"), "Yes"),
    (re.compile(r": No(?=\.|$| \|)"), ": Yes"),
    (re.compile(r"\b(are|is|can|will|must) (?!not\b)(?=[a-z])"), r"\1 not "),
)


@dataclass(frozen=True, slots=True)
class SeededChange:
    """One changed article. ``before`` and ``after``: the line as it was and as it is now."""

    kind: str
    article: ArticleRecord
    before: str
    after: str


def seed_changes(articles: Sequence[ArticleRecord], *, count: int, seed: int) -> list[SeededChange]:
    """``count`` changes in as many articles: a third dates and a third negations where there are so many.

    Dates are rare in most articles, so they are looked for first, and numbers fill up what is left.
    """
    chooser = random.Random(seed)  # not for secrets: to choose the same each time
    waiting = sorted(articles, key=lambda article: article.external_id)
    chooser.shuffle(waiting)
    found: list[SeededChange] = []
    for kind, until in (("date", count // 3), ("negation", 2 * count // 3), ("number", count)):
        for article in waiting:
            if len(found) >= until:
                break
            if not any(change.article.external_id == article.external_id for change in found) and (
                change := _change(article, kind, chooser)
            ):
                found.append(change)
    return found


def _change(article: ArticleRecord, kind: str, chooser: random.Random) -> SeededChange | None:
    lines = article.body.split("\n")
    ways = [(place, new) for place, line in enumerate(lines) for new in _ways(line, kind, chooser)]
    if not ways:
        return None
    place, new = chooser.choice(ways)
    body = "\n".join((*lines[:place], new, *lines[place + 1 :]))
    changed = ArticleRecord(
        article.external_id, article.title, body, audience=article.audience, locale=article.locale
    )
    return SeededChange(kind, changed, lines[place], new)


def _ways(line: str, kind: str, chooser: random.Random) -> Iterator[str]:
    if line.lstrip().startswith(("#", "```")) or len(line.split()) < 4 or line.rstrip().endswith("?"):
        return
    mark = _LINE_MARK.match(line)
    start = mark.end() if mark else 0
    body = line[start:]
    if kind == "negation":
        for pattern, instead in _NEGATIONS:
            if match := pattern.search(body):
                yield line[:start] + body[: match.start()] + match.expand(instead) + body[match.end() :]
                return
        return
    for match in _matches(body, kind):
        new = _other(match.group(), kind, chooser)
        yield line[:start] + body[: match.start()] + new + body[match.end() :]


def _matches(body: str, kind: str) -> Iterable[re.Match[str]]:
    if kind == "date":
        return _DATE.finditer(body)
    dates = [match.span() for match in re.finditer(rf"\b(?:{'|'.join(_MONTHS)})\s+\d+(?:,\s*\d{{4}})?", body)]
    return [
        match
        for match in _NUMBER.finditer(body)
        if not any(left <= match.start() < right for left, right in dates)
    ]


def _other(value: str, kind: str, chooser: random.Random) -> str:
    if kind == "date" and value in _MONTHS:
        return chooser.choice([month for month in _MONTHS if month != value])
    if kind == "date" and "-" in value:
        year, month, day = value.split("-")
        return f"{year}-{int(month) % 12 + 1:02}-{min(int(day), 28):02}"
    if kind == "date":
        return str(int(value) % 11 + 1)
    plain = float(value.replace(",", ""))
    changed = plain * chooser.choice((2, 3, 1.5, 0.5)) if plain else float(chooser.choice((5, 10, 20)))
    if "." not in value:
        changed = float(round(changed)) if round(changed) != plain else plain + 1
        return f"{int(changed):,}" if "," in value else str(int(changed))
    digits = len(value.partition(".")[2])
    return f"{changed:,.{digits}f}" if "," in value else f"{changed:.{digits}f}"
