"""kill -9 while a live classifier judges: the answer, its judgement and the cursor stand or fall together."""

from __future__ import annotations

from functools import partial

import pytest

from core.classifiers import Services, judge_new, kind, opening, ship
from core.classifiers.live import cursors, judging, storing
from core.classifiers.tables import ClassifierCursor
from core.criteria import ensure_criteria
from core.database import Database, now
from core.identity import SYSTEM
from core.llm import Embedder
from core.settings import get_settings
from tests.core.classifiers.live.making import FakeKind, answers_of, arrive, judgements_of, make_classifier
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults


def _no_embedder() -> Embedder:
    raise AssertionError("nothing here needs vectors")


def _judge(database: Database, moment: str) -> None:
    if moment == "while scoring":
        judging.judge_batch = die
    elif moment == "between answers and judgements":
        storing._judge = die
    elif moment == "before the cursor":
        cursors.advance = die
    judge_new(database=database, services=Services(get_settings(), _no_embedder))
    die()


@pytest.mark.parametrize(
    "moment", ["while scoring", "between answers and judgements", "before the cursor", "after the commit"]
)
def test_each_message_is_judged_once(
    database: Database, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kind._KINDS, "fake", FakeKind())
    opening._opened.clear()
    with database.transaction() as session:
        ensure_criteria(session=session)
    key, version = make_classifier(database)
    with database.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="live")
    ids = arrive(database, "A refund please", "it is broken", "Hello")
    run_until_killed(partial(_judge, moment=moment), database)
    stored = moment == "after the commit"
    assert sorted(answers_of(database, version)) == (ids if stored else [])
    assert len(judgements_of(database)) == (len(ids) if stored else 0)
    with database.transaction() as session:  # the dead process had taken the turn; after a while it is free
        cursor = session.get_one(ClassifierCursor, version)
        assert (cursor.busy_until is None) == stored
        cursor.busy_until = now() - cursors.BUSY if cursor.busy_until is not None else None
        session.add(cursor)
    services = Services(get_settings(), _no_embedder)
    assert judge_new(database=database, services=services) == (0 if stored else len(ids))
    assert sorted(answers_of(database, version)) == ids
    assert [each.subject_id for each in judgements_of(database)] == ids
