"""The sample's scores over time: graders that have been at work for 90 days, releases and incidents.

Grades are what the graders' real versions really say of the sample's drafts and replies; nothing here knows
which of them were meant to be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import yaml
from sqlalchemy import select, update
from sqlmodel import Session, col

from core.assist.tables import Draft
from core.classifiers import (
    Services,
    create_classifier,
    fit_version,
    open_services,
    open_version,
    read_subjects,
)
from core.classifiers.tables import Classifier, ClassifierVersion
from core.conversations import Reply
from core.criteria import Judgement
from core.database import Database
from core.evals import (
    Grades,
    NewMarker,
    import_markers,
    in_sample,
    note_releases,
    rebuild,
    set_live_grader,
    store_grades,
)
from core.evals.tables import LiveGrade, LiveGrader
from core.identity import Actor, Person, actor_of
from core.sample.calendar import DAYS, shift
from core.sample.material import FOLDER, Incident
from core.settings import Settings

_AFTER = timedelta(seconds=4)
_MADE_BEFORE = timedelta(days=2)


def read_graders() -> list[Mapping[str, Any]]:
    """What graders the sample has, as they are written down."""
    return list(yaml.safe_load((FOLDER / "graders.yaml").read_text("utf-8")))


def write_scores(
    database: Database,
    settings: Settings,
    incidents: Sequence[Incident],
    *,
    source: str,
    reference: datetime,
) -> int:
    """Make the graders, grade what is past, mark releases and incidents, and add everything up.

    Safe to repeat and to interrupt. Returns how many graders were made.
    """
    services = open_services(database, settings)
    moved = shift(reference)
    with database.transaction() as session:
        import_markers(source, [_marker(each, moved) for each in incidents], session=session)
    note_releases(database=database)
    missing = _missing(database=database)
    for specification in missing:
        _write_grader(specification, reference, database=database, services=services)
    if missing:
        rebuild(database=database)
    return len(missing)


def scores_are_written(database: Database) -> bool:
    """Whether :func:`write_scores` has nothing left to do."""
    return not _missing(database=database)


def _missing(*, database: Database) -> list[Mapping[str, Any]]:
    with database.reading() as session:
        rows = session.execute(
            select(col(Classifier.name), col(LiveGrader.subject_type)).join(
                Classifier, col(Classifier.id) == col(LiveGrader.classifier_id)
            )
        )
        known = {(name, subject_type) for name, subject_type in rows}
    return [
        each for each in read_graders() if any((each["name"], about) not in known for about in each["shares"])
    ]


def _marker(incident: Incident, moved: timedelta) -> NewMarker:
    return NewMarker(
        "incident",
        incident.title,
        incident.started_at + moved,
        incident.number,
        ended_at=incident.ended_at + moved,
        detail=f"{incident.number}. {incident.summary}",
    )


def _write_grader(
    specification: Mapping[str, Any], reference: datetime, *, database: Database, services: Services
) -> None:
    made = reference - timedelta(days=DAYS) - _MADE_BEFORE
    with database.transaction() as session:
        author = actor_of(
            session.execute(
                select(Person).where(col(Person.username) == specification["author"])
            ).scalar_one()
        )
        classifier_id = create_classifier(
            author,
            session=session,
            name=specification["name"],
            title=specification["title"],
            criterion_name=specification["criterion"],
            kind=specification["kind"],
            subject_type=specification["subject"],
            purpose=specification["purpose"],
            settings=specification["settings"],
        ).key
    version = fit_version(author, classifier_id, database=database, services=services)
    for subject_type, share in specification["shares"].items():
        _write_grades(
            author,
            classifier_id,
            version,
            subject_type,
            share,
            reference,
            database=database,
            services=services,
        )
    with database.transaction() as session:
        for table, values, condition in (
            (Classifier, {"created_at": made, "updated_at": made}, col(Classifier.id) == classifier_id),
            (ClassifierVersion, {"created_at": made}, col(ClassifierVersion.id) == version.key),
            (LiveGrader, {"created_at": made}, col(LiveGrader.classifier_id) == classifier_id),
        ):
            session.execute(
                update(table).where(condition).values(values).execution_options(synchronize_session=False)
            )


def _write_grades(
    author: Actor,
    classifier_id: int,
    version: ClassifierVersion,
    subject_type: str,
    share: float,
    reference: datetime,
    *,
    database: Database,
    services: Services,
) -> None:
    """A live grader with all it would have graded had it been there, in one transaction."""
    table = Reply if subject_type == "reply" else Draft
    since = reference - timedelta(days=DAYS)
    with database.transaction() as session:
        grader = set_live_grader(
            author, classifier_id, session=session, subject_type=subject_type, share=share
        )
        made = session.execute(
            select(col(table.id), col(table.created_at)).where(col(table.created_at) >= since)
        )
        times = {key: at for key, at in made if in_sample(grader.seed, key, share)}
        subjects = read_subjects(subject_type, times, session=session)
        opened = open_version(version.key, database=database, services=services)
        said = dict(zip(subjects, opened.judge(list(subjects.values())), strict=True))
        name = session.execute(
            select(col(Classifier.name)).where(col(Classifier.id) == classifier_id)
        ).scalar_one()
        store_grades(Grades(grader, version, name, said), session=session)
        _backdate(grader, version, name, subject_type, times, session=session)
        grader.version_id = version.key
        grader.graded_at = max((times[key] for key in said), default=since) + _AFTER
        session.add(grader)


def _backdate(
    grader: LiveGrader,
    version: ClassifierVersion,
    name: str,
    subject_type: str,
    times: Mapping[int, datetime],
    *,
    session: Session,
) -> None:
    judged = session.execute(
        select(col(Judgement.id), col(Judgement.subject_id)).where(
            col(Judgement.criterion_id) == version.criterion_id,
            col(Judgement.subject_type) == subject_type,
            col(Judgement.judge_type) == "classifier",
            col(Judgement.judge) == name,
        )
    )
    graded = [
        {"id": key, "created_at": times[subject] + _AFTER} for key, subject in judged if subject in times
    ]
    if graded:
        session.execute(update(Judgement), graded)
    tried = session.execute(
        select(col(LiveGrade.subject_id)).where(
            col(LiveGrade.grader_id) == grader.key, col(LiveGrade.version_id) == version.key
        )
    ).scalars()
    keys = {"grader_id": grader.key, "version_id": version.key}
    met = [{**keys, "subject_id": key, "tried_at": times[key] + _AFTER} for key in tried if key in times]
    if met:
        session.execute(update(LiveGrade), met)
