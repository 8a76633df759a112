"""What the list of classifiers shows of each, read with a handful of statements however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.classifiers import ClassifierSummary, list_classifiers
from core.classifiers.tables import Classifier, ClassifierRelease, ClassifierVersion, DriftAlert
from core.identity import Actor, Person
from pages.specialist.classifiers.words import headline

_Change = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class ClassifierRow:
    """A classifier in the list. ``figures``: in words; ``alerts``: open drift alerts."""

    classifier: Classifier
    question: str
    figures: str
    alerts: int
    changed_at: datetime
    changed_by: str


def classifier_rows(actor: Actor, *, session: Session, with_archived: bool = False) -> list[ClassifierRow]:
    """Every classifier, those with open alerts first, then by title.

    Raises:
        PermissionDenied: the actor may not see classifiers.
    """
    found = list_classifiers(actor, session=session, with_archived=with_archived)
    ids = [each.classifier.key for each in found]
    made = _newest(ClassifierVersion, ClassifierVersion.created_by_id, ids, session=session)
    shipped = _newest(ClassifierRelease, ClassifierRelease.person_id, ids, session=session)
    figures = _figures(found, {key: version_id for key, (version_id, _) in made.items()}, session=session)
    alerts = _open_alerts(session=session)
    rows = []
    for each in found:
        classifier = each.classifier
        changes = [(classifier.updated_at, each.updated_by)]
        changes += [known[classifier.key][1] for known in (made, shipped) if classifier.key in known]
        changed_at, changed_by = max(changes, key=lambda change: change[0])
        rows.append(
            ClassifierRow(
                classifier=classifier,
                question=each.criterion.question if each.criterion else classifier.criterion_name,
                figures=figures.get(classifier.key, "No version yet"),
                alerts=alerts.get(classifier.key, 0),
                changed_at=changed_at,
                changed_by=changed_by,
            )
        )
    return sorted(rows, key=lambda row: -row.alerts)  # stable: the rest as they were listed


def _newest(
    table: type[Any], person_id: Any, ids: Sequence[int], *, session: Session
) -> dict[int, tuple[int, _Change]]:
    """The newest row of each classifier: its key, when it was made and by whom."""
    last = (
        select(func.max(table.id)).where(col(table.classifier_id).in_(ids)).group_by(col(table.classifier_id))
    )
    rows = session.execute(
        select(table.classifier_id, table.id, table.created_at, Person.name)
        .outerjoin(Person, col(Person.id) == person_id)
        .where(col(table.id).in_(last))
    )
    return {row[0]: (row[1], (row[2], row[3] or "")) for row in rows}


def _figures(
    found: Sequence[ClassifierSummary], newest: dict[int, int], *, session: Session
) -> dict[int, str]:
    """How good the live version is, else the newest, by classifier."""
    shown = {
        each.classifier.key: each.classifier.live_version_id or newest.get(each.classifier.key)
        for each in found
    }
    reports = dict(
        session.exec(
            select(ClassifierVersion.id, ClassifierVersion.report).where(
                col(ClassifierVersion.id).in_([key for key in shown.values() if key])
            )
        ).all()
    )
    return {key: headline(reports[version]) for key, version in shown.items() if version in reports}


def _open_alerts(*, session: Session) -> dict[int, int]:
    counted = session.exec(
        select(DriftAlert.classifier_id, func.count())
        .where(DriftAlert.state == "open")
        .group_by(col(DriftAlert.classifier_id))
    )
    return dict(counted.all())
