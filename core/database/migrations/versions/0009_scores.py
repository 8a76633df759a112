"""Live graders, daily sums of judgements, markers and alerts: scores over time.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0009"
down_revision = "0008"

_FROM_OUTSIDE = sa.text("external_id <> ''")
_OPEN = sa.text("state = 'open'")
_NOT_GRADED = sa.text("state <> 'graded'")
_WITHDRAWN = sa.text("withdrawn_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "live_grader",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("classifier_id", types.Identifier, nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("seed", AutoString(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("started_at_id", types.Identifier, nullable=False),
        sa.Column("reached_id", types.Identifier, nullable=False),
        sa.Column("mark_id", types.Identifier, nullable=False),
        sa.Column("swept_id", types.Identifier, nullable=False),
        sa.Column("swept_at", types.UTCDateTime(), nullable=False),
        sa.Column("version_id", types.Identifier, nullable=True),
        sa.Column("graded_at", types.UTCDateTime(), nullable=True),
        sa.Column("busy_until", types.UTCDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", AutoString(length=500), nullable=False),
        sa.Column("retry_at", types.UTCDateTime(), nullable=True),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["classifier_id"], ["classifier.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("classifier_id", "subject_type"),
    )
    op.create_table(
        "live_grade",
        sa.Column("grader_id", types.Identifier, nullable=False),
        sa.Column("version_id", types.Identifier, nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("error", AutoString(length=500), nullable=False),
        sa.Column("tried_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["grader_id"], ["live_grader.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["classifier_version.id"]),
        sa.PrimaryKeyConstraint("grader_id", "version_id", "subject_id"),
    )
    op.create_index(
        "ix_live_grade_open",
        "live_grade",
        ["grader_id", "tried_at"],
        sqlite_where=_NOT_GRADED,
        postgresql_where=_NOT_GRADED,
    )
    op.create_table(
        "score_cell",
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("judge", AutoString(length=200), nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("split", AutoString(length=40), nullable=False),
        sa.Column("day", AutoString(length=10), nullable=False),
        sa.Column("channel", AutoString(length=20), nullable=False),
        sa.Column("theme", AutoString(length=100), nullable=False),
        sa.Column("product", AutoString(length=100), nullable=False),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("clusters", sa.Integer(), nullable=False),
        sa.Column("n_squares", sa.Integer(), nullable=False),
        sa.Column("good_squares", sa.Integer(), nullable=False),
        sa.Column("crosses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"]),
        sa.PrimaryKeyConstraint(
            "criterion_id",
            "judge",
            "subject_type",
            "split",
            "day",
            "channel",
            "theme",
            "product",
            "build_id",
        ),
    )
    op.create_index("ix_score_cell_day", "score_cell", ["day"])
    op.create_table(
        "score_link",
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("judge", AutoString(length=200), nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("split", AutoString(length=40), nullable=False),
        sa.Column("later_day", AutoString(length=10), nullable=False),
        sa.Column("earlier_day", AutoString(length=10), nullable=False),
        sa.Column("channel", AutoString(length=20), nullable=False),
        sa.Column("theme", AutoString(length=100), nullable=False),
        sa.Column("product", AutoString(length=100), nullable=False),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("crosses", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"]),
        sa.PrimaryKeyConstraint(
            "criterion_id",
            "judge",
            "subject_type",
            "split",
            "later_day",
            "earlier_day",
            "channel",
            "theme",
            "product",
            "build_id",
        ),
    )
    op.create_table(
        "score_due",
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("day", AutoString(length=10), nullable=False),
        sa.Column("marked_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("criterion_id", "subject_type", "day"),
    )
    op.create_table(
        "score_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reached_id", types.Identifier, nullable=False),
        sa.Column("mark_id", types.Identifier, nullable=False),
        sa.Column("swept_id", types.Identifier, nullable=False),
        sa.Column("swept_at", types.UTCDateTime(), nullable=False),
        sa.Column("changed_at", types.UTCDateTime(), nullable=False),
        sa.Column("theme_criterion", AutoString(length=100), nullable=False),
        sa.Column("product_fact", AutoString(length=100), nullable=False),
        sa.Column("watched_day", AutoString(length=10), nullable=False),
        sa.Column("stamp", types.Identifier, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "score_marker",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("title", AutoString(length=200), nullable=False),
        sa.Column("detail", AutoString(length=2000), nullable=False),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("source", AutoString(length=64), nullable=False),
        sa.Column("external_id", AutoString(length=200), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_score_marker_time", "score_marker", ["started_at"])
    op.create_index(
        "ux_score_marker_external",
        "score_marker",
        ["source", "external_id"],
        unique=True,
        sqlite_where=_FROM_OUTSIDE,
        postgresql_where=_FROM_OUTSIDE,
    )
    op.create_table(
        "score_alert",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("judge", AutoString(length=200), nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("scope", AutoString(length=200), nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("evidence", types.JSONColumn, nullable=False),
        sa.Column("reason", AutoString(length=2000), nullable=False),
        sa.Column("decided_by_id", types.Identifier, nullable=True),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ux_score_alert_open",
        "score_alert",
        ["criterion_id", "judge", "subject_type", "scope"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    # so that the subjects of one day are found without reading all of them, and withdrawals as they come
    op.create_index("ix_draft_created_at", "draft", ["created_at"])
    op.create_index("ix_message_created_at", "message", ["created_at"])
    op.create_index(
        "ix_judgement_withdrawn",
        "judgement",
        ["withdrawn_at"],
        sqlite_where=_WITHDRAWN,
        postgresql_where=_WITHDRAWN,
    )
