"""The hand-written material of the sample company, read from ``data/halyard`` and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.errors import ConfigurationError
from core.sample.written_cases import WrittenCase, read_written
from core.settings import ROOT

FOLDER = ROOT / "data" / "halyard"
LOCALES = ("en", "de", "es")
_PLANS = {"H": "harbor", "S": "sloop", "C": "schooner", "F": "fleet"}
_CHOICE = re.compile(r"([draxmnp])([0-9A-Z]+)")
_WAIT = re.compile(r"(\d+)([mhd])")
# The safe loader, in C where PyYAML has it: reading takes 0.1 s instead of 2 s.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Opening:
    """How a customer begins, and which pieces of the scenario go with it.

    ``drafts``, ``replies`` and the rest are places in the lists of :class:`Words`. Empty: none.
    ``months`` and ``plan`` fix details that the text mentions; ``writers`` are the names or
    time zones of the customers who would write so (empty: anybody).
    """

    text: str
    drafts: tuple[int, ...] = ()
    replies: tuple[int, ...] = ()
    asks: tuple[int, ...] = ()
    more: tuple[int, ...] = ()
    additions: tuple[int, ...] = ()
    months: int | None = None
    plan: str = ""
    writers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake that drafts made before the knowledge was put right."""

    right: str
    wrong: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one scenario in one language."""

    subjects: Sequence[str]
    openings: Sequence[Opening]
    drafts: Sequence[str] = ()
    slips: Sequence[Slip] = ()
    additions: Sequence[str] = ()
    replies: Sequence[str] = ()
    asks: Sequence[Sequence[str]] = ()
    more: Sequence[Sequence[str]] = ()
    calls: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One matter customers write about. ``mood``: -2 (upset) .. 1 (happy)."""

    id: str
    intent: str
    tags: Sequence[str]
    plans: Sequence[str]
    weight: int
    articles: Sequence[str]
    words: Mapping[str, Words]
    priority: int = 3
    mood: int = 0
    incident: str = ""
    annual: bool = False
    decision: str = "answer"
    reason: str = ""
    question: str = ""
    escalation: str = ""


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One of the sample people."""

    username: str
    name: str
    role: str
    email: str
    time_zone: str
    locale: str
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """One of the sample customers. ``domain`` is without its ``.example``."""

    name: str
    locale: str
    time_zone: str
    plan: str
    company: str
    domain: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A fault on our side, and until when customers wrote about it (UTC)."""

    number: str
    title: str
    started_at: datetime
    ended_at: datetime
    conversations_until: datetime
    regions: Sequence[str]
    summary: str


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A conversation that is on the desk now."""

    scenario: str
    locale: str
    opening: int
    channel: str
    waited: timedelta
    assignee: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything from ``data/halyard`` except the articles."""

    scenarios: Mapping[str, Scenario]
    people: Sequence[SamplePerson]
    customers: Sequence[SampleCustomer]
    incidents: Mapping[str, Incident]
    criteria: Sequence[Mapping[str, Any]]
    classifiers: Sequence[Mapping[str, Any]]
    phrases: Mapping[str, Mapping[str, Sequence[str]]]
    open_now: Sequence[OpenCase] = field(default=())
    cases: Sequence[WrittenCase] = field(default=())


@cache
def read_material(folder: Path = FOLDER) -> Material:
    """Read the material once per process.

    Raises:
        ConfigurationError: a file is missing or says something impossible; names the file.
    """
    scenarios = {
        scenario.id: scenario
        for path in sorted((folder / "scenarios").glob("*.yaml"))
        for scenario in _scenarios(path)
    }
    incidents = [Incident(**raw) for raw in _read(folder / "incidents.yaml")]
    return Material(
        scenarios=scenarios,
        people=[SamplePerson(**raw) for raw in _read(folder / "people.yaml")],
        customers=[SampleCustomer(*raw) for raw in _read(folder / "customers.yaml")],
        incidents={incident.number: incident for incident in incidents},
        criteria=_read(folder / "criteria.yaml"),
        classifiers=_read(folder / "classifiers.yaml"),
        phrases=_read(folder / "phrases.yaml"),
        open_now=[_open_case(raw, scenarios) for raw in _read(folder / "open_now.yaml")],
        cases=read_written(folder / "cases"),
    )


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe one
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"The sample company cannot be read: {path.name}: {error}") from error


