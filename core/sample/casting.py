"""Which scenario, customer and channel come together, and how often each opening is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from core.sample.calendar import staffed
from core.sample.cast import Client
from core.sample.material import Material, Opening, SamplePerson, Scenario, Words

LOCALE_SHARES = {"en": 0.68, "de": 0.18, "es": 0.14}
_NO_CHAT = ("harbor",)
_PHONE_PLANS = ("schooner", "fleet")
_CALLS = 0.85  # of the conversations that could be calls
_CALLS_EACH = 3  # times a transcript may be used


PartKey = tuple[str, str, int]
"""Scenario id, locale, place of the opening."""


@dataclass(frozen=True, slots=True)
class Part:
    """A scenario in one language, begun in one way."""

    scenario: Scenario
    locale: str
    place: int

    @property
    def key(self) -> PartKey:
        return self.scenario.id, self.locale, self.place

    @property
    def words(self) -> Words:
        return self.scenario.words[self.locale]

    @property
    def opening(self) -> Opening:
        return self.words.openings[self.place]


def draw_parts(rng: Random, material: Material, *, count: int, taken: set[PartKey]) -> list[Part]:
    """``count`` parts of everyday scenarios in the wanted mix of languages.

    An opening comes up again only after all others of its language did; those in ``taken`` count
    as used once. Frequent scenarios come first in each round.
    """
    found: list[Part] = []
    for locale, share in LOCALE_SHARES.items():
        wanted = round(count * share)
        parts = [
            Part(scenario, locale, place)
            for scenario in material.scenarios.values()
            if not scenario.incident and locale in scenario.words
            for place in range(len(scenario.words[locale].openings))
        ]
        found.extend(_rounds(rng, parts, wanted, taken))
    rng.shuffle(found)
    return found


def incident_parts(rng: Random, scenario: Scenario) -> list[Part]:
    """As many parts of an incident as its weight says: each opening once, then again in English."""
    parts = [
        Part(scenario, locale, place)
        for locale, words in scenario.words.items()
        for place in range(len(words.openings))
    ]
    again = [part for part in parts if part.locale == "en"]
    rng.shuffle(again)
    return (parts + again)[: scenario.weight]


def _rounds(rng: Random, parts: list[Part], count: int, taken: set[PartKey]) -> Iterator[Part]:
    left = [part for part in parts if part.key not in taken]
    while count > 0:
        # Weighted order without replacement: the larger the weight, the nearer to 1 the root.
        order = sorted(left, key=lambda part: rng.random() ** (1 / _weight(part)), reverse=True)
        yield from order[:count]
        count -= len(order)
        left = parts


def _weight(part: Part) -> float:
    return part.scenario.weight / len(part.words.openings)


@dataclass(slots=True)
class Casting:
    """Chooses customers, channels and reps, spreading the work as a real desk would."""

    clients: Sequence[Client]
    people: Sequence[SamplePerson]
    busy: Counter[str] = field(default_factory=Counter)
    calls_made: Counter[tuple[str, str]] = field(default_factory=Counter)

    def client(self, rng: Random, part: Part, *, city: str = "", channel: str = "") -> Client:
        """A customer whose plan and language fit; rather one who has not written yet.

        Args:
            city: the region of their sites, when the matter concerns only one.
            channel: how they reach us, when that is settled.
        """
        plans = (part.opening.plan,) if part.opening.plan else part.scenario.plans
        fitting = [client for client in self.clients if client.locale == part.locale]
        fitting = [client for client in fitting if client.plan in plans] or fitting
        if writers := part.opening.writers:
            fitting = [
                client
                for client in self.clients
                if client.record.name in writers or client.record.time_zone in writers
            ]
        if channel == "chat":
            fitting = [client for client in fitting if client.plan not in _NO_CHAT] or fitting
        if city:
            fitting = [client for client in fitting if client.city == city] or fitting
        if part.scenario.annual:
            fitting = [client for client in fitting if client.annual] or fitting
        weights = [
            (1.0 if not part.words.calls or client.plan in _PHONE_PLANS else 0.45)
            / (1 + self.busy[client.record.external_id]) ** 1.5
            for client in fitting
        ]
        chosen = rng.choices(fitting, weights)[0]
        self.busy[chosen.record.external_id] += 1
        return chosen

    def channel(self, rng: Random, part: Part, client: Client, at: datetime) -> str:
        """How this customer can reach us at this hour, given their plan."""
        open_now = staffed(at)
        calls = part.words.calls
        if calls and open_now and client.plan in _PHONE_PLANS and rng.random() < _CALLS:
            self.calls_made[(part.scenario.id, part.locale)] += 1
            if self.calls_made[(part.scenario.id, part.locale)] <= _CALLS_EACH * len(calls):
                return "voice"
        if len(part.opening.text) > 600:
            return "email"
        if client.plan not in _NO_CHAT and open_now and rng.random() < 0.88:
            return "chat"
        return "embedded" if rng.random() < 0.16 else "email"

    def rep(self, rng: Random, part: Part, *, escalated: bool) -> SamplePerson:
        """Somebody who speaks the language; specialists take more of what is escalated."""
        able = [
            person
            for person in self.people
            if part.locale in person.languages and person.role in ("rep", "specialist")
        ]
        weights = [
            (3.0 if person.role == "rep" else 1.3)
            * (3.0 if escalated and person.role == "specialist" else 1.0)
            * (1.5 if person.languages[0] == part.locale else 1.0)
            for person in able
        ]
        return rng.choices(able, weights)[0]
