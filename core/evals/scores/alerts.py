"""Alerts about scores: what they say, and what people decide about them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core import audit
from core.criteria import Criterion
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.evals.scores.choices import judge_words, subject_words
from core.evals.scores.watching import CHANNEL, rate_of
from core.evals.tables import ScoreAlert
from core.identity import Actor, Permission, require
from core.statistics import Rate

MAX_REASON = 2_000


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert with the words to show it by. ``fell``: whether the score became worse."""

    alert: ScoreAlert
    criterion: str
    question: str
    words: str
    fell: bool


def list_score_alerts(
    actor: Actor, *, session: Session, state: str = "open", limit: int = 50
) -> list[AlertView]:
    """Alerts about scores, newest first.

    Args:
        state: open, dismissed or over; empty for all.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    statement = (
        select(ScoreAlert, Criterion)
        .join(Criterion, col(Criterion.id) == col(ScoreAlert.criterion_id))
        .order_by(col(ScoreAlert.id).desc())
        .limit(limit)
    )
    if state:
        statement = statement.where(ScoreAlert.state == state)
    return [
        AlertView(
            alert,
            criterion.name,
            criterion.question,
            alert_text(alert, criterion),
            alert.evidence["difference"] < 0,
        )
        for alert, criterion in session.exec(statement)
    ]


def dismiss_score_alert(actor: Actor, alert_id: int, *, session: Session, reason: str) -> ScoreAlert:
    """Say that an alert needs nothing, and why. What it found counts as expected from then on.

    Dismissing again changes nothing.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such alert.
        InvalidInput: the reason is missing or too long.
        Conflict: the score has recovered meanwhile.
    """
    require(actor, Permission.EVALS_RUN)
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise InvalidInput("Write why nothing has to be done: whoever sees the next alert will want to know.")
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    statement = select(ScoreAlert).where(ScoreAlert.id == alert_id).with_for_update()
    alert = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if alert is None:
        raise NotFound("There is no such alert.")
    if alert.state == "dismissed":
        return alert
    if alert.state != "open":
        raise Conflict("The score has recovered meanwhile, so this alert is over.")
    alert.state, alert.reason = "dismissed", reason
    alert.decided_by_id, alert.decided_at = actor.person_id, now()
    session.add(alert)
    audit.record(
        actor.person_id,
        actor.name,
        "score_alert.dismissed",
        session=session,
        subject_type="score_alert",
        subject_id=alert.key,
        criterion_id=alert.criterion_id,
        judge=alert.judge,
        scope=alert.scope,
    )
    return alert


def alert_text(alert: ScoreAlert, criterion: Criterion) -> str:
    """What an alert found, in two sentences with the figures."""
    evidence = alert.evidence
    before, after = rate_of(evidence["before"]), rate_of(evidence["after"])
    where = f" in {alert.scope.removeprefix(CHANNEL)}" if alert.scope else ""
    verb = "fell" if evidence["difference"] < 0 else "rose"
    low, high = sorted((abs(evidence["low"]), abs(evidence["high"])))
    return (
        f"“{criterion.question}” {verb} from {_percent(before)} to {_percent(after)} of the "
        f"{subject_words(alert.subject_type)}{where}, as {judge_words(alert.judge)} judged them. That is "
        f"{100 * low:.0f} to {100 * high:.0f} points, in the 7 days to {evidence['until']} against the "
        f"{before.n:,} judged in the four weeks before."
    )


def _percent(rate: Rate) -> str:
    return f"{100 * rate.estimate:.0f} %"
