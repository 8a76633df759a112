"""Finds passages that hold for different cases, such as the monthly and the annual plan."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from core.llm.offline.passages import Passage
from core.llm.offline.words import fold, stem, words

# Words of one line exclude each other: a rule for one does not hold for another.
_FAMILIES = """
monthly/month-to-month/monatlich/mensual/mensuel annual/annually/yearly/jährlich/anual/annuel
windows macos/mac/osx linux/ubuntu android ios/iphone/ipad
personal/individual/privat/consumer business/company/enterprise/corporate/geschäftlich/empresa/entreprise
trial/testphase paid/bezahlt
debit credit prepaid
checking savings/giro
domestic/inland/nacional/national international/ausland/internacional
mobile/app web/browser/desktop cli/terminal
classic/legacy/klassisch new/neu
paypal sepa/iban card/karte/tarjeta/carte
renewal/verlängerung/renovación/renouvellement first/initial/erste/primer/premier
owner/inhaber member/mitglied guest/gast
inbound/incoming outbound/outgoing
"""


def _families() -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(_FAMILIES.split("\n")):
        for member, group in enumerate(line.split()):
            for word in group.split("/"):
                found.setdefault(fold(word), (number, member))
    return found


_FAMILY_OF = _families()
_BEFORE = _FAMILY_OF["classic"][0]


@lru_cache(maxsize=4096)
def _sides(text: str) -> dict[int, frozenset[tuple[int, str]]]:
    found: dict[int, set[tuple[int, str]]] = {}
    for word in words(text):
        place = _FAMILY_OF.get(word) or _FAMILY_OF.get(word.removesuffix("s"))
        if place:
            found.setdefault(place[0], set()).add((place[1], word))
    return {family: frozenset(members) for family, members in found.items()}


def superseded(passage: Passage) -> bool:
    """Whether the headings say that it is for what was there before, such as a classic panel."""
    return any(member == 0 for member, _ in _sides(_label(passage)).get(_BEFORE, ()))


def contrast(left: Passage, right: Passage) -> tuple[str, str] | None:
    """The words by which two passages' headings say that they are for different cases.

    Returns:
        The word or words of each side, such as ``("monthly", "annual")``, or None. One side may be
        empty where only the other names a special case, such as a classic version.
    """
    left_text, right_text = _label(left), _label(right)
    if fold(left_text) == fold(right_text):
        return None
    left_sides, right_sides = _sides(left_text), _sides(right_text)
    for family in left_sides.keys() & right_sides.keys():
        ours, theirs = left_sides[family], right_sides[family]
        if not {member for member, _ in ours} & {member for member, _ in theirs}:
            return min(word for _, word in ours), min(word for _, word in theirs)
    return _template(left.title, right.title)


def _label(passage: Passage) -> str:
    return (
        passage.heading
        if passage.heading.startswith(passage.title)
        else f"{passage.title} > {passage.heading}"
    )


@lru_cache(maxsize=4096)
def _template(left: str, right: str) -> tuple[str, str] | None:
    """Titles that are alike but for one or two words in the same place."""
    ours, theirs = words(left), words(right)
    if min(len(ours), len(theirs)) < 3 or ours == theirs:
        return None
    blocks = SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes()
    changes = [block for block in blocks if block[0] != "equal"]
    same = sum(block[2] - block[1] for block in blocks if block[0] == "equal")
    if len(changes) != 1 or same < 2 or changes[0][0] != "replace":
        return None
    _, i, j, k, m = changes[0]
    if j - i > 2 or m - k > 2 or same < max(j - i, m - k):
        return None
    return " ".join(ours[i:j]), " ".join(theirs[k:m])


def names(side: str, said: Iterable[str], language: str) -> bool:
    """Whether what was said (stems) names this side of a contrast, or a word of the same meaning."""
    stems = set(said)
    for word in side.split():
        place = _FAMILY_OF.get(word)
        alike = [word] if place is None else [other for other, at in _FAMILY_OF.items() if at == place]
        if not any(stem(other, language) in stems or other in stems for other in alike):
            return False
    return bool(side)
