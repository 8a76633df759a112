"""Whether two statements cannot both be true: another value, another date, yes against no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from core.knowledge.comparing.dates import same_date
from core.knowledge.comparing.statements import Statement
from core.knowledge.comparing.subjects import Alignment, align
from core.knowledge.comparing.values import Value
from core.knowledge.comparing.wording import alike, folded

_SIZE_TOLERANCE = 0.08  # 1 GB is 1,000 MB to some and 1,024 to others
_TOLERANCE = 0.02  # 30 days and a month


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two statements disagree on. ``kind``: number, date or yes_no; the words as they stand."""

    kind: str
    mine: str
    theirs: str


def disagreement(
    left: Statement, right: Statement, *, names: frozenset[str] = frozenset()
) -> Disagreement | None:
    """What two statements about the same thing disagree on; None where both may hold.

    Precision comes first: statements of two cases (monthly and annual), of two named things, or with
    words on both sides that the other lacks are taken to be about different things.

    Args:
        names: stems of words that are names wherever the two stand; see :func:`..naming.name_stems`.
    """
    if left.language != right.language or not (left.comparable and right.comparable):
        return None
    words = align(left, right)
    if words.other_case or words.other_place or _other_names(left, right, names):
        return None
    turned = _turned(left, right)
    clash = _clash(left.values, right.values)
    if clash is not None and not turned:
        kind = "date" if clash[0].kind == "date" else "number"
        if not _same_subject(words, left, right, strict=kind == "date"):
            return None
        return Disagreement(kind, _written(left, clash[0]), _written(right, clash[1]))
    if clash is not None or not _same_values(left.values, right.values):
        return None
    if turned and _same_statement(words, left, right):
        return Disagreement("yes_no", left.text, right.text)
    if _all_against_only(words, left, right):
        return Disagreement("yes_no", left.text, right.text)
    return None


def agree(left: Statement, right: Statement, *, names: frozenset[str] = frozenset()) -> bool:
    """Whether two statements name the same value of the same thing."""
    if left.language != right.language or _turned(left, right) or _other_names(left, right, names):
        return False
    if not any(a.kind == b.kind and _equal(a, b) for a in left.values for b in right.values):
        return False
    if _clash(left.values, right.values) is not None:
        return False
    words = align(left, right)
    return not (words.other_case or words.other_place) and _same_subject(words, left, right, strict=False)


def _other_names(left: Statement, right: Statement, names: frozenset[str]) -> bool:
    """Whether the two name different things, themselves or by where they stand."""
    ours, theirs = names & set(left.stems), names & set(right.stems)
    if ours - theirs and theirs - ours:
        return True
    return (ours | (names & left.context)) != (theirs | (names & right.context))


def _same_subject(words: Alignment, left: Statement, right: Statement, *, strict: bool) -> bool:
    if words.left and words.right:
        return False
    extra = words.left + words.right
    narrowing = left.names | right.names | left.qualifiers | right.qualifiers
    if any(word in narrowing for word in extra):
        return False
    if not extra:
        return words.shared >= 2 or words.shared + words.weak >= 2 or (words.same_title and words.shared >= 1)
    return len(extra) <= (1 if strict else 2) and words.shared >= max(2, len(extra))


def _same_statement(words: Alignment, left: Statement, right: Statement) -> bool:
    extra = words.left + words.right
    if words.left and words.right and not _opposed(extra, left, right):
        return False
    extra = tuple(word for word in extra if not _opposed((word,), left, right))
    return len(extra) == 0 and words.shared >= 2


def _opposed(words: Sequence[str], left: Statement, right: Statement) -> bool:
    """Whether all words are from pairs of opposites that the two statements use against each other."""
    turning = {number for number, side in left.polarity.sides if (number, 1 - side) in right.polarity.sides}
    known = {word for statement in (left, right) for word, number in statement.opposites if number in turning}
    return all(word in known for word in words)


def _all_against_only(words: Alignment, left: Statement, right: Statement) -> bool:
    one, two = left.polarity, right.polarity
    if not ((one.every and two.only and not two.every) or (two.every and one.only and not one.every)):
        return False
    return words.shared >= 2 and len(words.left) <= 1 and len(words.right) <= 1 and not _turned(left, right)


def _turned(left: Statement, right: Statement) -> bool:
    """Whether one statement says yes where the other says no."""
    one, two = left.polarity, right.polarity
    against = sum(
        1 for number, side in one.sides if (number, 1 - side) in two.sides and (number, side) not in two.sides
    )
    zeros = _lone_zeros(left.values, right.values) + _lone_zeros(right.values, left.values)
    return (one.negated + two.negated + against + zeros) % 2 == 1


def _lone_zeros(values: Sequence[Value], others: Sequence[Value]) -> int:
    """Zeros that stand for "none" ("Fee: $0.00"), where the other statement gives no such value."""
    kinds = {other.kind for other in others}
    return sum(1 for value in values if value.amount == 0 and value.kind not in {"date", "clock", *kinds})


def _clash(left: Sequence[Value], right: Sequence[Value]) -> tuple[Value, Value] | None:
    """The first pair of values that are of one kind, mean the same and differ."""
    for group in _groups(left, right):
        ours, theirs = group
        if any(_equal(a, b) for a in ours for b in theirs):
            # Some agree: two statements with as many values each, all but one of them equal, still clash.
            if len(ours) != len(theirs) or len(ours) < 2:
                continue
            differing = [(a, b) for a, b in zip_longest(ours, theirs) if not _equal(a, b)]
            if len(differing) != 1 or any(_equal(differing[0][0], b) for b in theirs):
                continue
            return differing[0]
        a, b = ours[0], theirs[0]
        if a.bound * b.bound == -1:
            continue
        return a, b
    return None


def _groups(left: Sequence[Value], right: Sequence[Value]) -> list[tuple[list[Value], list[Value]]]:
    found: list[tuple[list[Value], list[Value]]] = []
    for kind in dict.fromkeys(value.kind for value in left):
        ours = [value for value in left if value.kind == kind]
        theirs = [value for value in right if value.kind == kind]
        if kind == "count":
            pairs = [(a, b) for a in ours for b in theirs if _counts_same(a, b)]
            found.extend(([a], [b]) for a, b in pairs if not any(_equal(a, other) for _, other in pairs))
        elif theirs:
            found.append((ours, theirs))
    return found


def _counts_same(left: Value, right: Value) -> bool:
    if not left.of or not right.of:
        return not left.of and not right.of
    return any(alike(a, b) for a in left.of for b in right.of)


def _equal(left: Value, right: Value) -> bool:
    if left.kind == "date":
        return same_date(left.partial, right.partial)
    if left.amount == right.amount:
        return True
    tolerance = _SIZE_TOLERANCE if left.kind == "size" else _TOLERANCE if left.kind == "duration" else 1e-9
    return abs(left.amount - right.amount) <= tolerance * max(abs(left.amount), abs(right.amount))


def _same_values(left: Sequence[Value], right: Sequence[Value]) -> bool:
    """Whether every value of the one has its equal in the other, so that only yes and no can differ."""
    fewer, more = sorted(
        ([value for value in side if value.amount or value.kind == "date"] for side in (left, right)), key=len
    )
    return (
        all(any(a.kind == b.kind and _equal(a, b) for b in more) for a in fewer)
        and len(more) - len(fewer) <= 1
    )


def _written(statement: Statement, value: Value) -> str:
    plain = folded(statement.text)
    # Folding rarely changes the length; where it did, the folded form is shown.
    source = statement.text if len(plain) == len(statement.text) else plain
    return source[value.start : value.end].strip()
