"""Suites of cases, and a target that answers as it is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert
from sqlmodel import select

from core.assist import Build
from core.database import Database, now
from core.evals.content import CaseContent
from core.evals.output import Output
from core.evals.running import start_run, work_on_run
from core.evals.tables import (
    EvalCase,
    EvalGrade,
    EvalResult,
    EvalRun,
    EvalSuite,
    EvalSuiteMember,
    KnowledgeSnapshot,
)
from core.evals.targets import Asked
from core.identity import SYSTEM
from core.settings import get_settings

TARGET = "scripted"


@dataclass
class Script:
    """How the scripted target answers.

    Attributes:
        says: the answer to a case, or an error; may take its time.
        asked: the names of the cases that were asked, in order.
    """

    says: Callable[[CaseContent, int], Output] = lambda case, _repeat: Output(text=f"Answer to {case.name}")
    seconds: float = 0.0
    room: int = 8
    build_id: str = "build-1"
    cost: float = 0.0
    asked: list[str] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    opened: list[Asked] = field(default_factory=list)
    closed: int = 0

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.asked)


class ScriptedTarget:
    def __init__(self, script: Script, build_id: str) -> None:
        self._script = script
        self.build_id = build_id

    @property
    def room(self) -> int:
        return self._script.room

    async def answer(self, case: CaseContent, repeat: int) -> Output:
        script = self._script
        script.asked.append(case.name)
        script.in_flight += 1
        script.most_in_flight = max(script.most_in_flight, script.in_flight)
        try:
            await asyncio.sleep(script.seconds)
            said = script.says(case, repeat)
        finally:
            script.in_flight -= 1
        return replace(
            said, build_id=said.build_id or self.build_id, cost=script.cost, requests=1, milliseconds=5.0
        )

    async def aclose(self) -> None:
        self._script.closed += 1


def opener(script: Script, database: Database) -> Callable[[Asked], ScriptedTarget]:
    """What to register under :data:`TARGET`. Changes make another build."""

    def open_scripted(asked: Asked) -> ScriptedTarget:
        script.opened.append(asked)
        changed = "+".join(sorted(asked.changes))
        build_id = f"{script.build_id}{'+' if changed else ''}{changed}"
        with database.transaction() as session:
            if session.get(Build, build_id) is None:
                contents = {"model": {"provider": "scripted", "name": "m1"}, "instructions": changed}
                session.add(Build(id=build_id, contents=contents))
        return ScriptedTarget(script, build_id)

    return open_scripted


def make_suite(
    database: Database,
    count: int,
    *,
    name: str = "core",
    expectations: Sequence[dict[str, Any]] = ({"kind": "contains", "texts": ["Answer"]},),
    held_out: bool = False,
) -> int:
    """A suite of accepted cases, ``case 1`` and so on; its key."""
    with database.transaction() as session:
        if session.get(KnowledgeSnapshot, "none") is None:
            session.add(KnowledgeSnapshot(id="none", version_ids=[]))
        suite = EvalSuite(name=name, title=name.title(), kind="core", held_out=held_out)
        session.add(suite)
        session.flush()
        rows = [_case(name, number, expectations) for number in range(1, count + 1)]
        session.execute(insert(EvalCase), rows)
        ids = session.exec(select(EvalCase.id).where(EvalCase.theme == name)).all()
        members = [{"suite_id": suite.key, "case_id": key, "added_at": now()} for key in ids]
        session.execute(insert(EvalSuiteMember), members)
        return suite.key


def _case(suite: str, number: int, expectations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    text = f"Question {number} of {suite}: where is my invoice?"
    return {
        "name": f"case {number}",
        "state": "accepted",
        "source": "written",
        "said": text,
        "input": _input(text),
        "snapshot_id": "none",
        "expectations": list(expectations),
        "digest": f"{suite}-{number}",
        "theme": suite,
        "tags": ["odd" if number % 2 else "even"],
        "channel": "chat",
        "locale": "en",
        "critical": number == 1,
        "created_at": now(),
    }


def _input(text: str) -> dict[str, Any]:
    said = {
        "id": None,
        "author": "customer",
        "name": "Ada",
        "text": text,
        "created_at": "2026-11-01T10:00:00+00:00",
        "folded": "",
        "files": [],
    }
    return {
        "format": 1,
        "moment": "2026-11-01T10:00:00+00:00",
        "conversation": {"id": None, "channel": "chat", "subject": ""},
        "customer": {"name": "Ada", "email": "", "phone": "", "locale": "en", "facts": {}},
        "messages": [said],
        "steps": [],
        "earlier_steps": [],
        "answers": [],
        "note": "",
        "locale": "en",
        "knowledge": "",
    }


def begin(database: Database, suite: str | int = "core", **given: Any) -> EvalRun:
    """A run of the scripted target."""
    return start_run(
        SYSTEM, suite, database=database, settings=get_settings(), **({"target": TARGET} | given)
    )


def work(database: Database, run: EvalRun, *, owner: str = "slot-0:test", **given: Any) -> EvalRun:
    """Work on a run until it is over; the run then."""
    work_on_run(run.key, owner=owner, database=database, settings=get_settings(), **given)
    return now_of(database, run)


def now_of(database: Database, run: EvalRun) -> EvalRun:
    with database.reading() as session:
        return session.get_one(EvalRun, run.key)


def results(database: Database, run: EvalRun) -> list[EvalResult]:
    with database.reading() as session:
        return list(
            session.exec(select(EvalResult).where(EvalResult.run_id == run.key).order_by(EvalResult.id))
        )


def grades(database: Database, run: EvalRun) -> list[EvalGrade]:
    with database.reading() as session:
        return list(session.exec(select(EvalGrade).where(EvalGrade.run_id == run.key)))


def states(database: Database, run: EvalRun) -> dict[str, int]:
    return dict(Counter(each.state for each in results(database, run)))
