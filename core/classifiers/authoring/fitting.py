"""Making a version: what is at the desk now becomes something that judges and never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from core import audit
from core.classifiers.authoring.access import check_open, desk_of, find_classifier
from core.classifiers.authoring.previewing import UNLEARNED, measure_work
from core.classifiers.authoring.versions import newest_version
from core.classifiers.authoring.work import Work, check_settings, fit_work, read_work
from core.classifiers.deciding import Threshold
from core.classifiers.features import featurizer
from core.classifiers.kind import Services
from core.classifiers.tables import ClassifierVersion, DriftAlert
from core.database import Database
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, require

MAX_NOTE = 500


def fit_version(
    actor: Actor,
    classifier_id: int,
    *,
    database: Database,
    services: Services,
    note: str = "",
    threshold: Threshold | None = None,
    hold_back: Sequence[str] = (),
    because_of_id: int | None = None,
) -> ClassifierVersion:
    """Make a version of the examples and settings as they are now, with its measure.

    Fitting and measuring take seconds and hold no transaction. Safe to repeat: where the newest version
    was made of the same examples and settings, it is returned and nothing is stored.

    Args:
        note: what is new in it, for those who compare versions.
        threshold: when it answers; None keeps 95 % of the examples that have an answer, however sure it is
            of them (and is content with whichever threshold the newest version has).
        hold_back: answers upon which the AI drafts nothing.
        because_of_id: the drift alert it answers.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier or alert.
        Conflict: it is archived, or its question retired.
        InvalidInput: no classifier can be made of it yet; says what is missing.
        ProviderError: the embedding service or the model failed.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    note = " ".join(note.replace("\0", "").split())
    if len(note) > MAX_NOTE:
        raise InvalidInput(f"The note on a version has at most {MAX_NOTE} characters.")
    work = read_work(classifier_id, database=database)
    check_open(work.desk)
    unknown = [answer for answer in hold_back if answer not in work.desk.question.answers]
    if unknown:
        raise InvalidInput(f"“{unknown[0]}” is not an answer of this question, so nothing can be held back.")
    if threshold is not None and not (0 <= threshold.confidence <= 1 and 0 <= threshold.familiarity <= 1):
        raise InvalidInput("Both parts of a threshold are between 0 and 1.")
    check_settings(work)
    reads = featurizer(services).name if work.desk.kind.learns else ""
    with database.reading() as session:
        if because_of_id is not None:
            _check_alert(because_of_id, classifier_id, session=session)
        newest = newest_version(classifier_id, session=session)
    if newest is not None and _same(newest, work, reads, threshold, hold_back):
        return newest
    made = _make(work, threshold, database=database, services=services)
    made.hold_back = sorted(set(hold_back), key=work.desk.question.answers.index)
    made.note = note
    made.because_of_id = because_of_id
    made.created_by_id = actor.person_id
    return _store(actor, made, work, reads, threshold, hold_back, database=database)


def _make(
    work: Work, threshold: Threshold | None, *, database: Database, services: Services
) -> ClassifierVersion:
    from core.classifiers.measure import measure

    model = fit_work(work, database=database, services=services)
    chosen, report = threshold or (Threshold() if work.desk.kind.learns else UNLEARNED), {}
    if work.examples:
        measured = measure_work(work, database=database, services=services)
        chosen = threshold or measured.default
        report = measure(measured.question, measured.examples, measured.scores, chosen).to_json()
    desk = work.desk
    return ClassifierVersion(
        classifier_id=desk.classifier.key,
        version=0,
        criterion_id=desk.criterion.key,
        kind=desk.classifier.kind,
        subject_type=desk.classifier.subject_type,
        answers=list(desk.question.answers),
        many=desk.question.many,
        settings=dict(desk.classifier.settings),
        model=model.dump(),
        features=model.features,
        threshold=asdict(chosen),
        example_count=len(work.examples),
        examples_digest=work.digest,
        report=report,
    )


def _store(
    actor: Actor,
    made: ClassifierVersion,
    work: Work,
    reads: str,
    threshold: Threshold | None,
    hold_back: Sequence[str],
    *,
    database: Database,
) -> ClassifierVersion:
    with database.transaction() as session:
        # locked, so that of two who click at once one gets the number and the other the same version
        check_open(desk_of(find_classifier(made.classifier_id, session=session, lock=True), session=session))
        newest = newest_version(made.classifier_id, session=session)
        if newest is not None and _same(newest, work, reads, threshold, hold_back):
            return newest
        made.version = newest.version + 1 if newest else 1
        session.add(made)
        session.flush()
        audit.record(
            actor.person_id,
            actor.name,
            "classifier_version.made",
            session=session,
            subject_type="classifier",
            subject_id=made.classifier_id,
            version=made.version,
            examples=made.example_count,
            threshold=made.threshold,
        )
    return made


def _same(
    newest: ClassifierVersion,
    work: Work,
    reads: str,
    threshold: Threshold | None,
    hold_back: Sequence[str],
) -> bool:
    desk = work.desk
    asked: tuple[Any, ...] = (
        desk.criterion.key,
        desk.classifier.kind,
        desk.classifier.settings,
        work.digest,
        set(hold_back),
    )
    has = (
        newest.criterion_id,
        newest.kind,
        newest.settings,
        newest.examples_digest,
        set(newest.hold_back),
    )
    reads_alike = newest.features in ("", reads) if reads else True
    alike = asked == has and reads_alike
    return alike and (threshold is None or Threshold.of(newest.threshold) == threshold)


def _check_alert(alert_id: int, classifier_id: int, *, session: Session) -> None:
    alert = session.get(DriftAlert, alert_id)
    if alert is None or alert.classifier_id != classifier_id:
        raise NotFound(f"There is no alert {alert_id} of this classifier.")
