"""Picks the pieces of the passages that make up the answer, in reading order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.llm.offline.markdown import Piece
from core.llm.offline.passages import Passage
from core.llm.offline.query import Ask
from core.llm.offline.scoring import Evidence, Scored, lead_in

_KEEP_RATIO = 0.82
_SAME_BLOCK_RATIO = 0.65
_OTHER_ARTICLE_RATIO = 0.92
_LIST_MEMBER_RATIO = 0.95
_REDUNDANT = 0.7
_MAX_STEPS = 16
_MAX_BULLETS = 8
_MAX_BULLET_WORDS = 140
_MAX_ROWS = 4
_MAX_SENTENCES = 4
_PARAGRAPH_WORDS = 70
_LEANING = re.compile(
    r"^(this|that|these|those|it|they|he|she|such|then|also|however|therefore|otherwise|instead|"
    r"in (this|that|these) cases?|"
    r"for this|after that|afterwards|if (so|not)\b|"
    r"dies(e[rsnm]?)?|er|sie|es|danach|dann|jedoch|außerdem|dabei|dadurch|sonst|andernfalls|in diesem fall|"
    r"est[eao]s?|ell[oa]s?|eso|después|además|sin embargo|en (este|ese|tal) caso|de lo contrario|"
    r"ce(tte|la|ci|s|t)?|ils?|elles?|ensuite|puis|cependant|toutefois|sinon|dans ce cas)\b",
    re.I,
)
_LEANING_INSIDE = re.compile(
    r"\b(that|this|these|those) (time|date|day|period|case|error|step|setting|option|list|page|value|point|"
    r"reason)s?\b|"
    r"\bthe (former|latter|above|following)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an answer may hold. ``prose`` counts loose sentences; lists have their own limits."""

    prose: int = 3
    whole_lists: bool = True


@dataclass(slots=True)
class Selection:
    """The chosen pieces in reading order, and the best piece for each thing asked (if any)."""

    chosen: list[tuple[Passage, int]] = field(default_factory=list)
    best: list[Scored | None] = field(default_factory=list)

    def pieces(self) -> list[tuple[Passage, Piece]]:
        return [(passage, passage.pieces()[index]) for passage, index in self.chosen]


def select(
    evidence: Evidence,
    asks: Sequence[Ask],
    *,
    limits: Limits,
    similarity: Mapping[str, Mapping[str, float]] | None = None,
) -> Selection:
    """Choose the pieces that answer ``asks``.

    Lists of steps stay whole and in order, a sentence that leans on the one before it brings that
    one along, and what repeats something already chosen is left out.

    Args:
        similarity: for an ask's text, the cosine similarity of piece texts to it.
    """
    selection = Selection()
    for ask in asks:
        ranked = evidence.score(ask, similarity=(similarity or {}).get(ask.text))
        best = ranked[0] if ranked else None
        selection.best.append(best)
        if best is None or (best.covered <= 0 and not similarity):
            continue
        for passage, indexes in _for_ask(evidence, ask, ranked, limits):
            _merge(selection, passage, indexes)
    return selection


def _merge(selection: Selection, passage: Passage, indexes: Sequence[int]) -> None:
    """Add pieces next to those of the same passage, in the passage's order."""
    present = {index for other, index in selection.chosen if other.id == passage.id}
    wanted = sorted(present | set(indexes))
    place = next(
        (at for at, (other, _) in enumerate(selection.chosen) if other.id == passage.id),
        len(selection.chosen),
    )
    rest = [item for item in selection.chosen if item[0].id != passage.id]
    selection.chosen = [*rest[:place], *((passage, index) for index in wanted), *rest[place:]]


def _for_ask(
    evidence: Evidence, ask: Ask, ranked: Sequence[Scored], limits: Limits
) -> list[tuple[Passage, list[int]]]:
    best = ranked[0]
    taken: dict[str, tuple[Passage, set[int]]] = {}
    seen: list[frozenset[str]] = []
    loose = 0
    procedure = False
    for item in ranked:
        if item is not best:
            if loose >= limits.prose or not _worth(item, best, taken):
                continue
            if any(_overlap(item.terms, other) > _REDUNDANT for other in seen):
                continue
            if item.piece.kind == "step" and procedure:
                continue  # one way to do it is enough
        indexes = taken.setdefault(item.passage.id, (item.passage, set()))[1]
        if item.index in indexes:
            continue
        new = _unit(evidence, ask, item, ranked, limits)
        indexes.update(new)
        seen.extend(evidence.piece_terms(item.passage, index) for index in new)
        pieces = item.passage.pieces()
        procedure = procedure or any(pieces[index].kind == "step" for index in new)
        loose += sum(1 for index in new if pieces[index].kind in ("prose", "row")) or 1
    return [(passage, sorted(indexes)) for passage, indexes in taken.values()]


def _worth(item: Scored, best: Scored, taken: Mapping[str, tuple[Passage, set[int]]]) -> bool:
    if item.covered <= 0 or not item.terms:
        return False
    if item.piece.kind in ("row", "bullet") or best.piece.kind == "row":
        ratio = _LIST_MEMBER_RATIO
    elif item.passage.id == best.passage.id:
        ratio = _SAME_BLOCK_RATIO if item.piece.block == best.piece.block else _KEEP_RATIO
    elif item.passage.title == best.passage.title:
        ratio = (_KEEP_RATIO + _OTHER_ARTICLE_RATIO) / 2
    else:
        ratio = _OTHER_ARTICLE_RATIO
    if len(taken) > 1 and item.passage.id not in taken:
        return False
    return item.score >= ratio * best.score


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    union = len(left | right)
    return len(left & right) / union if union else 1.0


