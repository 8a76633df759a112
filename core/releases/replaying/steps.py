"""The steps of a replay: choose, have the baseline answer, have the candidate answer, compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlmodel import col, select

from core.database import Database, now
from core.errors import Conflict, RatchetError
from core.evals import (
    REPLAY,
    STAGED,
    Asked,
    earlier_results,
    open_target,
    start_run,
    store_replay_suite,
    take_over,
    ungraded_cases,
    work_on_run,
)
from core.evals.tables import EvalRun
from core.identity import SYSTEM
from core.knowledge.tables import Passage
from core.releases.replaying.choosing import choose_cases, choose_conversations
from core.releases.replaying.reporting import write_report
from core.releases.replaying.sampling import answer_sample
from core.releases.replaying.staging import Stage, set_stage
from core.releases.replaying.states import BASELINE, CANDIDATE, CHOOSING, COMPARING
from core.releases.tables import ProposalChange, Replay
from core.settings import Settings

_MOVED = (
    "What is live has changed since this replay began, so its answers do not belong together. "
    "Replay it again."
)
_ONLY_ARTICLES = ("article", "archive")


class Stopped(RatchetError):
    """Somebody wants the replay to stop."""


@dataclass(frozen=True, slots=True)
class Work:
    """Who works on which replay. ``pause`` raises where it is not to go on; ``should_stop``: the process."""

    replay_id: int
    owner: str
    database: Database
    settings: Settings
    pause: Callable[[], None]
    should_stop: Callable[[], bool]
    lives: Callable[[str], bool]

    def read(self) -> Replay:
        """The replay as it is now."""
        with self.database.reading() as session:
            return session.get_one(Replay, self.replay_id)

    def note(self, **values: Any) -> Replay:
        """Store how far it is."""
        with self.database.transaction() as session:
            replay = session.get_one(Replay, self.replay_id, with_for_update=True)
            for name, value in values.items():
                setattr(replay, name, value)
            replay.heartbeat_at = now()
            return replay


def replay_on(work: Work, changes: Sequence[ProposalChange]) -> dict[str, Any]:
    """Do what is left of a replay.

    Returns:
        Its report.

    Raises:
        Stopped, Interrupted: it is not to go on.
        RatchetError: it cannot; says why.
    """
    work.note(step=CHOOSING)
    with set_stage(work.replay_id, changes, database=work.database, settings=work.settings) as stage:
        work.pause()
        replay = _chosen(work, changes, stage)
        if (replay.before_build, replay.after_build) != (stage.before, stage.after):
            raise Conflict(_MOVED)
        if replay.suite_version_id is not None:
            work.note(step=BASELINE)
            replay = _baseline(work, replay, stage)
            work.note(step=CANDIDATE)
            replay = _candidate(work, replay, stage)
        work.note(step=COMPARING)
        _sample(work, replay, changes, stage)
        work.pause()
        return write_report(work.read(), stage, database=work.database)


def _chosen(work: Work, changes: Sequence[ProposalChange], stage: Stage) -> Replay:
    replay = work.read()
    if replay.choice:
        return replay
    cases = choose_cases(changes, stage, database=work.database, pause=work.pause)
    work.pause()
    with work.database.reading() as session:
        ungraded = ungraded_cases(list(cases), session=session)
    cases = {key: why for key, why in cases.items() if key not in ungraded}
    with work.database.transaction() as session:
        moved = select(col(Passage.article_id)).where(col(Passage.id).in_(sorted(stage.removed))).distinct()
        conversations = choose_conversations(
            set(session.exec(moved)), seed=replay.changes_digest, session=session
        )
        replay = session.get_one(Replay, work.replay_id, with_for_update=True)
        if cases:
            replay.suite_version_id = store_replay_suite(
                f"replay-{replay.key}", "Replay of a proposal", list(cases), session=session
            ).key
        replay.choice = {
            "cases": {str(key): why for key, why in cases.items()},
            "conversations": {str(key): why for key, why in conversations.items()},
            "ungraded": sorted(ungraded),
            "added": len(stage.added),
            "removed": len(stage.removed),
        }
        replay.total = 2 * (len(cases) + len(conversations))
        replay.before_build, replay.after_build = stage.before, stage.after
        return replay


def _baseline(work: Work, replay: Replay, stage: Stage) -> Replay:
    run = _run(work, replay.baseline_run_id, replay)
    if run.build_id != stage.before:
        raise Conflict(_MOVED)
    replay = work.note(baseline_run_id=run.key)
    with work.database.reading() as session:
        earlier = earlier_results(run.key, session=session)
    take_over(run.key, earlier, same=stage.finds_now, database=work.database, pause=work.pause)
    _carry_out(work, run.key)
    return replay


def _candidate(work: Work, replay: Replay, stage: Stage) -> Replay:
    run = _run(work, replay.candidate_run_id, replay, stage=stage.name)
    if run.build_id != stage.after:
        raise Conflict(_MOVED)
    replay = work.note(candidate_run_id=run.key)
    for which in ({"of": replay.baseline_run_id}, {"but": replay.baseline_run_id}):
        with work.database.reading() as session:
            earlier = earlier_results(run.key, session=session, **which)
        take_over(run.key, earlier, same=stage.would_find, database=work.database, pause=work.pause)
    _carry_out(work, run.key)
    return replay


def _run(work: Work, run_id: int | None, replay: Replay, *, stage: str = "") -> EvalRun:
    """The run, or a new one."""
    if run_id is not None:
        with work.database.reading() as session:
            return session.get_one(EvalRun, run_id)
    return start_run(
        SYSTEM,
        replay.suite_version_id or 0,
        database=work.database,
        settings=work.settings,
        stage=stage,
        fresh=True,  # what is known already is taken over where it is seen to hold, see the callers
    )


def _carry_out(work: Work, run_id: int) -> None:
    """Work on a run to its end.

    Raises:
        RatchetError: it did not get there; says why.
    """
    work.pause()
    work_on_run(
        run_id,
        owner=work.owner,
        database=work.database,
        settings=work.settings,
        should_stop=work.should_stop,
        lives=work.lives,
    )
    work.pause()
    with work.database.reading() as session:
        run = session.get_one(EvalRun, run_id)
    if run.state != "finished":
        raise Conflict(run.error or "It was stopped before every case had its answer. Replay it again.")


def _sample(work: Work, replay: Replay, changes: Sequence[ProposalChange], stage: Stage) -> None:
    asked = Asked(work.database, work.settings)
    on_stage = replace(asked, changes={REPLAY: stage.name})
    answer_sample(
        work.replay_id,
        [int(each) for each in replay.choice["conversations"]],
        before=partial(open_target, "assist", asked),
        after=partial(open_target, STAGED, on_stage),
        same=stage.would_find if all(each.kind in _ONLY_ARTICLES for each in changes) else None,
        database=work.database,
        pause=work.pause,
    )
