"""What a run says, added up by case: read once, in a few statements, without a single text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.errors import NotFound
from core.evals.tables import EvalCaseVersion, EvalGrade, EvalResult, EvalRun

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
ACTIVE = ("planned", "running", "stopping")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What cases are grouped by; of one version."""

    version_id: int
    case_id: int
    name: str
    theme: str
    tags: tuple[str, ...]
    channel: str
    locale: str
    weight: float
    critical: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Results of each case: how many passed, of how many that could be graded; errors are apart.

    ``advisory``: grades by judges nobody has vouched for. ``kind`` is that of the expectation; all arrays are
    as long as :attr:`RunAnswers.cases`.
    """

    passed: Counts
    graded: Counts
    errors: Counts
    kind: str = ""
    advisory: int = 0

    @property
    def share(self) -> Floats:
        """Passed among graded; nan where nothing was."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.passed / self.graded, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class RunAnswers:
    """A run by case.

    Attributes:
        cases: case versions, ascending.
        case_ids: of each.
        clusters: of each, the same number for cases of one conversation, also in another run.
        whole: how the results fared.
        names: the same by criterion or kind of expectation.
        waiting: results not there yet, of each case.
        at: of each result that is there, the place of its case; ``cost`` (USD, what the answer cost when it
            was made), ``tokens`` and ``milliseconds`` belong to it.
        spent: USD in all, with grading.
        error_kinds: how many results failed, why.
    """

    run: EvalRun
    cases: Counts
    case_ids: Counts
    clusters: Counts
    whole: Tally
    names: dict[str, Tally]
    waiting: Counts
    at: Counts
    cost: Floats
    tokens: Floats
    milliseconds: Floats
    spent: float
    error_kinds: dict[str, int]

    @property
    def errors(self) -> int:
        """Results that could not be answered or graded."""
        return int(self.whole.errors.sum())

    @property
    def error_share(self) -> float:
        """Those among all that were tried."""
        tried = int(self.whole.graded.sum()) + self.errors
        return self.errors / tried if tried else 0.0

    @property
    def most_errors(self) -> float:
        """The share above which there is no verdict."""
        return float(self.run.plan.get("most_errors", 0.02))