def _unit(evidence: Evidence, ask: Ask, item: Scored, ranked: Sequence[Scored], limits: Limits) -> list[int]:
    """The piece with everything it needs to be understood."""
    pieces = item.passage.pieces()
    indexes = {item.index}
    kind = item.piece.kind
    if kind == "prose":
        indexes.update(_leaned_on(pieces, item.index))
        if limits.whole_lists:
            indexes.update(_paragraph(pieces, item.index))
        indexes.update(_introduced(evidence, ask, item, ranked, limits))
    elif kind == "step":
        indexes.update(_steps(pieces, item.index))
    elif kind in ("bullet", "code", "row"):
        indexes.update(_members(pieces, item, ranked, limits))
    for index in list(indexes):
        lead = lead_in(pieces, index)
        if lead is not None:
            indexes.add(lead)
            indexes.update(_leaned_on(pieces, lead))
    return sorted(indexes)


def _leans(text: str) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    return _LEANING.match(text) is not None or _LEANING_INSIDE.search(text) is not None


def _leaned_on(pieces: Sequence[Piece], index: int) -> set[int]:
    found: set[int] = set()
    while (
        index
        and len(found) < 2
        and _leans(pieces[index].text)
        and pieces[index - 1].kind == "prose"
        and pieces[index - 1].block == pieces[index].block
    ):
        index -= 1
        found.add(index)
    return found


def _paragraph(pieces: Sequence[Piece], index: int) -> set[int]:
    """A short paragraph as a whole: a sentence out of the middle of it often says too little."""
    block = [at for at in _block(pieces, index) if pieces[at].kind == "prose"]
    size = sum(len(pieces[at].text.split()) for at in block)
    return set(block) if len(block) <= _MAX_SENTENCES and size <= _PARAGRAPH_WORDS else {index}


def _introduced(
    evidence: Evidence, ask: Ask, item: Scored, ranked: Sequence[Scored], limits: Limits
) -> set[int]:
    """The list or code a sentence ending in a colon promises; the steps right below a heading that fits."""
    pieces = item.passage.pieces()
    index = item.index + 1
    while index < len(pieces) and pieces[index].block == item.piece.block and pieces[index].kind == "prose":
        index += 1
    while index < len(pieces) and pieces[index].kind == "navigation":
        index += 1
    if index >= len(pieces):
        return set()
    following = pieces[index]
    promised = item.piece.text.endswith(":") and index >= item.index + 1
    if following.kind == "step" and (promised or ask.kind in ("how", "problem", "where")):
        section = evidence.coverage(ask.terms, evidence.section_terms(item.passage, index) | item.terms)
        if promised or section >= 0.5:
            return _steps(pieces, index)
    if not promised:
        return set()
    if following.kind == "code":
        return {index}
    if following.kind not in ("bullet", "row"):
        return set()
    # Either a member says it better than the sentence that introduces them, or the whole list is meant.
    block = _block(pieces, index)
    members = [other for other in ranked if other.passage.id == item.passage.id and other.index in block]
    fitting = {
        other.index for other in members if other.score >= _LIST_MEMBER_RATIO * item.score and other.terms
    }
    if fitting and len(fitting) < len(block):
        return fitting
    if following.kind == "bullet" and (limits.whole_lists or len(block) <= 3):
        return set(block) if _fits(pieces, block) else set(block[:_MAX_BULLETS])
    return set(block[:_MAX_ROWS])


def _block(pieces: Sequence[Piece], index: int) -> list[int]:
    return [
        at
        for at, piece in enumerate(pieces)
        if piece.block == pieces[index].block and piece.kind not in ("heading", "navigation")
    ]


def _steps(pieces: Sequence[Piece], index: int) -> set[int]:
    """The whole procedure around a step, sub-items, code and remarks included."""
    block = _block(pieces, index)
    while (more := _goes_on(pieces, block)) and len(block) < _MAX_STEPS:
        block = [*block, *more]
    if len(block) <= _MAX_STEPS * 2:
        return set(block)
    at = block.index(index)
    return set(block[max(0, at - 1) : at + 1])


def _goes_on(pieces: Sequence[Piece], block: Sequence[int]) -> list[int]:
    """The code or list that the last step announces with a colon, and the steps after it."""
    after = block[-1] + 1
    if after >= len(pieces) or pieces[after].kind not in ("code", "step", "bullet"):
        return []
    announced = pieces[block[-1]].kind == "step" and pieces[block[-1]].text.endswith(":")
    first = pieces[after].kind == "step" and pieces[after].marker.startswith("1.")
    continued = pieces[block[-1]].kind == "code" and pieces[after].kind == "step" and not first
    return _block(pieces, after) if announced or continued else []


def _fits(pieces: Sequence[Piece], block: Sequence[int]) -> bool:
    return len(block) <= _MAX_BULLETS and sum(len(pieces[i].text.split()) for i in block) <= _MAX_BULLET_WORDS


def _members(pieces: Sequence[Piece], item: Scored, ranked: Sequence[Scored], limits: Limits) -> set[int]:
    """For a bullet, row or code: the rest of a short list, or the members that fit about as well."""
    block = _block(pieces, item.index)
    if any(pieces[i].kind == "step" for i in block):
        return _steps(pieces, item.index)
    if item.piece.kind == "code":
        return set()
    in_block = [
        other
        for other in ranked
        if other.passage.id == item.passage.id and other.piece.block == item.piece.block
    ]
    equals = [other for other in in_block if other.score >= _LIST_MEMBER_RATIO * item.score]
    if item.piece.kind == "bullet" and limits.whole_lists and _fits(pieces, block) and len(equals) > 2:
        return set(block)
    most = _MAX_ROWS if item.piece.kind == "row" else _MAX_BULLETS
    return {other.index for other in equals[:most]}
