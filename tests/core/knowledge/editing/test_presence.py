"""Who else is at a working copy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import select

from core.database import Database, now
from core.errors import InvalidInput
from core.identity import Actor
from core.knowledge import EditPresence, be_present, leave_edit, new_edit


def test_people_see_each_other_until_they_leave(database: Database, mia: Actor, tom: Actor) -> None:
    def present(actor: Actor, tab: str) -> list[tuple[str, int, bool]]:
        with database.transaction() as session:
            found = be_present(actor, edit_id, tab=tab, session=session)
        return [(each.name, each.tabs, each.me) for each in found]

    with database.transaction() as session:
        edit_id = new_edit(mia, session=session, title="New").key
        other = new_edit(mia, session=session, title="Other").key
        be_present(tom, other, tab="t0", session=session)
    assert present(mia, "m1") == []
    assert present(tom, "t1") == [("Mia", 1, False)]
    assert present(mia, "m2") == [("Mia", 1, True), ("Tom", 1, False)]
    assert present(tom, "t1") == [("Mia", 2, False)]
    with database.transaction() as session:
        leave_edit(mia, edit_id, tab="m1", session=session)
    assert present(tom, "t1") == [("Mia", 1, False)]
    with database.transaction() as session:
        session.execute(update(EditPresence).values(seen_at=now() - timedelta(seconds=30)))
    assert present(tom, "t1") == []
    with database.transaction() as session:
        session.execute(update(EditPresence).values(seen_at=now() - timedelta(hours=1)))
    present(tom, "t1")
    with database.reading() as session:
        assert [row.tab for row in session.exec(select(EditPresence))] == ["t1"], "the others are forgotten"


def test_a_tab_needs_an_id(database: Database, mia: Actor) -> None:
    with database.transaction() as session:
        edit_id = new_edit(mia, session=session, title="New").key
        with pytest.raises(InvalidInput):
            be_present(mia, edit_id, tab="", session=session)
