"""Alerts about drift: what they say, and what people decide about them."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core import audit
from core.classifiers.kind import Services, get_kind
from core.classifiers.live.drifting import ABSTAINS, AGREEMENT, RATE
from core.classifiers.live.evidence import evidence_rate
from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierVersion, DriftAlert
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.statistics import Rate

MAX_REASON = 2_000


def list_alerts(
    actor: Actor, *, session: Session, classifier_id: int | None = None, state: str = "open"
) -> list[DriftAlert]:
    """Alerts, newest first.

    Args:
        classifier_id: of this one; None: of all that are not archived.
        state: open, dismissed or answered; empty for all.

    Raises:
        PermissionDenied: the actor may not see classifiers.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    statement = select(DriftAlert).order_by(col(DriftAlert.id).desc())
    if classifier_id is not None:
        statement = statement.where(DriftAlert.classifier_id == classifier_id)
    else:
        statement = statement.join(Classifier, col(Classifier.id) == col(DriftAlert.classifier_id)).where(
            col(Classifier.archived_at).is_(None)
        )
    if state:
        statement = statement.where(DriftAlert.state == state)
    return list(session.exec(statement))


def dismiss_alert(actor: Actor, alert_id: int, *, session: Session, reason: str) -> DriftAlert:
    """Say that an alert needs nothing, and why. What it found counts as expected from then on.

    Dismissing again changes nothing.

    Raises:
        PermissionDenied: the actor may not ship classifiers.
        NotFound: there is no such alert.
        InvalidInput: the reason is missing or too long.
        Conflict: it was answered by a new version meanwhile.
    """
    require(actor, Permission.CLASSIFIERS_SHIP)
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise InvalidInput("Write why nothing has to be done: whoever sees the next alert will want to know.")
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    alert = _locked(alert_id, session=session)
    if alert.state == "dismissed":
        return alert
    if alert.state != "open":
        raise Conflict("This alert was answered by a new version meanwhile.")
    _decide(actor, alert, "dismissed", reason, session=session)
    return alert


def propose_retraining(
    actor: Actor, alert_id: int, *, database: Database, services: Services
) -> ClassifierVersion:
    """Make a version with the labels that have come in since: a proposal, which nobody has shipped.

    Repeating it gives the version it made. Takes as long as fitting and measuring do.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such alert.
        InvalidInput: classifiers of this kind do not learn, or the examples do not make one.
        Conflict: the alert was dismissed, the classifier is archived, or its question retired;
            or no labels have come in since the newest version.
    """
    from core.classifiers.authoring import add_labels, fit_version

    require(actor, Permission.CLASSIFIERS_EDIT)
    with database.reading() as session:
        alert = _alert(alert_id, session=session)
        made = _answer_to(alert_id, session=session)
        classifier = session.get_one(Classifier, alert.classifier_id)
    if made is None:
        if alert.state == "dismissed":
            raise Conflict("This alert was dismissed. Make a new version on the Write tab if one is needed.")
        if not get_kind(classifier.kind).learns:
            raise InvalidInput(
                f"“{classifier.title}” does not learn from examples, so training it again changes nothing. "
                "Change it on the Write tab."
            )
        add_labels(actor, classifier.key, database=database)
        made = fit_version(
            actor,
            classifier.key,
            database=database,
            services=services,
            note="Proposed because of a drift alert",
            because_of_id=alert_id,
            hold_back=_held_back_before(alert, database=database),
        )
        if made.because_of_id != alert_id:
            raise Conflict(
                f"No labels have come in since version {made.version}, so training again gives the same. "
                "Label some of the subjects the alert names first."
            )
    with database.transaction() as session:
        alert = _locked(alert_id, session=session)
        if alert.state == "open":
            _decide(actor, alert, "answered", "", session=session, version_id=made.key)
    return made


def alert_conversations(alert: DriftAlert, *, session: Session) -> list[int]:
    """The conversations of the subjects an alert names. Checks no permission."""
    named = select(ClassifierAnswer.conversation_id).where(
        ClassifierAnswer.version_id == alert.version_id,
        col(ClassifierAnswer.subject_id).in_(alert.evidence.get("subjects", [])),
    )
    return sorted(set(session.exec(named)), reverse=True)


def alert_words(alert: DriftAlert) -> str:
    """What an alert found, in one or two sentences with the figures."""
    evidence = alert.evidence
    if alert.kind == AGREEMENT:
        fresh, promised = _rate(evidence["fresh"]), _rate(evidence["promised"])
        return (
            f"People agree with {_percent(fresh)} of the {fresh.n:,} answers they judged since it went live. "
            f"It was shipped on {_percent(promised)}."
        )
    if alert.kind == RATE:
        changes = []
        for each in evidence["answers"][:3]:
            name = "Abstaining" if each["answer"] == ABSTAINS else f"“{each['answer']}”"
            before, after = _rate(each["before"]), _rate(each["recent"])
            changes.append(f"{name} went from {_percent(before)} to {_percent(after)}")
        more = len(evidence["answers"]) - len(changes)
        tail = f", and {more} more answers changed" if more > 0 else ""
        return f"{'; '.join(changes)}{tail}."
    direction = "less" if evidence["lower"] else "more"
    measured = "familiar to it" if evidence["measure"] == "familiarity" else "certain for it"
    median = evidence["median"]
    return (
        f"What comes in is {direction} {measured} than before: the median went from "
        f"{median['before']:.2f} to {median['recent']:.2f}, and the two distributions are "
        f"{100 * evidence['distance']:.0f} points apart."
    )


def _rate(stored: object) -> Rate:
    rate = evidence_rate({"rates": {"it": stored}}, "it")
    if rate is None:
        raise InvalidInput("This alert was kept in a form this version does not read.")
    return rate


def _percent(rate: Rate) -> str:
    return f"{100 * rate.estimate:.0f} % ({100 * rate.low:.0f} to {100 * rate.high:.0f})"


def _held_back_before(alert: DriftAlert, *, database: Database) -> tuple[str, ...]:
    """What the drifted version holds back, the proposal holds back too."""
    with database.reading() as session:
        version = session.get(ClassifierVersion, alert.version_id)
    return tuple(version.hold_back) if version is not None else ()


def _answer_to(alert_id: int, *, session: Session) -> ClassifierVersion | None:
    return session.exec(
        select(ClassifierVersion).where(ClassifierVersion.because_of_id == alert_id).limit(1)
    ).first()


def _alert(alert_id: int, *, session: Session) -> DriftAlert:
    found = session.get(DriftAlert, alert_id)
    if found is None:
        raise NotFound("There is no such alert.")
    return found


def _locked(alert_id: int, *, session: Session) -> DriftAlert:
    statement = select(DriftAlert).where(DriftAlert.id == alert_id).with_for_update()
    found = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("There is no such alert.")
    return found


def _decide(
    actor: Actor,
    alert: DriftAlert,
    state: str,
    reason: str,
    *,
    session: Session,
    version_id: int | None = None,
) -> None:
    alert.state, alert.reason = state, reason
    alert.decided_by_id, alert.decided_at = actor.person_id, now()
    session.add(alert)
    audit.record(
        actor.person_id,
        actor.name,
        f"drift_alert.{state}",
        session=session,
        subject_type="classifier",
        subject_id=alert.classifier_id,
        alert_id=alert.key,
        kind=alert.kind,
        version_id=version_id or alert.version_id,
    )
