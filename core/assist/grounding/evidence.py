"""What one run has really retrieved. Only this can be cited."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.assist.masking import PLACEHOLDER, Masker
from core.knowledge import Hit

Search = Callable[[str], list[Hit]]


@dataclass(frozen=True)
class Retrieved:
    """A passage as it was first found in a run: by which query, how well."""

    label: str
    hit: Hit
    query: str


@dataclass
class Evidence:
    """The ledger of a run: every passage the search tool returned, under a short label ``P1``, ``P2`` ...

    A passage found again keeps its label. Labels are of this run only, so a model cannot cite from
    memory or from another case.
    """

    search: Search = field(repr=False)
    masker: Masker = field(default_factory=Masker, repr=False)
    queries: list[str] = field(default_factory=list)
    milliseconds: float = 0.0
    _by_passage: dict[int, Retrieved] = field(default_factory=dict)

    def look_up(self, query: str) -> list[Retrieved]:
        """Search, and enter what was found. Placeholders in the query mean nothing there and are left out."""
        plain = " ".join(PLACEHOLDER.sub(" ", query).split())
        self.queries.append(plain)
        if not plain:
            return []
        started = time.perf_counter()
        hits = self.search(plain)
        self.milliseconds += (time.perf_counter() - started) * 1000
        return [self._enter(hit, plain) for hit in hits]

    @property
    def passages(self) -> Mapping[str, Hit]:
        """Label -> passage."""
        return {entry.label: entry.hit for entry in self._by_passage.values()}

    @property
    def retrieved(self) -> list[Retrieved]:
        """Everything found, best score first."""
        return sorted(self._by_passage.values(), key=lambda entry: -entry.hit.score)

    def _enter(self, hit: Hit, query: str) -> Retrieved:
        known = self._by_passage.get(hit.passage_id)
        if known is None:
            known = Retrieved(f"P{len(self._by_passage) + 1}", hit, query)
        elif hit.score > known.hit.score:
            known = Retrieved(known.label, hit, query)
        self._by_passage[hit.passage_id] = known
        return known
