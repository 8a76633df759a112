"""The judges there are, and how each of them agrees with people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.classifiers import Subject, get_check, read_subjects
from core.classifiers.tables import Classifier, ClassifierVersion
from core.criteria import RESULT, Criterion, get_criterion
from core.errors import NotFound
from core.evals.grading.calibrating.figures import disagrees
from core.evals.grading.calibrating.starting import ACTIVE
from core.evals.grading.graders import CERTAIN, GRADED, Grader, graders_for, newest_calibrations
from core.evals.grading.reading import unreadable_results
from core.evals.tables import GraderCalibration
from core.identity import Actor, Permission, require

_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """One classifier that grades, in the version that would grade now.

    Attributes:
        live: that version is shipped.
        latest: its newest finished calibration; None when it never was compared with people.
        attempt: the newest calibration if it is under way or broke off after that.
    """

    grader: Grader
    title: str
    question: str
    live: bool
    latest: GraderCalibration | None
    attempt: GraderCalibration | None

    @property
    def standing(self) -> str:
        """calibrated, certain (a program that counts anyhow) or advisory."""
        if self.grader.calibrated:
            return "calibrated"
        return "certain" if self.grader.kind in CERTAIN else "advisory"

    @property
    def running(self) -> bool:
        """Whether it is being compared with people now, or soon will be."""
        return self.attempt is not None and self.attempt.state in ACTIVE

    @property
    def progress(self) -> tuple[int, int]:
        """Subjects judged and to judge, of the attempt."""
        subjects = self.attempt.subjects if self.attempt is not None else []
        return sum(1 for each in subjects if "first" in each), len(subjects)

    def figure(self, name: str) -> Mapping[str, Any]:
        """One figure of the newest calibration; empty when there is none."""
        return (self.latest.figures.get(name) or {}) if self.latest is not None else {}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A subject that people and the grader judged differently. ``reason`` is the grader's."""

    subject: Subject
    people: str
    grader: str
    confidence: float | None
    reason: str
    again: str | None
    """What it said when it was asked again; None when it was not."""


@dataclass(frozen=True, slots=True)
class JudgeView:
    """One judge with everything about it.

    Attributes:
        asks: what it was told or made of, in words.
        disagreements: those the reader may see, the surest first; ``hidden`` more are held out.
        total: how many there are.
        errors: why judging failed, with how often.
    """

    row: JudgeRow
    criterion: Criterion
    asks: str
    disagreements: tuple[Disagreement, ...]
    total: int
    hidden: int
    errors: Mapping[str, int]


def list_judges(actor: Actor, *, session: Session) -> list[JudgeRow]:
    """Every classifier that can grade what we answer, by question and title.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    classifiers = {
        each.key: each
        for each in session.exec(
            select(Classifier).where(
                col(Classifier.subject_type).in_(GRADED), col(Classifier.archived_at).is_(None)
            )
        )
    }
    graders = graders_for({each.criterion_name for each in classifiers.values()}, session=session)
    version_ids = [each.version_id for each in graders]
    latest = newest_calibrations(version_ids, session=session)
    attempts: dict[int, GraderCalibration] = {}
    for each in session.exec(
        select(GraderCalibration)
        .where(col(GraderCalibration.version_id).in_(version_ids), GraderCalibration.state != "finished")
        .order_by(col(GraderCalibration.id))
    ):
        attempts[each.version_id] = each
    questions = {
        each.key: each.question
        for each in session.exec(
            select(Criterion).where(col(Criterion.id).in_({each.criterion_id for each in graders}))
        )
    }
    rows = []
    for grader in graders:
        made, attempt = latest.get(grader.version_id), attempts.get(grader.version_id)
        if made is not None and attempt is not None and attempt.key < made.key:
            attempt = None
        classifier = classifiers[grader.classifier_id]
        rows.append(
            JudgeRow(
                grader=grader,
                title=classifier.title,
                question=questions[grader.criterion_id],
                live=classifier.live_version_id == grader.version_id,
                latest=made,
                attempt=attempt,
            )
        )
    return sorted(rows, key=lambda row: (row.question, row.title))


def open_judge(actor: Actor, classifier: str, *, session: Session) -> JudgeView:
    """One judge by the name of its classifier.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: no classifier of this name grades.
    """
    row = next(
        (each for each in list_judges(actor, session=session) if each.grader.classifier == classifier), None
    )
    if row is None:
        raise NotFound(
            f"There is no judge “{classifier}”: no classifier of that name judges drafts or replies."
        )
    version = session.get_one(ClassifierVersion, row.grader.version_id)
    subjects = row.latest.subjects if row.latest is not None else []
    differing = sorted(
        (each for each in subjects if disagrees(each)), key=lambda each: -float(each.get("confidence") or 0)
    )
    results = {each["subject_id"] for each in differing if each["subject_type"] == RESULT}
    unreadable = unreadable_results(actor, results, session=session)
    readable = [
        each
        for each in differing
        if not (each["subject_type"] == RESULT and each["subject_id"] in unreadable)
    ]
    errors: dict[str, int] = {}
    for each in subjects:
        if each.get("error"):
            errors[each["error"]] = errors.get(each["error"], 0) + 1
    return JudgeView(
        row=row,
        criterion=get_criterion(row.grader.criterion_id, session=session),
        asks=_asks(version),
        disagreements=_disagreements(readable[:_MOST_SHOWN], session=session),
        total=len(differing),
        hidden=len(differing) - len(readable),
        errors=errors,
    )


def _disagreements(rows: list[dict[str, Any]], *, session: Session) -> tuple[Disagreement, ...]:
    texts: dict[tuple[str, int], Subject] = {}
    for subject_type in {each["subject_type"] for each in rows}:
        ids = [each["subject_id"] for each in rows if each["subject_type"] == subject_type]
        for key, subject in read_subjects(subject_type, ids, session=session).items():
            texts[subject_type, key] = subject
    return tuple(
        Disagreement(
            subject=texts[each["subject_type"], each["subject_id"]],
            people=each["people"],
            grader=each["first"],
            confidence=each.get("confidence"),
            reason=each.get("reason", ""),
            again=each.get("second"),
        )
        for each in rows
        if (each["subject_type"], each["subject_id"]) in texts
    )


def _asks(version: ClassifierVersion) -> str:
    settings = version.settings
    match version.kind:
        case "prompt":
            told = str(settings.get("instructions") or "").strip()
            return told or "It is asked the question as it stands, with its guidance."
        case "check":
            made = get_check(str(settings.get("check")))
            return f"{made.title}. {made.hint}"
        case "rules":
            return (
                str(settings.get("rules") or settings.get("text") or "").strip() or "Conditions on the words."
            )
        case _:
            return f"It learned from {version.example_count:,} texts that people answered."
