"""A replay as pages and the command line show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.database import now
from core.evals import RunComparison, compare_runs
from core.evals.tables import EvalResult
from core.identity import Actor, Permission, require
from core.releases.digest import changes_digest
from core.releases.opening import changes_of, names_of, newest_replay
from core.releases.replaying.differing import (
    ChangedAnswer,
    RetrievalChange,
    changed_answers,
    retrieval_changes,
)
from core.releases.replaying.states import (
    BASELINE,
    CANDIDATE,
    CHOOSING,
    COMPARING,
    FAILED,
    FINISHED,
    OPEN,
    STOPPED,
    WAITING,
)
from core.releases.tables import Replay, ReplayAnswer
from core.statistics import Change

_OVER = ("done", "error")
_STEPS = {
    "": "Setting up",
    CHOOSING: "Choosing cases and conversations",
    BASELINE: "Asking what is live now",
    CANDIDATE: "Asking the candidate",
    COMPARING: "Asking about recent conversations, and comparing",
}
_CHANGED = "The changes are others than those that were replayed."
_MOVED = "Something else has gone live since."


@dataclass(frozen=True, slots=True)
class ReplayView:
    """The newest replay of a proposal.

    Attributes:
        done: answers that are there, of ``total`` on both sides; ``seconds_left``: at the rate so far, None
            where it is not known.
        words: the verdict as a sentence, or how far it is, or why it ended.
        verdict: better, worse, unclear or "no verdict"; empty before the end.
        comparison: of the runs; None before the end, without cases, and for who may not see evals.
        critical: critical cases that would fail newly, by name.
        n: cases compared; ``ungraded``: left out, because no grader answers what they expect;
            ``conversations``: sampled; ``reused``: answers that were not asked again.
        why: how many cases were chosen because of what: smoke, cites, finds, broad.
        changed_answers: what would now be answered differently, as far as the reader may see it; ``changed``
            counts all of it.
        cost, p50: what an answer costs (USD) and takes (milliseconds), before and after.
        fresh: it tried these very changes, on what is in force; ``stale_words`` says why not.
    """

    replay: Replay
    state: str
    step: str
    done: int
    total: int
    seconds_left: float | None
    stopping: bool
    words: str
    verdict: str
    comparison: RunComparison | None
    critical: tuple[str, ...]
    error: str
    error_share: float
    n: int
    conversations: int
    ungraded: int
    reused: int
    why: dict[str, int]
    changed: int
    changed_answers: tuple[ChangedAnswer, ...]
    retrieval: int
    retrieval_changes: tuple[RetrievalChange, ...]
    cost: Change | None
    p50: Change | None
    before_build: str
    after_build: str
    changes_digest: str
    fresh: bool
    stale_words: str
    attempt: int
    person_name: str
    started_at: datetime | None
    finished_at: datetime | None


def read_replay(actor: Actor, proposal_id: int, *, session: Session, build_id: str = "") -> ReplayView | None:
    """The newest replay of a proposal; None where there is none.

    Args:
        build_id: of the build in force, where it is known: a replay against another one is not fresh.

    Raises:
        PermissionDenied: the actor may not read releases.
    """
    require(actor, Permission.RELEASES_READ)
    replay = newest_replay(proposal_id, session=session)
    if replay is None:
        return None
    report: dict[str, Any] = replay.report
    finished = replay.state == FINISHED
    comparison = _comparison(actor, replay, session=session) if finished else None
    done = replay.total if finished else _done(replay, session=session)
    stale = _stale(replay, build_id, session=session)
    counts = report.get("counts") or {}
    return ReplayView(
        replay=replay,
        state=replay.state,
        step=replay.step,
        done=min(done, replay.total),
        total=replay.total,
        seconds_left=_seconds_left(replay, done),
        stopping=replay.stopping and replay.state in OPEN,
        words=_words(replay, done),
        verdict=str(report.get("word") or "") if finished else "",
        comparison=comparison,
        critical=tuple(report.get("critical_worse") or ()),
        error=replay.error,
        error_share=float(report.get("errors_share") or 0.0),
        n=int(report.get("n") or 0),
        conversations=len(replay.choice.get("conversations") or ()),
        ungraded=len(replay.choice.get("ungraded") or ()),
        reused=int(report.get("reused") or 0),
        why=_why(replay),
        changed=int(counts.get("cases", 0)) + int(counts.get("conversations", 0)),
        changed_answers=changed_answers(actor, replay, session=session),
        retrieval=int(counts.get("searches", 0)),
        retrieval_changes=retrieval_changes(actor, replay, session=session),
        cost=comparison.around.cost if comparison is not None else None,
        p50=comparison.around.p50 if comparison is not None else None,
        before_build=replay.before_build,
        after_build=replay.after_build,
        changes_digest=replay.changes_digest,
        fresh=finished and not stale,
        stale_words=stale if finished else "",
        attempt=replay.attempt,
        person_name=names_of([replay.person_id], session=session).get(replay.person_id, ""),
        started_at=replay.started_at,
        finished_at=replay.finished_at,
    )


def _comparison(actor: Actor, replay: Replay, *, session: Session) -> RunComparison | None:
    if replay.baseline_run_id is None or replay.candidate_run_id is None:
        return None
    if not actor.can(Permission.EVALS_READ):
        return None
    return compare_runs(actor, replay.baseline_run_id, replay.candidate_run_id, session=session)


def _done(replay: Replay, *, session: Session) -> int:
    runs = [each for each in (replay.baseline_run_id, replay.candidate_run_id) if each is not None]
    results = session.exec(
        select(func.count())
        .select_from(EvalResult)
        .where(col(EvalResult.run_id).in_(runs), col(EvalResult.state).in_(_OVER))
    ).one()
    answers = session.exec(
        select(func.count()).select_from(ReplayAnswer).where(ReplayAnswer.replay_id == replay.key)
    ).one()
    return results + answers


def _seconds_left(replay: Replay, done: int) -> float | None:
    if replay.state not in OPEN or replay.started_at is None or not done or not replay.total:
        return None
    elapsed = (now() - replay.started_at).total_seconds()
    return max(0.0, elapsed * (replay.total - done) / done)


def _stale(replay: Replay, build_id: str, *, session: Session) -> str:
    if changes_digest(changes_of(replay.proposal_id, session=session)) != replay.changes_digest:
        return _CHANGED
    return _MOVED if build_id and build_id != replay.before_build else ""


def _why(replay: Replay) -> dict[str, int]:
    counts: dict[str, int] = {}
    for why in (replay.choice.get("cases") or {}).values():
        counts[why] = counts.get(why, 0) + 1
    return counts


def _words(replay: Replay, done: int) -> str:
    if replay.state == FINISHED:
        return str(replay.report.get("words") or "")
    if replay.state == FAILED:
        return f"The replay could not go on. {replay.error}"
    if replay.state == STOPPED:
        return "The replay was stopped. What was answered is known to the next one."
    if replay.stopping:
        return "Stopping."
    if replay.state == WAITING:
        return "It waits for its turn."
    step = _STEPS.get(replay.step, "Working")
    return f"{step}: {done:,} of {replay.total:,} answers are there." if replay.total else f"{step}."
