"""The calibrations of an installation: fitted, chosen from, in use."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.assist.abstention.calibrating import Progress, fit
from core.assist.abstention.curve import (
    Level,
    as_rows,
    aurc,
    curve,
    level,
    most_carried,
    points_of,
    reliability,
)
from core.assist.abstention.examples import Example
from core.assist.abstention.outcomes import past_examples
from core.assist.tables import Calibration
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, require

CONFIDENCE = 0.9
EVERYTHING = "none: every draft is shown"
METHOD = "Learn then Test: exact binomial tests in fixed sequences"

_lock = threading.Lock()
_kept: dict[str, Calibration] = {}


def fit_outcomes(actor: Actor, *, database: Database, progress: Progress | None = None) -> Calibration:
    """Fit a calibration on what became of past drafts. It counts once a level of it is chosen.

    Raises:
        PermissionDenied: the actor may not set when the AI answers.
        InvalidInput: there are too few outcomes; the message says how many more are needed.
    """
    require(actor, Permission.ANSWERING_SET)
    if progress is not None:
        progress(0.0, "reading outcomes")
    with database.reading() as session:
        examples = past_examples(session=session)
    return fit_examples(
        actor,
        examples,
        database=database,
        source="outcomes",
        scope="Drafts that were sent, edited or discarded",
        progress=progress,
    )


def fit_examples(
    actor: Actor,
    examples: Sequence[Example],
    *,
    database: Database,
    source: str,
    scope: str,
    progress: Progress | None = None,
) -> Calibration:
    """Fit a calibration on these examples and store it.

    Args:
        source: ``outcomes`` or ``labelled``.
        scope: which drafts they are, in words.

    Raises:
        PermissionDenied: the actor may not set when the AI answers.
        InvalidInput: there are too few examples; the message says how many more are needed.
    """
    require(actor, Permission.ANSWERING_SET)
    made = prepare(examples, source=source, scope=scope, progress=progress)
    made.created_by_id = actor.person_id
    with database.transaction() as session:
        return add_calibration(actor, made, session=session)


def prepare(
    examples: Sequence[Example], *, source: str, scope: str, progress: Progress | None = None
) -> Calibration:
    """The calibration of these examples, not stored. This is the slow part: no transaction is needed."""
    fitted = fit(examples, progress=progress)
    right = [each.right for each in examples]
    groups = [each.group for each in examples]
    error = [(score - float(good)) ** 2 for score, good in zip(fitted.scores, right, strict=True)]
    report = {
        "aurc": round(aurc(fitted.scores, right), 6),
        "brier": round(sum(error) / len(error), 6),
        "groups": len(set(groups)),
        "reliability": as_rows(reliability(fitted.scores, right)),
    }
    return Calibration(
        source=source,
        scope=scope,
        n=len(examples),
        n_right=sum(right),
        model={**fitted.calibrator.as_json(), "report": report},
        curve=as_rows(curve(fitted.scores, right, groups)),
    )


def add_calibration(actor: Actor, made: Calibration, *, session: Session) -> Calibration:
    """Store a prepared calibration."""
    session.add(made)
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        "answering.fitted",
        session=session,
        subject_type="calibration",
        subject_id=made.key,
        source=made.source,
        n=made.n,
        n_right=made.n_right,
    )
    return made


def choose(
    actor: Actor,
    calibration_id: int,
    *,
    precision: float | None,
    confidence: float = CONFIDENCE,
    session: Session,
) -> Calibration:
    """From now on show a draft as an answer only where drafts are right with at least ``precision``.

    A choice is a row of its own, so that the history stays: the calibration with the level that was
    chosen. The ones before it stop counting.

    Args:
        precision: wanted share of right drafts among those shown, above 0 and below 1; None shows every
            draft with its score and holds none back.
        confidence: how sure to be that the threshold keeps it.

    Raises:
        PermissionDenied: the actor may not set when the AI answers.
        NotFound: there is no such calibration.
        InvalidInput: a number is out of range, or the data do not carry this precision.
    """
    require(actor, Permission.ANSWERING_SET)
    base = session.get(Calibration, calibration_id)
    if base is None:
        raise NotFound(f"There is no calibration {calibration_id}.")
    chosen = None if precision is None else _level(base, precision, confidence)
    session.execute(update(Calibration).where(col(Calibration.live)).values(live=False))
    made = Calibration(
        source=base.source,
        scope=base.scope,
        n=base.n,
        n_right=base.n_right,
        model=dict(base.model),
        curve=list(base.curve),
        precision=precision,
        threshold=chosen.point.threshold if chosen and chosen.point else 0.0,
        guarantee=_guarantee(chosen) if chosen else {"method": EVERYTHING},
        live=True,
        created_by_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        "answering.chosen",
        session=session,
        subject_type="calibration",
        subject_id=made.key,
        precision=precision if precision is not None else "every draft",
        confidence=confidence,
        threshold=made.threshold,
        n=made.n,
    )
    return made


def live_calibration(*, session: Session) -> Calibration | None:
    """The calibration in use, or None. Read once and kept: a row never changes but for ``live``.

    What is returned belongs to no session; do not change it.
    """
    key = session.exec(
        select(Calibration.id).where(col(Calibration.live)).order_by(col(Calibration.id).desc()).limit(1)
    ).first()
    if key is None:
        return None
    place = f"{session.get_bind().engine.url}#{key}"
    with _lock:
        kept = _kept.get(place)
    if kept is None:
        row = session.get_one(Calibration, key)
        kept = Calibration(**row.model_dump())
        with _lock:
            _kept.clear()  # one is live; the ones before it are of no use any more
            _kept[place] = kept
    return kept


def list_calibrations(actor: Actor, *, session: Session, limit: int = 50) -> list[Calibration]:
    """Fits and choices, newest first.

    Raises:
        PermissionDenied: the actor may not set when the AI answers.
    """
    require(actor, Permission.ANSWERING_SET)
    return list(session.exec(select(Calibration).order_by(col(Calibration.id).desc()).limit(limit)))


def _level(base: Calibration, precision: float, confidence: float) -> Level:
    if not 0 < precision < 1:
        raise InvalidInput("The wanted precision is a share above 0 and below 1, such as 0.9.")
    if not 0.5 <= confidence < 1:
        raise InvalidInput("The confidence is a share from 0.5 to below 1, such as 0.9.")
    points = points_of(base.curve)
    found = level(points, precision=precision, confidence=confidence)
    if found.point is None:
        best = most_carried(points, confidence=confidence)
        hint = f"The most they carry is {best:.0%}" if best else "They carry none"
        raise InvalidInput(
            f"{base.n:,} outcomes do not show a level at which {precision:.0%} are right, "
            f"with {confidence:.0%} confidence. {hint}; more outcomes carry more."
        )
    return found


def _guarantee(chosen: Level) -> dict[str, Any]:
    point = chosen.point
    if point is None:
        return {}
    return {
        "method": METHOD,
        "precision": chosen.precision,
        "confidence": chosen.confidence,
        "coverage": round(point.coverage, 6),
        "n": point.n,
        "right": point.right,
        "at_least": round(chosen.at_least, 6),
    }
