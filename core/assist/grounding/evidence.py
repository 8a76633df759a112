"""What one run has really retrieved, looked up and been told. Only this can be cited."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from core.assist.masking import PLACEHOLDER, Masker
from core.knowledge import Hit

Search = Callable[[str], list[Hit]]


@dataclass(frozen=True)
class Retrieved:
    """A passage as it was first found in a run: by which query, how well."""

    label: str
    hit: Hit
    query: str


@dataclass(frozen=True)
class Find:
    """One search of a run: what was asked, and what came back, best first."""

    query: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Stated:
    """A source that is no article: what an action gave (T1, A1) or what the rep answered (R1).

    Attributes:
        text: what may be quoted to the customer, word for word; un-masked.
        done: an action that was carried out. What failed or waits states nothing.
        vouched: its sentences were written to be told, by us or an admin. Raw fields of another system
            are not: somebody else may have filled them in.
    """

    label: str
    kind: Literal["action", "person"]
    title: str
    text: str
    locale: str
    done: bool = True
    vouched: bool = True
    audience: str = "public"

    @property
    def heading_path(self) -> str:
        return self.title


Source = Hit | Stated


@dataclass
class Evidence:
    """The ledger of a run: what may be cited, under short labels.

    Every passage the search tool returned is ``P1``, ``P2`` ...; results of actions and answers of the
    rep are entered with :meth:`state`. A passage found again keeps its label. Labels are of this run
    only, so a model cannot cite from memory or from another case.
    """

    search: Search = field(repr=False)
    masker: Masker = field(default_factory=Masker, repr=False)
    queries: list[str] = field(default_factory=list)
    finds: list[Find] = field(default_factory=list)
    milliseconds: float = 0.0
    _by_passage: dict[int, Retrieved] = field(default_factory=dict)
    _stated: dict[str, Stated] = field(default_factory=dict)

    def look_up(self, query: str) -> list[Retrieved]:
        """Search, and enter what was found. Placeholders in the query mean nothing there and are left out."""
        plain = " ".join(PLACEHOLDER.sub(" ", query).split())
        self.queries.append(plain)
        if not plain:
            return []
        started = time.perf_counter()
        hits = self.search(plain)
        self.milliseconds += (time.perf_counter() - started) * 1000
        self.finds.append(Find(plain, tuple(hits)))
        return [self._enter(hit, plain) for hit in hits]

    def state(self, source: Stated) -> None:
        """Enter the result of an action, or an answer. A label entered again gets the newer text."""
        self._stated[source.label] = source

    @property
    def sources(self) -> Mapping[str, Source]:
        """Label -> passage, result or answer: everything a sentence may rest on."""
        passages: dict[str, Source] = {entry.label: entry.hit for entry in self._by_passage.values()}
        return {**passages, **self._stated}

    @property
    def stated(self) -> Sequence[Stated]:
        return tuple(self._stated.values())

    @property
    def retrieved(self) -> list[Retrieved]:
        """Everything found, best score first."""
        return sorted(self._by_passage.values(), key=lambda entry: -entry.hit.score)

    def dump(self) -> list[dict[str, Any]]:
        """The passages as JSON, so that a run can go on later; see :meth:`restore`."""
        return [
            {"label": entry.label, "query": entry.query, "hit": asdict(entry.hit)}
            for entry in self._by_passage.values()
        ]

    def restore(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Enter passages that :meth:`dump` gave, under the labels they had."""
        for entry in entries:
            hit = Hit(**entry["hit"])
            self._by_passage[hit.passage_id] = Retrieved(entry["label"], hit, entry["query"])

    def _enter(self, hit: Hit, query: str) -> Retrieved:
        known = self._by_passage.get(hit.passage_id)
        if known is None:
            known = Retrieved(f"P{len(self._by_passage) + 1}", hit, query)
        elif hit.score > known.hit.score:
            known = Retrieved(known.label, hit, query)
        self._by_passage[hit.passage_id] = known
        return known
