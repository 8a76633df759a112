"""What both runs said about a case that changed, side by side, and what each grader said of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.conversations import word_diff
from core.errors import NotFound
from core.evals.comparing.flips import Flip
from core.evals.content import CaseContent
from core.evals.held_out import held_out_among, may_open
from core.evals.output import Output
from core.evals.suites import suite_of_version
from core.evals.tables import EvalCaseVersion, EvalGrade, EvalResult, EvalRun
from core.identity import Actor, Permission, require

_DONE = "done"
_VERSION = re.compile(r" v\d+$")


@dataclass(frozen=True, slots=True)
class GradePair:
    """What one grader said about one expectation, before and after; None where it did not speak.

    ``grader`` names both versions where they differ. ``advisory``: nobody has vouched for the judge yet;
    ``counts``: it enters the result.
    """

    name: str
    kind: str
    grader: str
    wanted: str
    before: EvalGrade | None
    after: EvalGrade | None

    @property
    def advisory(self) -> bool:
        """Of either."""
        return any(each.advisory for each in (self.before, self.after) if each is not None)

    @property
    def counts(self) -> bool:
        """Of either."""
        return any(each.counts for each in (self.before, self.after) if each is not None)

    @property
    def changed(self) -> bool:
        """Whether it passes now and did not, or the other way round."""
        return (self.before and self.before.passed) != (self.after and self.after.passed)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of a run to a case: of several repeats, one that shows the change."""

    result_id: int
    repeat: int
    passed: bool | None
    output: Output


@dataclass(frozen=True, slots=True)
class FlipView:
    """A flip with its texts.

    Attributes:
        question: what the customer said last.
        difference: word diff of the two replies, see :func:`core.conversations.word_diff`.
        grades: by expectation and grader, those that changed first.
    """

    flip: Flip
    question: str
    before: Told
    after: Told
    difference: tuple[Mapping[str, str], ...]
    grades: tuple[GradePair, ...]


def hidden_cases(
    actor: Actor, runs: Collection[EvalRun], case_ids: Collection[int], *, session: Session
) -> set[int]:
    """Which of the cases of these runs the actor may not open."""
    if actor.can(Permission.EVALS_HELD_OUT):
        return set()
    if not all(may_open(actor, suite_of_version(run.suite_version_id, session=session)) for run in runs):
        return set(case_ids)
    ids, hidden = sorted(case_ids), set[int]()
    for start in range(0, len(ids), 500):
        hidden |= held_out_among(ids[start : start + 500], session=session)
    return hidden


def read_flips(
    actor: Actor,
    before_id: int,
    after_id: int,
    flips: Sequence[Flip],
    *,
    session: Session,
    criterion: str = "",
) -> list[FlipView]:
    """The texts of some flips, in their order, without those that are held out from the actor.

    Of repeats one is shown that fails and one that passes, of the named criterion where one is given.

    Raises:
        PermissionDenied: the actor may not read evals.
        NotFound: there is no such run.
    """
    require(actor, Permission.EVALS_READ)
    runs = [session.get(EvalRun, each) for each in (before_id, after_id)]
    for run, run_id in zip(runs, (before_id, after_id), strict=True):
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
    hidden = hidden_cases(
        actor, [run for run in runs if run], {each.facts.case_id for each in flips}, session=session
    )
    shown = [each for each in flips if each.facts.case_id not in hidden]
    if not shown:
        return []
    versions = [each.facts.version_id for each in shown]
    contents = {
        each.key: CaseContent.of_version(each)
        for each in session.exec(select(EvalCaseVersion).where(col(EvalCaseVersion.id).in_(versions)))
    }
    outcomes = _outcomes((before_id, after_id), versions, criterion, session=session)
    chosen = {}
    for flip in shown:
        worse = flip.change_of(criterion) < 0
        version_id = flip.facts.version_id
        chosen[version_id] = (
            _pick(outcomes.get((before_id, version_id), []), passed=worse),
            _pick(outcomes.get((after_id, version_id), []), passed=not worse),
        )
    wanted = [result_id for pair in chosen.values() for result_id in pair]
    told = {
        each.key: Told(each.key, each.repeat, each.passed, Output.from_json(each.output))
        for each in session.exec(select(EvalResult).where(col(EvalResult.id).in_(wanted)))
    }
    grades: dict[int, dict[tuple[int, str], EvalGrade]] = {}
    for grade in session.exec(
        select(EvalGrade).where(col(EvalGrade.result_id).in_(wanted)).order_by(col(EvalGrade.id))
    ):
        grades.setdefault(grade.result_id, {})[grade.place, _VERSION.sub("", grade.grader)] = grade
    views = []
    for flip in shown:
        one, other = chosen[flip.facts.version_id]
        if one in told and other in told:
            views.append(
                FlipView(
                    flip,
                    contents[flip.facts.version_id].question,
                    told[one],
                    told[other],
                    tuple(word_diff(told[one].output.text, told[other].output.text)),
                    _together(grades.get(one, {}), grades.get(other, {})),
                )
            )
    return views


def _outcomes(
    run_ids: Sequence[int], version_ids: Sequence[int], criterion: str, *, session: Session
) -> dict[tuple[int, int], list[tuple[int, bool]]]:
    """By run and case version: results in order of repeat, and whether they pass what is asked about."""
    rows = session.exec(
        select(EvalResult.id, EvalResult.run_id, EvalResult.case_version_id, EvalResult.passed)
        .where(
            col(EvalResult.run_id).in_(run_ids),
            col(EvalResult.case_version_id).in_(version_ids),
            EvalResult.state == _DONE,
        )
        .order_by(col(EvalResult.repeat))
    ).all()
    outcomes: dict[int, bool] = {row[0]: row[3] for row in rows if row[0] and row[3] is not None}
    if criterion:
        outcomes = _by_criterion([row[0] for row in rows], criterion, session=session)
    found: dict[tuple[int, int], list[tuple[int, bool]]] = {}
    for result_id, run_id, version_id, _ in rows:
        if result_id in outcomes:
            found.setdefault((run_id, version_id), []).append((result_id, outcomes[result_id]))
    return found


def _by_criterion(result_ids: Sequence[int | None], criterion: str, *, session: Session) -> dict[int, bool]:
    """Whether results pass what is named: each of its grades that counts."""
    outcomes: dict[int, bool] = {}
    for result_id, passed in session.exec(
        select(EvalGrade.result_id, EvalGrade.passed).where(
            col(EvalGrade.result_id).in_(result_ids), EvalGrade.name == criterion, col(EvalGrade.counts)
        )
    ):
        if passed is not None:
            outcomes[result_id] = outcomes.get(result_id, True) and passed
    return outcomes


def _pick(results: Sequence[tuple[int, bool]], *, passed: bool) -> int:
    """The first that passes, or does not; else the first; 0 where there is none."""
    wanted = [result_id for result_id, outcome in results if outcome == passed]
    return (wanted or [result_id for result_id, _ in results] or [0])[0]


def _together(
    before: Mapping[tuple[int, str], EvalGrade], after: Mapping[tuple[int, str], EvalGrade]
) -> tuple[GradePair, ...]:
    """A grader keeps its row when it has another version after; both are named then."""
    pairs = []
    for key in sorted(before.keys() | after.keys()):
        first, second = before.get(key), after.get(key)
        graders = dict.fromkeys(each.grader for each in (first, second) if each is not None)
        said = second or before[key]
        pairs.append(GradePair(said.name, said.kind, " → ".join(graders), said.wanted, first, second))
    return tuple(sorted(pairs, key=lambda each: (not each.counts, not each.changed)))
