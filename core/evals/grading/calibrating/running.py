"""The job behind a calibration: a few subjects at a time, again from there after a crash."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.classifiers import Services, Subject, open_services, read_subjects
from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import get_criterion
from core.database import Database, now
from core.errors import ProviderError, RatchetError
from core.evals.expecting.folding import storable
from core.evals.grading.calibrating.figures import agreement_figures, has_answer
from core.evals.grading.calibrating.starting import ACTIVE
from core.evals.grading.graders import FINISHED, STEADY, Grader
from core.evals.grading.judging import Said, ask
from core.evals.tables import GraderCalibration
from core.jobs import DurableJobs, Job, job

log = logging.getLogger(__name__)

_JOB = "grader-calibration"
_CHUNK = 20  # subjects: what a crash pays for twice, and what progress moves by
_ALL_FAILED = 5  # so many in a row are not bad luck
_PLANNED, _RUNNING, _FAILED = "planned", "running", "failed"
_KEPT = "What was judged until then is kept: start again to go on."
_BROKEN = "Something went wrong while judging; the details are in the server's log."
_LOST = "The work broke off too often."
_GONE = "This text is gone."


@job(_JOB)
def carry_out(running: Job, calibration_id: int) -> None:
    """Carry on with a calibration from where it is."""
    run_calibration(
        calibration_id,
        database=running.database,
        services=open_services(running.database, running.settings),
        between=running.check,
    )


def dispatch_calibrations(*, database: Database, jobs: DurableJobs) -> int:
    """Hand calibrations that are under way to the durable jobs, and notice those whose job is lost: a duty.

    Returns:
        How many were handed over.
    """
    with database.reading() as session:
        active = session.exec(select(GraderCalibration).where(col(GraderCalibration.state).in_(ACTIVE))).all()
    handed = 0
    for calibration in active:
        name = f"{_JOB}-{calibration.key}"
        state = jobs.state(name)
        if state is None:
            jobs.submit(_JOB, name, calibration.key)
            handed += 1
        elif state in ("failed", "finished"):
            _fail(calibration.key, _LOST, database=database)
    return handed


def run_calibration(
    calibration_id: int,
    *,
    database: Database,
    services: Services,
    between: Callable[[], None] = lambda: None,
) -> None:
    """Judge what is left and add up the figures. Safe to repeat and to run twice: a subject is kept once.

    Failures end in the calibration's own state, in plain words.

    Args:
        between: called before each chunk; what it raises ends the run, and another carries on.
    """
    try:
        grader = _begin(calibration_id, database=database)
        while grader is not None:
            between()
            left = _left(calibration_id, database=database)
            if left is None:
                return
            if not left:
                _finish(calibration_id, grader, database=database)
                return
            _judge(calibration_id, grader, left[:_CHUNK], database=database, services=services)
    except RatchetError as error:
        _fail(calibration_id, str(error), database=database)
    except Exception:
        log.exception("calibration %d failed", calibration_id)
        _fail(calibration_id, _BROKEN, database=database)


def _begin(calibration_id: int, *, database: Database) -> Grader | None:
    with database.transaction() as session:
        session.execute(
            update(GraderCalibration)
            .where(col(GraderCalibration.id) == calibration_id, col(GraderCalibration.state) == _PLANNED)
            .values(state=_RUNNING)
        )
        found = session.get(GraderCalibration, calibration_id, populate_existing=True)
        if found is None or found.state != _RUNNING:
            return None
        version = session.get_one(ClassifierVersion, found.version_id)
        classifier = session.get_one(Classifier, version.classifier_id)
        return Grader(
            classifier_id=classifier.key,
            classifier=classifier.name,
            version_id=version.key,
            version=version.version,
            kind=version.kind,
            criterion_id=version.criterion_id,
            criterion=classifier.criterion_name,
        )


def _left(calibration_id: int, *, database: Database) -> list[dict[str, Any]] | None:
    """Subjects nobody has judged yet; None when it is over."""
    with database.reading() as session:
        found = session.get_one(GraderCalibration, calibration_id)
    return [each for each in found.subjects if "first" not in each] if found.state == _RUNNING else None


def _judge(
    calibration_id: int,
    grader: Grader,
    chunk: Sequence[Mapping[str, Any]],
    *,
    database: Database,
    services: Services,
) -> None:
    with database.reading() as session:
        subjects = _read(chunk, session=session)
    first = ask(grader, subjects, database=database, services=services)
    failed = [each for each in first.values() if each.error]
    if len(failed) >= _ALL_FAILED and len(failed) == len(first):
        raise ProviderError(failed[0].error)
    second = first
    if grader.kind not in STEADY:
        again = {place: subjects[place] for place, each in first.items() if not each.error}
        second = ask(grader, again, database=database, services=services)
    judged = {
        (each["subject_type"], each["subject_id"]): _row(first.get(place), second.get(place))
        for place, each in enumerate(chunk)
    }
    paid = (first,) if second is first else (first, second)
    cost = sum(each.cost for said in paid for each in said.values())
    _keep(calibration_id, judged, cost, database=database)


def _read(chunk: Sequence[Mapping[str, Any]], *, session: Session) -> dict[int, Subject]:
    places = {(each["subject_type"], each["subject_id"]): place for place, each in enumerate(chunk)}
    found: dict[int, Subject] = {}
    for subject_type in {each["subject_type"] for each in chunk}:
        ids = [each["subject_id"] for each in chunk if each["subject_type"] == subject_type]
        for key, subject in read_subjects(subject_type, ids, session=session).items():
            found[places[subject_type, key]] = subject
    return found


def _row(first: Said | None, second: Said | None) -> dict[str, Any]:
    if first is None:
        return {"first": None, "second": None, "error": _GONE}
    if first.error:
        return {"first": None, "second": None, "error": storable(first.error, 500)}
    row: dict[str, Any] = {
        "first": first.prediction.answer,
        "second": second.prediction.answer if second is not None and not second.error else None,
        "confidence": first.prediction.confidence,
        "reason": storable(first.prediction.reason, 1000),
    }
    return row if first.voted else {**row, "unsure": True}


def _keep(
    calibration_id: int, judged: Mapping[tuple[str, int], dict[str, Any]], cost: float, *, database: Database
) -> None:
    """Store what was judged, once: what another process has kept meanwhile stays."""
    with database.transaction() as session:
        found = session.get_one(
            GraderCalibration, calibration_id, with_for_update=True, populate_existing=True
        )
        if found.state != _RUNNING:
            return
        found.subjects = [
            each
            if "first" in each
            else {**each, **judged.get((each["subject_type"], each["subject_id"]), {})}
            for each in found.subjects
        ]
        found.cost += cost
        session.add(found)


def _finish(calibration_id: int, grader: Grader, *, database: Database) -> None:
    with database.transaction() as session:
        found = session.get_one(
            GraderCalibration, calibration_id, with_for_update=True, populate_existing=True
        )
        if found.state != _RUNNING:
            return
        criterion = get_criterion(found.criterion_id, session=session)
        found.figures = agreement_figures(found.subjects, criterion, kind=grader.kind)
        found.n = sum(1 for each in found.subjects if has_answer(each))
        found.state, found.finished_at = FINISHED, now()
        session.add(found)


def _fail(calibration_id: int, why: str, *, database: Database) -> None:
    with database.transaction() as session:
        session.execute(
            update(GraderCalibration)
            .where(col(GraderCalibration.id) == calibration_id, col(GraderCalibration.state).in_(ACTIVE))
            .values(state=_FAILED, finished_at=now(), error=f"{why.rstrip()} {_KEPT}"[-1000:])
        )
