"""Who may read traces, and what they find."""

from __future__ import annotations

import pytest

from core.database import Database
from core.errors import NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role
from core.traces import list_traces, read_trace
from tests.core.traces.making import record


def test_the_newest_trace_of_a_draft(database: Database) -> None:
    record(database, draft_id=4)
    newest = record(database, draft_id=4)
    record(database, draft_id=5)
    with database.reading() as session:
        assert read_trace(SYSTEM, session=session, draft_id=4).trace.id == newest


def test_admins_and_strange_names_find_nothing(database: Database) -> None:
    name = record(database, draft_id=4)
    admin = Actor(1, "a", "A", Role.ADMIN)
    with database.reading() as session:
        with pytest.raises(PermissionDenied):
            read_trace(admin, session=session, trace_id=name)
        with pytest.raises(PermissionDenied):
            list_traces(admin, session=session)
        for missing in ({"draft_id": 99}, {"trace_id": "trace_x"}, {}):
            with pytest.raises(NotFound, match="There is no trace"):
                read_trace(SYSTEM, session=session, **missing)  # type: ignore[arg-type]
        for role in (Role.REP, Role.SPECIALIST, Role.MANAGER):
            assert read_trace(Actor(1, "a", "A", role), session=session, draft_id=4).trace.id == name
