"""Eval runs: what was asked of which build, what it answered, and how that was graded."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Identifier, JSONColumn, Row, UTCDateTime, now

_ACTIVE = text("state IN ('planned', 'running', 'stopping')")


class EvalCandidate(Row, table=True):
    """A change somebody wants to try before it is made: what differs from the build in force.

    ``changes``: ``{model: {provider, name, base_url, api}, instructions}``, each part optional.
    """

    __tablename__ = "eval_candidate"

    name: str = Field(max_length=100, unique=True, description="Stable slug")
    purpose: str = Field(default="", max_length=2000)
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class EvalRun(Row, table=True):
    """One execution of a build on a suite version, as a durable job.

    ``state``: planned, running, stopping, stopped, finished or failed. ``target``: who is asked, ``assist``
    (the whole way to a draft) or ``model`` (the model alone). ``graders`` is frozen at the start:
    ``[{classifier_id, classifier, version_id, version, kind, criterion_id, criterion, calibrated,
    calibration_id}]``. ``plan``: ``{concurrency, most_concurrency, requests_a_minute, tokens_a_minute,
    most_errors, expected_cost}``; ``most_errors`` is the share of failed gradings above which there is no
    verdict, ``expected_cost`` USD for one result as estimated at the start.
    ``attempt`` grows when it is resumed, so that each attempt has its own jobs.
    """

    __tablename__ = "eval_run"
    __table_args__ = (Index("ix_eval_run_active", "id", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),)

    suite_version_id: int = Field(foreign_key="eval_suite_version.id", index=True, sa_type=Identifier)
    target: str = Field(default="assist", max_length=20)
    build_id: str = Field(default="", max_length=64, index=True)
    candidate_id: int | None = Field(default=None, foreign_key="eval_candidate.id", sa_type=Identifier)
    changes: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="Of the candidate, as it was at the start"
    )
    note: str = Field(default="", max_length=500)
    repeats: int = 1
    graders: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    budget: float | None = Field(default=None, description="USD; it stops before spending more")
    state: str = Field(default="planned", max_length=20)
    error: str = Field(default="", max_length=1000, description="Why it stopped or failed, in plain words")
    attempt: int = 1
    total: int = Field(default=0, description="Cases times repeats")
    scores: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="Summary, kept when it finishes"
    )
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class EvalResult(Row, table=True):
    """One answer of a run to one case: first the task, then what came of it.

    ``state``: waiting, running (it is asked), answered (the output is kept and not graded yet), done or
    error. Whoever asks or grades it is its ``owner`` until ``claimed_until``. ``error_kind``: provider,
    access, malformed, case or lost. ``answer_key`` is the SHA-256 of build, target, input and repeat: an
    answer with the same key is not paid for twice.
    """

    __tablename__ = "eval_result"
    __table_args__ = (
        UniqueConstraint("run_id", "case_version_id", "repeat"),
        Index("ix_eval_result_state", "run_id", "state", "id"),
        Index("ix_eval_result_answer", "answer_key"),
        Index("ix_eval_result_case", "case_id", "id"),
    )

    run_id: int = Field(foreign_key="eval_run.id", sa_type=Identifier)
    case_version_id: int = Field(foreign_key="eval_case_version.id", sa_type=Identifier)
    case_id: int = Field(foreign_key="eval_case.id", sa_type=Identifier)
    conversation_id: int | None = Field(
        default=None, sa_type=Identifier, description="Cases of one conversation resemble each other"
    )
    repeat: int = Field(default=0, description="0-based")
    state: str = Field(default="waiting", max_length=20)
    owner: str = Field(default="", max_length=100)
    claimed_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    tries: int = 0
    answer_key: str = Field(default="", max_length=64)
    cached_from_id: int | None = Field(default=None, sa_type=Identifier)
    passed: bool | None = Field(default=None, description="None: could not be graded")
    score: float | None = Field(default=None, description="Weighted share of expectations met, 0..1")
    error: str = Field(default="", max_length=1000)
    error_kind: str = Field(default="", max_length=20)
    grading_errors: int = Field(default=0, description="Gradings that failed")
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = Field(default=0.0, description="USD, of the answer; 0 when it was cached")
    grading_cost: float = Field(default=0.0, description="USD")
    milliseconds: float = 0.0
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    output: dict[str, Any] = Field(  # last: SQLite reads the columns before it without reading it
        default_factory=dict, sa_type=JSONColumn, description="See core.evals.output.Output"
    )


class EvalGrade(Row, table=True):
    """What one grader said about one expectation of one result.

    ``grader``: ``check``, ``NAME v3`` of a classifier version, or ``majority`` where several judged; only
    the one with ``counts`` enters the result. People's grades are judgements about the result.
    """

    __tablename__ = "eval_grade"
    __table_args__ = (
        UniqueConstraint("result_id", "place", "grader"),
        Index("ix_eval_grade_run", "run_id", "name", "counts"),
    )

    run_id: int = Field(foreign_key="eval_run.id", sa_type=Identifier)
    result_id: int = Field(foreign_key="eval_result.id", sa_type=Identifier)
    place: int = Field(description="Of the expectation in the case, 0-based")
    kind: str = Field(max_length=20, description="Of the expectation: criterion, cites, ...")
    name: str = Field(
        max_length=200, description="What scores are counted by: a criterion's name, or the kind"
    )
    grader: str = Field(max_length=200)
    classifier_version_id: int | None = Field(default=None, sa_type=Identifier)
    counts: bool = True
    advisory: bool = Field(default=False, description="No person has vouched for this judge yet")
    wanted: str = Field(default="", max_length=1000)
    answer: str = Field(default="", max_length=1000)
    passed: bool | None = None
    score: float | None = Field(default=None, description="0..1, where a grade is not only yes or no")
    confidence: float | None = None
    weight: float = 1.0
    reason: str = ""
    error: str = Field(default="", max_length=500)


class GraderCalibration(Row, table=True):
    """How one classifier version agrees with people as a grader, and with itself.

    ``figures``: ``{agreement, kappa, false_pass, false_fail, noise}``, each ``{estimate, low, high, n}``;
    a false pass is good to the grader and bad to people.
    """

    __tablename__ = "grader_calibration"
    __table_args__ = (Index("ix_grader_calibration", "version_id", "id"),)

    version_id: int = Field(foreign_key="classifier_version.id", sa_type=Identifier)
    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    state: str = Field(default="planned", max_length=20, description="planned, running, finished or failed")
    subjects: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSONColumn,
        description="[{subject_type, subject_id, conversation_id, people, first, second}] as answers",
    )
    n: int = Field(default=0, description="Subjects that people judged and the grader answered")
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    cost: float = Field(default=0.0, description="USD")
    error: str = Field(default="", max_length=1000)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
