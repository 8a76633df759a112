"""Grades that a destination has not got yet: of what is drafted and sent, and of runs that are over.

The same cursor as for traces (:mod:`core.surfaces.telemetry.cursor`), except that grades of production,
which can be very many, are looked for by their ids: whatever is older than the oldest one remembered was
sent long ago.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, func
from sqlmodel import Session, cast, col, select
from sqlmodel.sql.sqltypes import AutoString

from core.conversations.tables import Reply
from core.criteria import Criterion, Judgement
from core.evals.tables import EvalGrade, EvalResult, EvalRun, EvalSuite, EvalSuiteVersion
from core.surfaces.telemetry.cursor import not_sent, sent_since
from core.traces import Span, TelemetrySent, Trace

LIVE, RUN, RESULT = "evaluation", "eval_run", "eval_result"
"""Kinds of the cursor; stored."""
_JUDGED = ("draft", "reply")


def due_live(destination: str, *, session: Session, limit: int) -> Sequence[tuple[Judgement, Criterion]]:
    """Answers of classifiers about drafts and replies, oldest first."""
    query = (
        select(Judgement, Criterion)
        .join(Criterion, col(Criterion.id) == Judgement.criterion_id)
        .where(
            Judgement.judge_type == "classifier",
            col(Judgement.subject_type).in_(_JUDGED),
            not_sent(destination, LIVE, cast(Judgement.id, AutoString)),
        )
    )
    oldest = session.exec(
        select(func.min(cast(TelemetrySent.item_id, BigInteger))).where(
            TelemetrySent.destination == destination, TelemetrySent.kind == LIVE
        )
    ).one()
    if oldest is not None:
        query = query.where(col(Judgement.id) > oldest)
    return session.exec(query.order_by(col(Judgement.id)).limit(limit)).all()


def due_runs(
    destination: str, *, session: Session, limit: int
) -> Sequence[tuple[EvalRun, EvalSuiteVersion, EvalSuite]]:
    """Finished runs, each once an attempt, oldest first."""
    item = cast(EvalRun.id, AutoString) + "-" + cast(EvalRun.attempt, AutoString)
    query = (
        select(EvalRun, EvalSuiteVersion, EvalSuite)
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == EvalRun.suite_version_id)
        .join(EvalSuite, col(EvalSuite.id) == EvalSuiteVersion.suite_id)
        .where(EvalRun.state == "finished", not_sent(destination, RUN, item))
    )
    since = sent_since(destination, RUN, session=session)
    if since is not None:
        query = query.where(col(EvalRun.finished_at) >= since)
    return session.exec(query.order_by(col(EvalRun.finished_at), col(EvalRun.id)).limit(limit)).all()


def due_results(
    destination: str, *, session: Session, limit: int
) -> Sequence[tuple[EvalResult, EvalRun, EvalSuite]]:
    """Results of finished runs, in the order the runs ended."""
    query = (
        select(EvalResult, EvalRun, EvalSuite)
        .join(EvalRun, col(EvalRun.id) == EvalResult.run_id)
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == EvalRun.suite_version_id)
        .join(EvalSuite, col(EvalSuite.id) == EvalSuiteVersion.suite_id)
        .where(EvalRun.state == "finished", not_sent(destination, RESULT, cast(EvalResult.id, AutoString)))
    )
    since = sent_since(destination, RESULT, session=session)
    if since is not None:
        query = query.where(col(EvalRun.finished_at) >= since)
    ordered = query.order_by(col(EvalRun.finished_at), col(EvalResult.id))
    return session.exec(ordered.limit(limit)).all()


def grades_of(result_ids: Collection[int], *, session: Session) -> dict[int, list[EvalGrade]]:
    """The grades that count, by result."""
    found: dict[int, list[EvalGrade]] = {}
    query = select(EvalGrade).where(col(EvalGrade.result_id).in_(result_ids), col(EvalGrade.counts))
    for grade in session.exec(query.order_by(col(EvalGrade.result_id), col(EvalGrade.place))):
        found.setdefault(grade.result_id, []).append(grade)
    return found


def drafts_of(judgements: Collection[Judgement], *, session: Session) -> dict[int, int]:
    """The draft a judgement is about, directly or because it was sent, by judgement."""
    replies = [each.subject_id for each in judgements if each.subject_type == "reply"]
    sent = dict(
        session.execute(
            select(Reply.id, Reply.draft_id).where(
                col(Reply.id).in_(replies), col(Reply.draft_id).is_not(None)
            )
        ).all()
    )
    drafts = {each.key: each.subject_id for each in judgements if each.subject_type == "draft"}
    return drafts | {
        each.key: sent[each.subject_id]
        for each in judgements
        if each.subject_type == "reply" and each.subject_id in sent
    }


def traces_of(draft_ids: Collection[int], *, session: Session) -> dict[int, Trace]:
    """The newest trace of each draft that has one."""
    query = select(Trace).where(col(Trace.draft_id).in_(draft_ids)).order_by(col(Trace.started_at))
    return {each.draft_id: each for each in session.exec(query) if each.draft_id is not None}


def responses_of(trace_ids: Collection[str], *, session: Session) -> dict[str, str]:
    """What the model service calls its last response of each trace, where it says so."""
    query = select(Span).where(col(Span.trace_id).in_(trace_ids), Span.kind == "generation")
    return {
        each.trace_id: str(each.attributes["response_id"])
        for each in session.exec(query.order_by(col(Span.started_at)))
        if each.attributes.get("response_id")
    }
