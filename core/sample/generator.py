"""All conversations of the sample, the same ones for the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from core.sample.calendar import DAYS, KNOWLEDGE_FIX, during, moments, same_clock, shift
from core.sample.cast import CITIES, Client, make_clients
from core.sample.casting import Casting, Part, PartKey, draw_parts, incident_parts
from core.sample.drafting import Skill, skill_at
from core.sample.material import Material
from core.sample.stories import tell, tell_open
from core.sample.story import Setting, Story

SEED = "halyard"
EVERYDAY = 384
"""Conversations of the past 90 days besides incidents and what is open now."""

_SETTLING = timedelta(hours=30)
"""A conversation that began later than this before now could still be open."""


def generate(material: Material, *, reference: datetime) -> list[Story]:
    """Every story, by the time it began.

    Args:
        reference: the moment that counts as now (aware).
    """
    rng = Random(SEED)  # noqa: S311 - invented people, no secrets
    clients = make_clients(material.customers, rng)
    casting = Casting(clients, material.people)
    taken = {(case.scenario, case.locale, case.opening) for case in material.open_now}
    stories = list(_open(material, casting, reference=reference))
    stories.extend(_incidents(rng, material, casting, reference=reference))
    stories.extend(_everyday(rng, material, casting, taken, reference=reference))
    return sorted(stories, key=lambda story: (story.record.created_at, story.record.external_id))


def _everyday(
    rng: Random, material: Material, casting: Casting, taken: set[PartKey], *, reference: datetime
) -> Iterator[Story]:
    parts = draw_parts(rng, material, count=EVERYDAY, taken=taken)
    latest = reference - _SETTLING
    times = moments(rng, reference=reference, count=len(parts))
    for number, (part, at) in enumerate(zip(parts, times, strict=True), start=1):
        external_id = f"hly-{number:04d}"
        own = _own(external_id)
        client = casting.client(own, part)
        at = min(same_clock(at, client.record.time_zone), latest)
        setting = _setting(own, external_id, material, casting, part, client, at, reference)
        yield tell(own, setting, reference=reference)


def _incidents(rng: Random, material: Material, casting: Casting, *, reference: datetime) -> Iterator[Story]:
    moved = shift(reference)
    for scenario in material.scenarios.values():
        if not scenario.incident:
            continue
        incident = material.incidents[scenario.incident]
        city = CITIES[incident.regions[0]] if len(incident.regions) == 1 else ""
        for number, part in enumerate(incident_parts(rng, scenario), start=1):
            external_id = f"hly-{scenario.id}-{number:02d}"
            own = _own(external_id)
            at = moved + during(own, incident.started_at, incident.ended_at, incident.conversations_until)
            client = casting.client(own, part, city=city)
            setting = _setting(own, external_id, material, casting, part, client, at, reference, crowded=True)
            yield tell(own, setting, reference=reference)


def _open(material: Material, casting: Casting, *, reference: datetime) -> Iterator[Story]:
    people = {person.username: person for person in material.people}
    for number, case in enumerate(material.open_now, start=1):
        external_id = f"hly-now-{number:02d}"
        own = _own(external_id)
        part = Part(material.scenarios[case.scenario], case.locale, case.opening)
        rep = people.get(case.assignee) or casting.rep(own, part, escalated=False)
        at = reference - case.waited - timedelta(seconds=own.randrange(40))
        setting = Setting(
            external_id=external_id,
            part=part,
            client=casting.client(own, part, channel=case.channel),
            rep=rep,
            channel=case.channel,
            at=at,
            phrases=material.phrases[case.locale],
            skill=_skill(at, reference),
        )
        yield tell_open(own, setting, case, reference=reference)


def _setting(
    own: Random,
    external_id: str,
    material: Material,
    casting: Casting,
    part: Part,
    client: Client,
    at: datetime,
    reference: datetime,
    *,
    crowded: bool = False,
) -> Setting:
    return Setting(
        external_id=external_id,
        part=part,
        client=client,
        rep=casting.rep(own, part, escalated=bool(part.scenario.escalation)),
        channel=casting.channel(own, part, client, at),
        at=at,
        phrases=material.phrases[part.locale],
        skill=_skill(at, reference),
        crowded=crowded,
    )


def _skill(at: datetime, reference: datetime) -> Skill:
    return skill_at(
        at, fixed_at=KNOWLEDGE_FIX + shift(reference), started_at=reference - timedelta(days=DAYS)
    )


def _own(external_id: str) -> Random:
    """Each story has its own chance, so that changing one leaves the others as they are."""
    return Random(f"{SEED}:{external_id}")  # noqa: S311 - invented people, no secrets