def _scenarios(path: Path) -> Iterator[Scenario]:
    for raw in _read(path):
        try:
            yield _scenario(raw)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            name = raw.get("id", "?")
            raise ConfigurationError(f"{path.name}: scenario {name} is broken: {error!r}") from error


def _scenario(raw: Mapping[str, Any]) -> Scenario:
    return Scenario(
        id=raw["id"],
        intent=raw["intent"],
        tags=raw["tags"],
        plans=raw["plans"],
        weight=raw["weight"],
        articles=raw["articles"],
        words={locale: _words(raw[locale]) for locale in LOCALES if locale in raw},
        priority=raw.get("priority", 3),
        mood=raw.get("mood", 0),
        incident=raw.get("incident", ""),
        annual=raw.get("annual", False),
        decision=raw.get("decide", "answer"),
        reason=raw.get("reason", ""),
        question=raw.get("question", ""),
        escalation=raw.get("escalation", ""),
    )


def _words(raw: Mapping[str, Any]) -> Words:
    texts = raw["open"]
    choices = raw["match"].split() if "match" in raw else [None] * len(texts)
    openings = [_opening(text, choice, raw) for text, choice in zip(texts, choices, strict=True)]
    if "writers" in raw:
        openings = [
            replace(opening, writers=tuple(writers))
            for opening, writers in zip(openings, raw["writers"], strict=True)
        ]
    return Words(
        subjects=raw["subjects"],
        openings=openings,
        drafts=raw.get("draft", ()),
        slips=[Slip(*slip) for slip in raw.get("slips", ())],
        additions=raw.get("add", ()),
        replies=raw.get("reply", ()),
        asks=raw.get("ask", ()),
        more=raw.get("more", ()),
        calls=raw.get("calls", ()),
    )


def _opening(text: str, choice: str | None, raw: Mapping[str, Any]) -> Opening:
    """``choice`` such as ``d01r1m0x2n4pS``: drafts 0 and 1, reply 1, ... Without one, everything goes."""
    lists = {"d": "draft", "r": "reply", "a": "ask", "m": "more", "x": "add"}
    if choice is None:
        places = {letter: tuple(range(len(raw.get(name, ())))) for letter, name in lists.items()}
        return _with_places(text, places)
    named = dict(_CHOICE.findall(choice))
    places = {letter: tuple(map(int, named.get(letter, ""))) for letter in lists}
    for letter, name in lists.items():
        if any(place >= len(raw.get(name, ())) for place in places[letter]):
            raise ValueError(f"{choice} names a {name} that is not there")
    months = int(named["n"]) if "n" in named else None
    return _with_places(text, places, months=months, plan=_PLANS.get(named.get("p", ""), ""))


def _with_places(
    text: str, places: Mapping[str, tuple[int, ...]], *, months: int | None = None, plan: str = ""
) -> Opening:
    return Opening(
        text=text,
        drafts=places["d"],
        replies=places["r"],
        asks=places["a"],
        more=places["m"],
        additions=places["x"],
        months=months,
        plan=plan,
    )


def _open_case(raw: Sequence[Any], scenarios: Mapping[str, Scenario]) -> OpenCase:
    scenario, locale, opening, channel, waited, assignee, *flags = raw
    amount = _WAIT.fullmatch(waited)
    try:
        scenarios[scenario].words[locale].openings[opening]
    except (KeyError, IndexError):
        raise ConfigurationError(f"open_now.yaml: there is no {scenario} {locale} {opening}") from None
    if amount is None:
        raise ConfigurationError(f"open_now.yaml: {waited!r} is no time such as 20m, 4h or 2d")
    wait = timedelta(**{_UNITS[amount[2]]: int(amount[1])})
    return OpenCase(scenario, locale, opening, channel, wait, assignee, frozenset(flags))
