"""Compare a grader with people: what that takes, and the order to do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.classifiers import (
    PromptModel,
    Services,
    estimate_judging,
    measured_request_seconds,
    open_version,
    read_subjects,
)
from core.classifiers.tables import Classifier, ClassifierVersion
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.evals.grading.calibrating.sampling import Sample, draw_sample
from core.evals.grading.graders import FEWEST, GRADED
from core.evals.tables import GraderCalibration
from core.identity import Actor, Permission, require

ACTIVE = ("planned", "running")
"""States of a calibration that somebody works on, or soon will."""
TIMES = 2
"""How often a grader that may say something else the next time is asked."""
_SAMPLED = 50
_JUDGED = ("first", "second", "confidence", "reason", "unsure")


@dataclass(frozen=True, slots=True)
class CalibrationEstimate:
    """What comparing a grader with people would take.

    Attributes:
        subjects: that people judged and the grader was not made of, at most 300.
        labelled: that people judged in all; ``taught`` of them are examples of the grader.
        cost: USD; 0 where judging is free, None where the settings say no price.
        seconds: wall time, roughly; 0 where it is over at once.
        known: subjects already paid for, by an attempt that broke off.
    """

    subjects: int
    labelled: int
    taught: int
    cost: float | None
    seconds: float
    known: int = 0

    @property
    def missing(self) -> int:
        """How many more people must judge before the grader can count."""
        return max(0, FEWEST - self.subjects)


def estimate_calibration(
    actor: Actor, version_id: int, *, database: Database, services: Services
) -> CalibrationEstimate:
    """What :func:`calibrate` would take. Nothing is stored, and no model service is called.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is no such version.
    """
    require(actor, Permission.EVALS_READ)
    with database.reading() as session:
        version = _version(version_id, session=session)
        sample, known = _sample(version, session=session)
        left = [each for each in sample.subjects if "first" not in each]
        if version.kind != "prompt" or not left:
            return CalibrationEstimate(len(sample.subjects), sample.labelled, sample.taught, 0.0, 0.0, known)
        texts = [
            subject
            for subject_type in GRADED
            for subject in read_subjects(
                subject_type,
                [each["subject_id"] for each in left if each["subject_type"] == subject_type][:_SAMPLED],
                session=session,
            ).values()
        ]
        seconds = measured_request_seconds(session=session, settings=services.settings)
    model = open_version(version_id, database=database, services=services).model
    if not isinstance(model, PromptModel):
        raise InvalidInput("This version is no prompt, whatever it says. Make a new version of it.")
    made = estimate_judging(model, subjects=texts, texts=TIMES * len(left), seconds_a_request=seconds)
    return CalibrationEstimate(
        len(sample.subjects), sample.labelled, sample.taught, made.cost, made.seconds, known
    )


def calibrate(actor: Actor, version_id: int, *, session: Session) -> GraderCalibration:
    """Have a grader judge again what people judged. The work itself is a durable job, handed out by
    :func:`~core.evals.grading.calibrating.dispatch_calibrations`.

    Safe to repeat: while one is under way for this version, that one is returned. What an attempt that broke
    off had judged is not paid for again.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such version.
        InvalidInput: it does not grade, or people have judged nothing it could be compared on.
    """
    require(actor, Permission.EVALS_RUN)
    version = _version(version_id, session=session, lock=True)
    running = session.exec(
        select(GraderCalibration).where(
            GraderCalibration.version_id == version_id, col(GraderCalibration.state).in_(ACTIVE)
        )
    ).first()
    if running is not None:
        return running
    sample, _ = _sample(version, session=session)
    if not sample.subjects:
        raise InvalidInput(
            f"All {sample.labelled:,} that people judged are examples the grader was made of. Judge others "
            "by hand, in Label queues."
            if sample.taught
            else "Nobody has answered this question about a draft, a reply or a result yet. Do so in Label "
            "queues first."
        )
    calibration = GraderCalibration(
        version_id=version_id,
        criterion_id=version.criterion_id,
        subjects=[dict(each) for each in sample.subjects],
        person_id=actor.person_id,
    )
    session.add(calibration)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        "grader.calibration_started",
        session=session,
        subject_type="classifier_version",
        subject_id=version_id,
        calibration_id=calibration.key,
        subjects=len(sample.subjects),
    )
    return calibration


def _version(version_id: int, *, session: Session, lock: bool = False) -> ClassifierVersion:
    version = session.get(ClassifierVersion, version_id, with_for_update=lock)
    if version is None:
        raise NotFound(f"There is no classifier version {version_id}.")
    classifier = session.get_one(Classifier, version.classifier_id)
    if classifier.subject_type not in GRADED:
        raise InvalidInput(
            f"“{classifier.title}” judges a {classifier.subject_type}, not what we answer: it grades nothing."
        )
    return version


def _sample(version: ClassifierVersion, *, session: Session) -> tuple[Sample, int]:
    """The sample, with what the last attempt had judged if it broke off; and how many those are."""
    sample = draw_sample(version, session=session)
    last = session.exec(
        select(GraderCalibration)
        .where(GraderCalibration.version_id == version.key)
        .order_by(col(GraderCalibration.id).desc())
    ).first()
    if last is None or last.state != "failed":
        return sample, 0
    judged = {_key(each): each for each in last.subjects if "first" in each and not each.get("error")}
    subjects = tuple(
        {**each, **{name: judged[_key(each)][name] for name in _JUDGED if name in judged[_key(each)]}}
        if _key(each) in judged
        else each
        for each in sample.subjects
    )
    known = sum(1 for each in subjects if "first" in each)
    return Sample(subjects, sample.labelled, sample.taught), known


def _key(subject: Mapping[str, Any]) -> tuple[str, int]:
    return subject["subject_type"], subject["subject_id"]
