"""kill -9 in the middle of a replay: another process goes on, asks nothing twice, leaves nothing behind."""

from __future__ import annotations

from functools import partial

import pytest
from sqlmodel import select

from core.assist import equipment
from core.database import Database
from core.evals.tables import EvalResult, EvalRun
from core.identity import SYSTEM
from core.releases.replaying import staging, start_replay, steps, work_on_replay
from core.releases.tables import Replay
from core.settings import get_settings
from tests.core.database.test_layers import remains
from tests.core.knowledge.making import WordEmbedder
from tests.core.releases.making import proposed
from tests.core.releases.replaying.making import add_knowledge, add_smoke, ask, seen
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults

MOMENTS = ("store_replay_suite", "earlier_results", "answer_sample", "write_report")
"""Called in this order: the next death is always later than the one before."""


def _work(database: Database, replay_id: int, owner: str, dies_in: str = "") -> None:
    if dies_in:
        setattr(steps, dies_in, die)
    work_on_replay(
        replay_id, owner=owner, database=database, settings=get_settings(), lives=lambda _owner: False
    )


def test_killed_at_every_step_it_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = WordEmbedder()
    for module in (equipment, staging):
        monkeypatch.setattr(module, "get_embedder", lambda _settings: embedder)
    articles = add_knowledge(database, embedder)
    add_smoke(database)
    ask(database, "How many days does a refund take?")
    proposal = proposed(database, SYSTEM, articles["refunds"], "A refund is paid within 30 days.")
    replay = start_replay(SYSTEM, proposal.key, database=database, settings=get_settings())
    for moment in MOMENTS:
        run_until_killed(partial(_work, replay_id=replay.key, owner=moment, dies_in=moment), database)
        assert seen(database, SYSTEM, proposal).state == "running"
        assert remains(database)  # the layer of the dead
    _work(database, replay.key, "last")
    view = seen(database, SYSTEM, proposal)
    assert view.state == "finished", view.error
    assert view.n == 5
    assert view.changed >= 2
    assert remains(database) == []
    with database.reading() as session:
        assert len(session.exec(select(Replay)).all()) == 1
        assert len(session.exec(select(EvalRun)).all()) == 2
        assert {each.tries for each in session.exec(select(EvalResult))} <= {0, 1}
