"""Replace personal data by typed placeholders, and put it back.

What is hidden: names (known ones, introduced ones and common given names), e-mail addresses,
telephone numbers, payment cards, IBANs, customer, account and identity numbers, postal addresses,
IP addresses, API keys, passwords and other long secrets.

Two classes of value:

* Personal data comes back exactly as it was when a reply is un-masked.
* Secrets (cards, keys, passwords) never come back: a card becomes ``•••• 4242``, a key keeps its
  public prefix (``hly_live_••••``), a password becomes ``••••``. A reply that repeats a secret would
  copy it into one more inbox. Only ``unmask(..., secrets=True)`` restores them, for exact round trips.

The mapping lives in memory for the length of one draft. It is never stored, traced or logged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.assist.masking.detectors import Finding, Kind, find_all
from core.assist.masking.names import find_known_names, find_names

PLACEHOLDER = re.compile(r"\[[A-Z]{2,12}_[0-9]{1,6}\]")
SECRET_KINDS = frozenset({Kind.CARD, Kind.KEY})
_DOTS = "••••"


@dataclass(frozen=True)
class Known:
    """What we know about the people in a conversation, so that it is found wherever it stands.

    Attributes:
        names: full names of the customer and other participants; their parts are found too.
        values: other exact strings to hide (e-mail addresses, telephone numbers), any spelling of case.
        numbers: customer or account numbers.
        locale: decides how telephone numbers without a country code are read.
    """

    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    locale: str = ""


@dataclass(frozen=True)
class Hidden:
    """A value behind a placeholder."""

    kind: Kind
    value: str = field(repr=False)

    @property
    def secret(self) -> bool:
        return self.kind in SECRET_KINDS


@dataclass(frozen=True)
class Masked:
    """A masked text, and the mapping that :func:`unmask` needs."""

    text: str
    mapping: Mapping[str, Hidden] = field(repr=False)


class Masker:
    """Masks the texts of one draft: the same value gets the same placeholder in all of them."""

    def __init__(self, known: Known | None = None) -> None:
        self._known = known or Known()
        self._by_placeholder: dict[str, Hidden] = {}
        self._by_value: dict[tuple[Kind, str], str] = {}
        self._counts: dict[Kind, int] = {}

    @property
    def known(self) -> Known:
        """What it was made with: for another one, with a mapping of its own."""
        return self._known

    @property
    def mapping(self) -> Mapping[str, Hidden]:
        """Placeholder -> hidden value, for every text masked so far."""
        return self._by_placeholder

    def mask(self, text: str) -> str:
        """``text`` with personal data replaced by placeholders such as ``[EMAIL_1]``."""
        findings = [
            *_literals(text),
            *find_all(text, locale=self._known.locale),
            *_known_values(text, self._known),
            *find_known_names(text, self._known.names),
            *find_names(text),
        ]
        return self._replace(text, findings)

    def shield(self, text: str) -> str:
        """``text`` of ours (an article) with only placeholder look-alikes replaced.

        Otherwise an article that explains ``[NAME_1]`` would be filled with the customer's name.
        """
        return self._replace(text, _literals(text))

    def unmask(self, text: str, *, secrets: bool = False) -> str:
        """See :func:`unmask`."""
        return unmask(text, self._by_placeholder, secrets=secrets)

    def _replace(self, text: str, findings: list[Finding]) -> str:
        pieces: list[str] = []
        position = 0
        for finding in _without_overlaps(findings):
            pieces.append(text[position : finding.start])
            pieces.append(self._placeholder(finding.kind, text[finding.start : finding.end]))
            position = finding.end
        pieces.append(text[position:])
        return "".join(pieces)

    def _placeholder(self, kind: Kind, value: str) -> str:
        placeholder = self._by_value.get((kind, value))
        if placeholder is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            placeholder = f"[{kind}_{self._counts[kind]}]"
            self._by_value[kind, value] = placeholder
            self._by_placeholder[placeholder] = Hidden(kind, value)
        return placeholder


def mask(text: str, known: Known | None = None) -> Masked:
    """Mask one text by itself. For several texts of one draft use a :class:`Masker`."""
    masker = Masker(known)
    masked = masker.mask(text)
    return Masked(masked, masker.mapping)


def unmask(text: str, mapping: Mapping[str, Hidden], *, secrets: bool = False) -> str:
    """Put hidden values back, in one pass, so that a value is never searched for placeholders itself.

    Args:
        secrets: also restore cards and keys exactly, instead of showing their harmless remainder.
    """

    def fill(match: re.Match[str]) -> str:
        hidden = mapping.get(match.group())
        if hidden is None:
            return match.group()
        return hidden.value if secrets or not hidden.secret else shown(hidden)

    return PLACEHOLDER.sub(fill, text)


def unfilled(text: str, mapping: Mapping[str, Hidden]) -> list[str]:
    """Placeholders in ``text`` that stand for nothing: a model made them up."""
    return [found for found in PLACEHOLDER.findall(text) if found not in mapping]


def shown(hidden: Hidden) -> str:
    """What a reply may show of a hidden value: all of it, or the harmless remainder of a secret."""
    if hidden.kind is Kind.CARD:
        digits = [character for character in hidden.value if character.isdigit()]
        return f"{_DOTS} {''.join(digits[-4:])}"
    if hidden.kind is Kind.KEY:
        prefix = re.match(r"(?:[A-Za-z]{2,8}[_-]){1,2}", hidden.value)
        return f"{prefix.group() if prefix else ''}{_DOTS}"
    return hidden.value


def _literals(text: str) -> list[Finding]:
    return [Finding(match.start(), match.end(), Kind.LITERAL) for match in PLACEHOLDER.finditer(text)]


def _known_values(text: str, known: Known) -> list[Finding]:
    found: list[Finding] = []
    for value in (*known.values, *known.numbers):
        if len(value.strip()) < 3:
            continue
        kind = Kind.ACCOUNT
        if value in known.values:
            kind = Kind.EMAIL if "@" in value else Kind.PHONE
        pattern = rf"(?<!\w){re.escape(value.strip())}(?!\w)"
        found += [
            Finding(match.start(), match.end(), kind) for match in re.finditer(pattern, text, re.IGNORECASE)
        ]
    return found


def _without_overlaps(findings: list[Finding]) -> list[Finding]:
    """The findings to use, in order: more certain kinds win, then longer ones, then earlier ones."""
    taken: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.kind.rank, f.start - f.end, f.start)):
        if all(finding.end <= other.start or finding.start >= other.end for other in taken):
            taken.append(finding)
    return sorted(taken, key=lambda f: f.start)
