"""Scores of production over time: who grades what is sent, daily sums, markers and alerts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Base, Identifier, JSONColumn, Row, UTCDateTime, now

_OPEN = text("state = 'open'")
_FROM_OUTSIDE = text("external_id <> ''")
_NOT_GRADED = text("state <> 'graded'")


class LiveGrader(Row, table=True):
    """A classifier that grades a sample of what is drafted or sent.

    A subject is in the sample when the hash of seed and id is below ``share``: the same ones whoever asks.
    """

    __tablename__ = "live_grader"
    __table_args__ = (UniqueConstraint("classifier_id", "subject_type"),)

    classifier_id: int = Field(foreign_key="classifier.id", sa_type=Identifier)
    subject_type: str = Field(max_length=20, description="draft or reply")
    share: float = Field(default=0.1, description="More than 0, at most 1")
    seed: str = Field(default="", max_length=40)
    active: bool = True
    started_at_id: int = Field(default=0, sa_type=Identifier, description="Subjects after it are graded")
    reached_id: int = Field(default=0, sa_type=Identifier)
    mark_id: int = Field(default=0, sa_type=Identifier, description="What was reached at the last sweep")
    swept_id: int = Field(default=0, sa_type=Identifier, description="The next sweep looks after it")
    swept_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    version_id: int | None = Field(
        default=None, sa_type=Identifier, description="That graded last; another one begins where it ended"
    )
    graded_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    busy_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failures: int = Field(default=0, description="In a row")
    error: str = Field(default="", max_length=500)
    retry_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class LiveGrade(Base, table=True):
    """A subject of the sample and whether a version has graded it: once, whoever comes first.

    ``state``: graded, failed (it alone; tried again) or unfinished (a draft that is still being written).
    """

    __tablename__ = "live_grade"
    __table_args__ = (
        Index(
            "ix_live_grade_open",
            "grader_id",
            "tried_at",
            sqlite_where=_NOT_GRADED,
            postgresql_where=_NOT_GRADED,
        ),
    )

    grader_id: int = Field(foreign_key="live_grader.id", primary_key=True, sa_type=Identifier)
    version_id: int = Field(foreign_key="classifier_version.id", primary_key=True, sa_type=Identifier)
    subject_id: int = Field(primary_key=True, sa_type=Identifier)
    state: str = Field(max_length=20)
    abstained: bool = False
    error: str = Field(default="", max_length=500)
    tried_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class ScoreCell(Base, table=True):
    """Judgements in force about what was drafted, sent or resolved on one day, added up.

    ``split`` names what the cells of a day are split by, such as ``channel+theme``; what it does not name is
    empty, and counted together. By cluster ``c`` with ``n_c`` judgements of which ``g_c`` are good, a cell
    keeps what a rate with a cluster-robust interval needs: sums of ``n_c``, ``g_c``, ``n_c**2``,
    ``g_c**2`` and ``n_c * g_c``. A cluster is a conversation; where cells are split by build, what one build
    did in it.
    """

    __tablename__ = "score_cell"
    __table_args__ = (Index("ix_score_cell_day", "day"),)

    criterion_id: int = Field(foreign_key="criterion.id", primary_key=True, sa_type=Identifier)
    judge: str = Field(
        primary_key=True, max_length=200, description="Name of a classifier, people or customer"
    )
    subject_type: str = Field(primary_key=True, max_length=20)
    split: str = Field(primary_key=True, max_length=40)
    day: str = Field(primary_key=True, max_length=10, description="On which the subject was made, UTC, ISO")
    channel: str = Field(primary_key=True, max_length=20)
    theme: str = Field(primary_key=True, max_length=100)
    product: str = Field(primary_key=True, max_length=100)
    build_id: str = Field(primary_key=True, max_length=64)
    n: int
    good: int
    clusters: int
    n_squares: int
    good_squares: int
    crosses: int


class ScoreLink(Base, table=True):
    """What the cells of two days have in common: clusters that are in both, added up.

    A conversation of several days is one cluster, and the square of its total is not the sum of the squares
    of its days. With ``n_1`` and ``n_2`` judgements on the earlier and the later day, ``g_1`` and ``g_2`` of
    them good, it keeps the sums of ``n_1 * n_2``, ``g_1 * g_2`` and ``n_1 * g_2 + n_2 * g_1``, and of how
    many of these clusters the earlier day is the last one before the later.
    """

    __tablename__ = "score_link"

    criterion_id: int = Field(foreign_key="criterion.id", primary_key=True, sa_type=Identifier)
    judge: str = Field(primary_key=True, max_length=200)
    subject_type: str = Field(primary_key=True, max_length=20)
    split: str = Field(primary_key=True, max_length=40)
    later_day: str = Field(primary_key=True, max_length=10)
    earlier_day: str = Field(primary_key=True, max_length=10)
    channel: str = Field(primary_key=True, max_length=20)
    theme: str = Field(primary_key=True, max_length=100)
    product: str = Field(primary_key=True, max_length=100)
    build_id: str = Field(primary_key=True, max_length=64)
    n: int
    good: int
    crosses: int
    follows: int


class ScoreDue(Base, table=True):
    """A day of one criterion whose cells no longer say what the judgements say."""

    __tablename__ = "score_due"

    criterion_id: int = Field(primary_key=True, sa_type=Identifier)
    subject_type: str = Field(primary_key=True, max_length=20)
    day: str = Field(primary_key=True, max_length=10)
    marked_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class ScoreProgress(Base, table=True):
    """The one row that says how far judgements have been looked at."""

    __tablename__ = "score_progress"

    id: int = Field(default=1, primary_key=True)
    reached_id: int = Field(default=0, sa_type=Identifier, description="Of a judgement")
    mark_id: int = Field(default=0, sa_type=Identifier, description="What was reached at the last sweep")
    swept_id: int = Field(default=0, sa_type=Identifier, description="The next sweep looks after it")
    swept_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    changed_at: datetime = Field(
        default_factory=now, sa_type=UTCDateTime, description="Withdrawals looked at until"
    )
    theme_criterion: str = Field(default="", max_length=100, description="Whose live answers are the themes")
    product_fact: str = Field(default="", max_length=100, description="Fact about customers that names one")
    watched_day: str = Field(default="", max_length=10, description="Last day that was watched for change")
    stamp: int = Field(default=0, sa_type=Identifier, description="Grows whenever cells change")


class ScoreMarker(Row, table=True):
    """Something worth a line in the chart of scores. ``kind``: release, incident or note."""

    __tablename__ = "score_marker"
    __table_args__ = (
        Index("ix_score_marker_time", "started_at"),
        Index(
            "ux_score_marker_external",
            "source",
            "external_id",
            unique=True,
            sqlite_where=_FROM_OUTSIDE,
            postgresql_where=_FROM_OUTSIDE,
        ),
    )

    kind: str = Field(max_length=20)
    title: str = Field(max_length=200)
    detail: str = Field(default="", max_length=2000)
    build_id: str = Field(default="", max_length=64)
    source: str = Field(default="", max_length=64)
    external_id: str = Field(default="", max_length=200)
    started_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class ScoreAlert(Row, table=True):
    """A score that has changed by more than chance. ``state``: open, dismissed or over."""

    __tablename__ = "score_alert"
    __table_args__ = (
        Index(
            "ux_score_alert_open",
            "criterion_id",
            "judge",
            "subject_type",
            "scope",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    judge: str = Field(max_length=200)
    subject_type: str = Field(max_length=20)
    scope: str = Field(default="", max_length=200, description="channel=chat, or empty for everything")
    state: str = Field(default="open", max_length=20)
    evidence: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONColumn,
        description="{before, after, difference, low, high, p, looks, since, until}",
    )
    reason: str = Field(default="", max_length=2000, description="Why it was dismissed")
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
