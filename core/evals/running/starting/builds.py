"""Which build a run asks: the one in force, a candidate, or one of before if it can still be made."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Build
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.evals.tables import EvalCandidate, EvalRun
from core.evals.targets import REPLAY, Asked, open_target
from core.settings import Settings

_WORDS = {
    "model": "the model",
    "instructions": "the instructions",
    "knowledge": "the knowledge",
    "classifiers": "the classifiers that hold drafts back",
    "answering": "the level from which the AI answers",
    "actions": "the actions",
    "guardrails": "the guardrails",
    "agent": "how the agent works",
    "verification": "how citations are verified",
    "sdk": "the version of the software",
    "organisation": "the organisation's name",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A build that can be asked, and what has to be changed to have it."""

    build_id: str
    changes: dict[str, Any] = field(default_factory=dict)
    candidate_id: int | None = None


def choose_build(
    target: str,
    *,
    database: Database,
    settings: Settings,
    candidate: EvalCandidate | None = None,
    build_id: str = "",
    stage: str = "",
) -> Chosen:
    """Open the target to learn its build, which is stored by that.

    A build of before is made again with what an earlier run of it changed, or with its model, and only
    counts if that gives the same id.

    Args:
        stage: of a replay, see :func:`core.evals.targets.staging`.

    Raises:
        InvalidInput: the build asked for cannot be made any more; says what differs.
        NotFound: nobody ever saw it.
        ConfigurationError: no model can be asked.
    """
    changes = dict(candidate.changes) if candidate is not None else {}
    if stage:
        changes = {REPLAY: stage}
    opened = _opened(target, changes, database=database, settings=settings)
    if build_id in ("", opened):
        return Chosen(opened, changes, candidate.key if candidate is not None else None)
    with database.reading() as session:
        wanted, now = session.get(Build, build_id), session.get(Build, opened)
        if wanted is None:
            raise NotFound(f"There is no build “{build_id[:64]}”.")
        ways = _ways_to(wanted, target, session=session) if candidate is None else []
    for way in ways:
        if _opened(target, way.changes, database=database, settings=settings) == build_id:
            return way
    differs = differences(now.contents if now is not None else {}, wanted.contents)
    raise InvalidInput(
        f"Build {build_id} cannot be asked any more: {_listed(differs)} changed since. Leave the build "
        "out to ask the one in force, or describe a candidate."
    )


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """In what two builds differ, in words; empty where they do not."""
    names = [*_WORDS, *sorted({*one, *other} - set(_WORDS))]
    return [_WORDS.get(name, name) for name in names if one.get(name) != other.get(name)]


def _ways_to(build: Build, target: str, *, session: Session) -> list[Chosen]:
    earlier = session.exec(
        select(EvalRun)
        .where(col(EvalRun.build_id) == build.id, col(EvalRun.target) == target)
        .order_by(col(EvalRun.id).desc())
        .limit(1)
    ).first()
    ways = [] if earlier is None else [Chosen(build.id, dict(earlier.changes), earlier.candidate_id)]
    if model := build.contents.get("model"):
        ways.append(Chosen(build.id, {"model": dict(model)}))
    return [way for way in ways if way.changes]


def _opened(target: str, changes: Mapping[str, Any], *, database: Database, settings: Settings) -> str:
    opened = open_target(target, Asked(database, settings, changes=changes))
    asyncio.run(opened.aclose())
    return opened.build_id


def _listed(words: list[str]) -> str:
    if not words:
        return "something else"
    have = "have" if len(words) > 1 else "has"
    return f"{', '.join(words[:-1])} and {words[-1]} {have}" if len(words) > 1 else f"{words[0]} {have}"