def read_answers(run_id: int, *, session: Session) -> RunAnswers:
    """Add up a run.

    Raises:
        NotFound: there is no such run.
    """
    run = session.get(EvalRun, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    origin = aliased(EvalResult)
    copied = col(EvalResult.cached_from_id).is_not(None)
    rows = session.execute(
        select(
            col(EvalResult.case_version_id),
            col(EvalResult.case_id),
            col(EvalResult.conversation_id),
            col(EvalResult.state),
            col(EvalResult.passed),
            col(EvalResult.grading_errors),
            col(EvalResult.error_kind),
            case((copied, col(origin.cost)), else_=col(EvalResult.cost)),
            case(
                (copied, col(origin.input_tokens) + col(origin.output_tokens)),
                else_=col(EvalResult.input_tokens) + col(EvalResult.output_tokens),
            ),
            col(EvalResult.milliseconds),
            col(EvalResult.cost) + col(EvalResult.grading_cost),
        )
        .outerjoin(origin, col(origin.id) == col(EvalResult.cached_from_id))
        .where(col(EvalResult.run_id) == run_id)
    ).all()
    versions, case_ids, conversations, states, passed, failing, kinds, cost, tokens, ms, spent = (
        zip(*rows, strict=True) if rows else ((),) * 11
    )
    cases, first, at = np.unique(np.array(versions, np.int64), return_index=True, return_inverse=True)
    done = np.array([state == "done" for state in states], bool)
    failed = np.array([state == "error" for state in states], bool)
    told = np.array([each is not None for each in passed], bool)
    ungraded = done & ~told & (np.array(failing, np.int64) > 0)
    good = np.array([each is True for each in passed], bool)

    def count(chosen: NDArray[np.bool_]) -> Counts:
        return np.bincount(at[chosen], minlength=len(cases)).astype(np.int64)

    clusters = [
        -case_id if each is None else each for each, case_id in zip(conversations, case_ids, strict=True)
    ]
    counted: dict[str, int] = {}
    for state, kind, broken in zip(states, kinds, ungraded.tolist(), strict=True):
        if state == "error" or broken:
            word = "grading" if broken else kind or "other"
            counted[word] = counted.get(word, 0) + 1
    there = done | np.array([state == "answered" for state in states], bool)
    return RunAnswers(
        run=run,
        cases=cases,
        case_ids=np.array(case_ids, np.int64)[first],
        clusters=np.array(clusters, np.int64)[first],
        whole=Tally(count(done & told & good), count(done & told), count(failed | ungraded)),
        names=_by_name(run_id, cases, session=session),
        waiting=count(~done & ~failed),
        at=at[there].astype(np.int64),
        cost=np.array([each or 0.0 for each in cost], np.float64)[there],
        tokens=np.array([each or 0 for each in tokens], np.float64)[there],
        milliseconds=np.array(ms, np.float64)[there],
        spent=float(sum(spent)),
        error_kinds=counted,
    )


def read_facts(version_ids: Iterable[int], *, session: Session) -> dict[int, CaseFacts]:
    """What cases are grouped by. The inputs, which are long, are not read."""
    content = col(EvalCaseVersion.content)
    wanted, facts = sorted(set(version_ids)), {}
    for start in range(0, len(wanted), 500):
        for row in session.execute(
            select(
                col(EvalCaseVersion.id),
                col(EvalCaseVersion.case_id),
                content["name"].as_string(),
                content["theme"].as_string(),
                content["tags"],
                content["channel"].as_string(),
                content["locale"].as_string(),
                content["weight"].as_float(),
                content["critical"].as_boolean(),
            ).where(col(EvalCaseVersion.id).in_(wanted[start : start + 500]))
        ):
            version_id, case_id, name, theme, tags, channel, locale, weight, critical = row
            facts[version_id] = CaseFacts(
                version_id,
                case_id,
                name or "",
                theme or "",
                tuple(tags or ()),
                channel or "",
                locale or "",
                float(weight or 1.0),
                bool(critical),
            )
    return facts


def _by_name(run_id: int, cases: Counts, *, session: Session) -> dict[str, Tally]:
    """Per name: a result passes when each of its grades that counts passed, and fails when one did not."""
    worst = func.min(
        case((col(EvalGrade.passed).is_(None), None), (col(EvalGrade.passed).is_(True), 1), else_=0)
    )
    missing = func.sum(_one(col(EvalGrade.passed).is_(None)))
    each = (
        select(
            col(EvalGrade.result_id).label("result_id"),
            col(EvalGrade.name).label("name"),
            func.max(col(EvalGrade.kind)).label("kind"),
            worst.label("worst"),
            missing.label("missing"),
            func.max(_one(col(EvalGrade.advisory).is_(True))).label("advisory"),
        )
        .where(col(EvalGrade.run_id) == run_id, col(EvalGrade.counts))
        .group_by(col(EvalGrade.result_id), col(EvalGrade.name))
        .subquery()
    )
    passed = and_(each.c.worst == 1, each.c.missing == 0)
    rows = session.execute(
        select(
            col(EvalResult.case_version_id),
            each.c.name,
            func.max(each.c.kind),
            func.sum(_one(passed)),
            func.sum(_one(each.c.worst == 0)),
            func.count(),
            func.sum(each.c.advisory),
        )
        .join(each, each.c.result_id == col(EvalResult.id))
        .where(col(EvalResult.run_id) == run_id, col(EvalResult.state) == "done")
        .group_by(col(EvalResult.case_version_id), each.c.name)
        .order_by(each.c.name)
    ).all()
    tallies: dict[str, Tally] = {}
    places = {version_id: place for place, version_id in enumerate(cases.tolist())}
    arrays: dict[str, Counts] = {}
    kinds: dict[str, str] = {}
    advisory: dict[str, int] = {}
    for version_id, name, kind, right, wrong, graded, doubtful in rows:
        counts = arrays.setdefault(name, np.zeros((3, len(cases)), np.int64))
        counts[:, places[version_id]] = right, right + wrong, graded - right - wrong
        kinds[name] = kind
        advisory[name] = advisory.get(name, 0) + doubtful
    for name, counts in arrays.items():
        tallies[name] = Tally(counts[0], counts[1], counts[2], kinds[name], advisory[name])
    return tallies


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
