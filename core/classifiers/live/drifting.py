"""Watch live versions: does what comes in, what they answer, and how often they are right stay as shipped?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.classifiers.features import ensure_features, featurizer
from core.classifiers.kind import Services
from core.classifiers.live.agreeing import NAMED, fresh_disagreement
from core.classifiers.live.evidence import stored_rate
from core.classifiers.live.posts import JUDGED, LIVE, Post, list_posts
from core.classifiers.live.shifts import input_shift, rate_shifts
from core.classifiers.live.windows import (
    FEWEST_BEFORE,
    FEWEST_RECENT,
    RECENT,
    Window,
    before_shipping,
    combinations,
    read_window,
)
from core.classifiers.opening import open_version
from core.classifiers.subjects import read_subjects
from core.classifiers.tables import ClassifierRelease, ClassifierVersion, DriftAlert
from core.database import Database, now

log = logging.getLogger(__name__)

INPUT, RATE, AGREEMENT = "input", "rate", "agreement"
ABSTAINS = "(abstains)"
SAMPLED = 300
"""Subjects of each window whose texts are looked at for input drift."""

Evidence = dict[str, Any]


def watch_drift(*, database: Database, services: Services) -> int:
    """Look at every live version once, and open an alert for each kind of drift that has none open.

    Safe in several processes and to repeat. A version that cannot be looked at does not keep the others
    from it.

    Returns:
        How many alerts were opened.
    """
    with database.reading() as session:
        posts = [each for each in list_posts(session=session, stage=LIVE) if each.subject_type in JUDGED]
    opened = 0
    for post in posts:
        try:
            found = list(_look(post, database=database, services=services))
        except Exception:
            log.exception("classifier %s, version %d: could not look for drift", post.name, post.number)
            continue
        if found:
            with database.transaction() as session:
                opened += sum(_open(post, kind, evidence, session=session) for kind, evidence in found)
    return opened


def _look(post: Post, *, database: Database, services: Services) -> Iterator[tuple[str, Evidence]]:
    with database.reading() as session:
        release = _release(post, session=session)
        if release is None:
            return
        open_kinds = set(
            session.exec(
                select(DriftAlert.kind).where(
                    DriftAlert.version_id == post.version_id, DriftAlert.state == "open"
                )
            )
        )
        columns = _columns(post, session=session)
        windows = {
            kind: _windows(post, kind, release.created_at, columns, session=session)
            for kind in (RATE, INPUT)
            if kind not in open_kinds
        }
        agreement = (
            None
            if AGREEMENT in open_kinds
            else fresh_disagreement(
                post, release, accepted=_last_decided(post, AGREEMENT, session=session), session=session
            )
        )
    if agreement is not None:
        yield AGREEMENT, agreement
    pair = windows.get(RATE)
    if pair is not None and (rates := _rates(*pair, columns)) is not None:
        yield RATE, rates
    pair = windows.get(INPUT)
    if pair is not None:
        inputs = _inputs(post, *pair, database=database, services=services)
        if inputs is not None:
            yield INPUT, inputs


def _release(post: Post, *, session: Session) -> ClassifierRelease | None:
    """The release by which the version is live."""
    return session.exec(
        select(ClassifierRelease)
        .where(
            ClassifierRelease.classifier_id == post.classifier_id,
            ClassifierRelease.stage == LIVE,
            ClassifierRelease.version_id == post.version_id,
        )
        .order_by(col(ClassifierRelease.id).desc())
        .limit(1)
    ).first()


def _columns(post: Post, *, session: Session) -> list[str]:
    if post.many:
        return combinations(post.version_id, session=session)
    answers = session.exec(
        select(ClassifierVersion.answers).where(ClassifierVersion.id == post.version_id)
    ).one()
    return list(answers)


def _windows(
    post: Post, kind: str, shipped_at: datetime, columns: list[str], *, session: Session
) -> tuple[Window, Window] | None:
    """What to hold against what; None while there is too little of either.

    A person who dismissed an alert has accepted what it found: from then on that is what is expected.
    """
    accepted = _last_decided(post, kind, session=session)
    if accepted is not None and "recent" in accepted.evidence:
        stretch = accepted.evidence["recent"]
        before = read_window(
            post.version_id,
            since=datetime.fromisoformat(stretch["since"]),
            until=datetime.fromisoformat(stretch["until"]),
            columns=columns,
            session=session,
        )
    else:
        before = before_shipping(post.version_id, shipped_at=shipped_at, columns=columns, session=session)
    moment = now()
    since = max(moment - RECENT, before.until)
    if len(before) < FEWEST_BEFORE or since >= moment:
        return None
    recent = read_window(post.version_id, since=since, until=moment, columns=columns, session=session)
    return (before, recent) if len(recent) >= FEWEST_RECENT else None


def _last_decided(post: Post, kind: str, *, session: Session) -> DriftAlert | None:
    return session.exec(
        select(DriftAlert)
        .where(
            DriftAlert.version_id == post.version_id, DriftAlert.kind == kind, DriftAlert.state == "dismissed"
        )
        .order_by(col(DriftAlert.id).desc())
        .limit(1)
    ).first()


def _rates(before: Window, recent: Window, columns: list[str]) -> Evidence | None:
    shifts = rate_shifts(
        before.codes, before.conversations, recent.codes, recent.conversations, columns=len(columns) + 1
    )
    if not shifts:
        return None
    names = [*columns, ABSTAINS]
    return {
        "before": before.as_json(),
        "recent": recent.as_json(),
        "answers": [
            {
                "answer": names[each.column],
                "before": stored_rate(each.before),
                "recent": stored_rate(each.after),
                "p": each.p,
            }
            for each in shifts[:10]
        ],
        "subjects": recent.subjects[recent.codes == shifts[0].column][:NAMED].tolist(),
    }


def _inputs(
    post: Post, before: Window, recent: Window, *, database: Database, services: Services
) -> Evidence | None:
    """Familiarity where the model reads features, else how sure it was."""
    first, second = _sampled(before), _sampled(recent)
    opened = open_version(post.version_id, database=database, services=services)
    if opened.model.features:
        measure = "familiarity"
        maker = featurizer(services)
        values = []
        for window, rows in ((before, first), (recent, second)):
            with database.reading() as session:
                subjects = read_subjects(post.subject_type, window.subjects[rows].tolist(), session=session)
            kept = np.array(
                [row for row in rows.tolist() if int(window.subjects[row]) in subjects], dtype=int
            )
            texts = [subjects[int(window.subjects[row])] for row in kept]
            if len(kept) < FEWEST_RECENT // 2:
                return None
            features = ensure_features(texts, database=database, featurizer=maker)
            familiarity = opened.model.score(texts, features).familiarity.astype(np.float64)
            values.append((familiarity, kept))
        (one, first), (two, second) = values
    else:
        measure = "confidence"
        one, two = before.confidence[first], recent.confidence[second]
    shift = input_shift(one, before.conversations[first], two, recent.conversations[second])
    if shift is None:
        return None
    strangest = second[np.argsort(two if shift.lower else -two, kind="stable")][:NAMED]
    return {
        "before": before.as_json(),
        "recent": recent.as_json(),
        "measure": measure,
        "looked_at": {"before": len(one), "recent": len(two)},
        "median": {"before": float(np.median(one)), "recent": float(np.median(two))},
        "distance": shift.distance,
        "p": shift.p,
        "lower": shift.lower,
        "subjects": recent.subjects[strangest].tolist(),
    }


def _sampled(window: Window) -> Any:
    """Rows spread evenly over the window, the same ones each time."""
    count = min(len(window), SAMPLED)
    return np.linspace(0, len(window) - 1, count).round().astype(int)


def _open(post: Post, kind: str, evidence: Evidence, *, session: Session) -> int:
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    statement = make(DriftAlert).values(
        classifier_id=post.classifier_id,
        version_id=post.version_id,
        kind=kind,
        state="open",
        evidence=evidence,
        reason="",
        created_at=now(),
    )
    # one open alert of a kind: two processes may look at the same moment
    opened = session.execute(statement.on_conflict_do_nothing().returning(col(DriftAlert.id))).scalars()
    return len(opened.all())
