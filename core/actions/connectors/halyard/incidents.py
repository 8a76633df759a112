"""Faults on our side: what is known of them, and a new one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.actions.connectors.halyard.prepared import Prepared, digest
from core.actions.connectors.halyard.statements import Said, say, tell
from core.actions.connectors.halyard.tables import Customer, Incident
from core.actions.declaration import ActionRefused, Outcome, Preview

REGIONS = ("Cork", "Bergen", "Norfolk", "Oregon")
_ALL = "all"
_FIRST_NUMBER = 2001
_WORD = re.compile(r"\w{3,}")
_MOST = 5


def incident_status(
    session: Session, _customer: Customer | None, arguments: Mapping[str, Any], _at: datetime
) -> Outcome:
    """By number, by words of the matter, or with neither everything that is open.

    Raises:
        ActionRefused: there is no incident with that number.
    """
    number = str(arguments.get("number") or "").strip().upper()
    topic = str(arguments.get("topic") or "").strip()
    newest = session.exec(select(Incident).order_by(col(Incident.started_at).desc())).all()
    if number:
        found = [each for each in newest if each.number == number]
        if not found:
            raise ActionRefused(f"There is no incident {number}.")
    elif topic:
        found = _about(newest, topic)
    else:
        found = [each for each in newest if each.status == "open"]
    found = found[:_MOST]
    said = [_standing(each) for each in found]
    if not any(each.status == "open" for each in found):
        said.append(say("no_open_incident"))
    if number:
        said = said[:1]
    return Outcome(
        result={"incidents": [_as_result(each) for each in found]},
        summary="; ".join(f"{each.number} {each.title}: {each.status}" for each in found)
        or "No incident is known about this.",
        statements=tell(*said),
    )


def open_incident(
    session: Session, _customer: Customer, arguments: Mapping[str, Any], at: datetime
) -> Prepared:
    """Open an incident with the next number.

    Raises:
        ActionRefused: one with the same title is open.
    """
    title, description = str(arguments["title"]).strip(), str(arguments["description"]).strip()
    region = str(arguments["region"])
    still_open = session.exec(select(Incident).where(Incident.status == "open")).all()
    twin = next((each for each in still_open if each.title.casefold() == title.casefold()), None)
    if twin is not None:
        raise ActionRefused(f"{twin.number} with this title is open already. Link the conversation to it.")
    where = "all regions" if region == _ALL else region
    warnings = ["It appears on the status page, for everybody to read."]
    if still_open:
        warnings.append(f"Open now: {', '.join(f'{each.number} {each.title}' for each in still_open)}.")
    preview = Preview(
        effect=f"Open an incident for {where}: {title}.",
        before={"Open incidents": str(len(still_open))},
        after={"Open incidents": str(len(still_open) + 1)},
        facts=digest(sorted(each.number for each in still_open)),
        warnings=tuple(warnings),
        policy="The duty incident manager opens and closes incidents.",
        policy_article="internal-incident-communication",
    )

    def carry_out() -> Outcome:
        incident = Incident(
            number=_next_number(session),
            title=title,
            description=description,
            regions=[] if region == _ALL else [region],
            started_at=at,
        )
        session.add(incident)
        session.flush()
        return Outcome(
            result=_as_result(incident),
            summary=f"Opened {incident.number}: {title}.",
            reference=incident.number,
            statements=tell(say("incident_opened", number=incident.number)),
        )

    return Prepared(preview, carry_out)


def _about(incidents: Sequence[Incident], topic: str) -> list[Incident]:
    """Those that share a word (three letters or more) with ``topic``; most shared words first."""
    wanted = set(_WORD.findall(topic.casefold()))
    shared = {
        each.number: len(wanted & set(_WORD.findall(f"{each.title} {each.description}".casefold())))
        for each in incidents
    }
    hits = [each for each in incidents if shared[each.number]]
    return sorted(hits, key=lambda each: -shared[each.number])


def _standing(incident: Incident) -> Said:
    if incident.ended_at is not None:
        return say("incident_resolved", number=incident.number, date=incident.ended_at)
    return say("incident_open", number=incident.number, date=incident.started_at)


def _as_result(incident: Incident) -> dict[str, Any]:
    return {
        "number": incident.number,
        "title": incident.title,
        "description": incident.description,
        "regions": incident.regions or list(REGIONS),
        "status": incident.status,
        "started_at": incident.started_at.isoformat(),
        "ended_at": incident.ended_at.isoformat() if incident.ended_at else None,
    }


def _next_number(session: Session) -> str:
    highest = session.scalar(select(func.max(Incident.number)))
    return f"INC-{int(highest.removeprefix('INC-')) + 1 if highest else _FIRST_NUMBER}"
