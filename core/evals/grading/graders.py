"""The graders of a run, frozen at its start, and which of them people have vouched for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.classifiers.tables import Classifier, ClassifierVersion
from core.errors import InvalidInput
from core.evals.content import CaseContent
from core.evals.expecting.registry import kind_of
from core.evals.tables import EvalCase, GraderCalibration

GRADED = ("draft", "reply")
"""Subject types whose classifiers can grade."""
CERTAIN = ("check", "rules")
"""Kinds of classifiers that are programs somebody can read: they count without people vouching for them."""
STEADY = (*CERTAIN, "examples")
"""Kinds that say the same of the same text every time."""
FEWEST = 30
"""Subjects that people must have judged too."""
LOWEST_KAPPA = 0.4
"""What the lower end of kappa's interval must reach: "moderate" by Landis and Koch 1977."""
FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Grader:
    """One classifier version as a run uses it, in the form :attr:`EvalRun.graders` stores.

    ``calibrated``: people have vouched for this very version, see :func:`vouched`.
    """

    classifier_id: int
    classifier: str
    version_id: int
    version: int
    kind: str
    criterion_id: int
    criterion: str
    calibrated: bool = False
    calibration_id: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From :meth:`as_json`; fields nobody knows any more are left out."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__ if name in stored})

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @property
    def name(self) -> str:
        """As grades name it: ``polite v3``."""
        return f"{self.classifier} v{self.version}"

    @property
    def advisory(self) -> bool:
        """Whether its grades are only advice so far."""
        return not self.calibrated and self.kind not in CERTAIN


def plan_graders(
    contents: Iterable[CaseContent], *, session: Session, names: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The graders for what some cases expect: of each classifier its live version, else its newest.

    Args:
        names: of classifiers; only these grade. Empty: all that answer a criterion which is expected.

    Raises:
        InvalidInput: a name is of no classifier that can grade; says which.
    """
    wanted = {
        str(each["criterion"])
        for content in contents
        for each in content.expectations
        if kind_of(each) == "criterion" and each.get("criterion")
    }
    if names:
        _check_names(names, session=session)
    return [each.as_json() for each in graders_for(wanted, session=session, names=names)]


def graders_for(criteria: Collection[str], *, session: Session, names: Sequence[str] = ()) -> list[Grader]:
    """One grader for each classifier that answers one of these criteria about what we say, by name."""
    if not criteria:
        return []
    chosen = select(Classifier).where(
        col(Classifier.criterion_name).in_(sorted(criteria)),
        col(Classifier.subject_type).in_(GRADED),
        col(Classifier.archived_at).is_(None),
    )
    if names:
        chosen = chosen.where(col(Classifier.name).in_(names))
    classifiers = {each.key: each for each in session.scalars(chosen.order_by(col(Classifier.name)))}
    version_ids = _versions(classifiers.values(), session=session)
    read = (
        col(ClassifierVersion.id),
        col(ClassifierVersion.classifier_id),
        col(ClassifierVersion.version),
        col(ClassifierVersion.kind),
        col(ClassifierVersion.criterion_id),
    )
    found = session.execute(select(*read).where(col(ClassifierVersion.id).in_(version_ids))).all()
    vouching = vouched([row.id for row in found], session=session)
    made = {
        row.classifier_id: Grader(
            classifier_id=row.classifier_id,
            classifier=classifiers[row.classifier_id].name,
            version_id=row.id,
            version=row.version,
            kind=row.kind,
            criterion_id=row.criterion_id,
            criterion=classifiers[row.classifier_id].criterion_name,
            calibrated=row.id in vouching,
            calibration_id=vouching.get(row.id),
        )
        for row in found
    }
    return [made[key] for key in classifiers if key in made]


def ungraded_cases(case_ids: Collection[int], *, session: Session) -> set[int]:
    """Cases that expect an answer to a criterion which no classifier gives: only a person can grade them."""
    query = select(col(EvalCase.id), col(EvalCase.expectations)).where(col(EvalCase.id).in_(case_ids))
    asked = {
        case_id: {str(each.get("criterion") or "") for each in expectations if kind_of(each) == "criterion"}
        for case_id, expectations in session.execute(query)
    }
    every = {criterion for criteria in asked.values() for criterion in criteria}
    given = {each.criterion for each in graders_for(every, session=session)}
    return {case_id for case_id, criteria in asked.items() if criteria - given}


def vouched(version_ids: Collection[int], *, session: Session) -> dict[int, int]:
    """The newest finished calibration of each version by which it counts; the others are advisory."""
    return {
        version_id: calibration.key
        for version_id, calibration in newest_calibrations(version_ids, session=session).items()
        if vouches(calibration)
    }


def newest_calibrations(version_ids: Collection[int], *, session: Session) -> dict[int, GraderCalibration]:
    """The newest finished calibration of each version that has one."""
    newest = (
        select(func.max(col(GraderCalibration.id)))
        .where(col(GraderCalibration.version_id).in_(version_ids), col(GraderCalibration.state) == FINISHED)
        .group_by(col(GraderCalibration.version_id))
    )
    found = session.scalars(select(GraderCalibration).where(col(GraderCalibration.id).in_(newest)))
    return {each.version_id: each for each in found}


def vouches(calibration: GraderCalibration) -> bool:
    """Whether people judged enough of the same, and the grader agrees with them beyond doubt."""
    low = (calibration.figures.get("kappa") or {}).get("low")
    return calibration.n >= FEWEST and low is not None and float(low) >= LOWEST_KAPPA


def _versions(classifiers: Iterable[Classifier], *, session: Session) -> list[int]:
    """The live version of each, else its newest; those without any are left out."""
    live = {each.key: each.live_version_id for each in classifiers}
    waiting = [key for key, version_id in live.items() if version_id is None]
    newest = session.execute(
        select(col(ClassifierVersion.classifier_id), func.max(col(ClassifierVersion.id)))
        .where(col(ClassifierVersion.classifier_id).in_(waiting))
        .group_by(col(ClassifierVersion.classifier_id))
    ).all()
    return [
        *(version_id for version_id in live.values() if version_id is not None),
        *(row[1] for row in newest),
    ]


def _check_names(names: Sequence[str], *, session: Session) -> None:
    found = {
        each.name: each for each in session.scalars(select(Classifier).where(col(Classifier.name).in_(names)))
    }
    wrong = []
    for name in dict.fromkeys(names):
        made = found.get(name)
        if made is None:
            wrong.append(f"There is no classifier “{name}”.")
        elif made.archived_at is not None:
            wrong.append(f"“{made.title}” ({name}) is archived: restore it, or leave it out.")
        elif made.subject_type not in GRADED:
            wrong.append(f"“{made.title}” ({name}) judges a {made.subject_type}, not what we answer.")
    if wrong:
        raise InvalidInput(" ".join(wrong))
