"""Classifiers, their examples, versions and releases, what they answered, backtests and drift.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0006"
down_revision = "0005"

_IN_USE = sa.text("removed_at IS NULL")
_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    _authoring()
    _answering()


def _authoring() -> None:
    op.create_table(
        "classifier",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("title", AutoString(length=200), nullable=False),
        sa.Column("purpose", AutoString(length=2000), nullable=False),
        sa.Column("criterion_name", AutoString(length=100), nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("settings", types.JSONColumn, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("live_version_id", types.Identifier, nullable=True),
        sa.Column("shadow_version_id", types.Identifier, nullable=True),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_by_id", types.Identifier, nullable=True),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.Column("archived_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["updated_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "classifier_example",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("classifier_id", types.Identifier, nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("answer", AutoString(length=1000), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=True),
        sa.Column("conversation_id", types.Identifier, nullable=True),
        sa.Column("group_key", AutoString(length=200), nullable=False),
        sa.Column("channel", AutoString(length=20), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("source", AutoString(length=20), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", types.Identifier, nullable=True),
        sa.Column("added_at", types.UTCDateTime(), nullable=False),
        sa.Column("removed_at", types.UTCDateTime(), nullable=True),
        sa.Column("contradicts_id", types.Identifier, nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["classifier_id"], ["classifier.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ux_classifier_example",
        "classifier_example",
        ["classifier_id", "digest"],
        unique=True,
        sqlite_where=_IN_USE,
        postgresql_where=_IN_USE,
    )
    op.create_table(
        "classifier_version",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("classifier_id", types.Identifier, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("answers", types.JSONColumn, nullable=False),
        sa.Column("many", sa.Boolean(), nullable=False),
        sa.Column("settings", types.JSONColumn, nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=False),
        sa.Column("features", AutoString(length=200), nullable=False),
        sa.Column("threshold", types.JSONColumn, nullable=False),
        sa.Column("hold_back", types.JSONColumn, nullable=False),
        sa.Column("example_count", sa.Integer(), nullable=False),
        sa.Column("examples_digest", AutoString(length=64), nullable=False),
        sa.Column("report", types.JSONColumn, nullable=False),
        sa.Column("note", AutoString(length=500), nullable=False),
        sa.Column("because_of_id", types.Identifier, nullable=True),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["classifier_id"], ["classifier.id"]),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("classifier_id", "version"),
    )


def _answering() -> None:
    op.create_table(
        "classifier_release",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("classifier_id", types.Identifier, nullable=False),
        sa.Column("stage", AutoString(length=20), nullable=False),
        sa.Column("version_id", types.Identifier, nullable=True),
        sa.Column("previous_version_id", types.Identifier, nullable=True),
        sa.Column("rollback", sa.Boolean(), nullable=False),
        sa.Column("reason", AutoString(length=2000), nullable=False),
        sa.Column("evidence", types.JSONColumn, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["classifier_id"], ["classifier.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["classifier_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_classifier_release_classifier_id", "classifier_release", ["classifier_id"])
    op.create_table(
        "classifier_answer",
        sa.Column("version_id", types.Identifier, nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("answer", AutoString(length=1000), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("source", AutoString(length=20), nullable=False),
        sa.Column("error", AutoString(length=500), nullable=False),
        sa.Column("occurred_at", types.UTCDateTime(), nullable=False),
        sa.Column("basis_id", types.Identifier, nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["classifier_version.id"]),
        sa.PrimaryKeyConstraint("version_id", "subject_id"),
    )
    op.create_index(
        "ix_classifier_answer_time", "classifier_answer", ["version_id", "occurred_at", "answer", "abstained"]
    )
    op.create_index(
        "ix_classifier_answer_given",
        "classifier_answer",
        ["version_id", "answer", "abstained", "conversation_id"],
    )
    op.create_table(
        "classifier_cursor",
        sa.Column("version_id", types.Identifier, nullable=False),
        sa.Column("started_at_id", types.Identifier, nullable=False),
        sa.Column("reached_id", types.Identifier, nullable=False),
        sa.Column("mark_id", types.Identifier, nullable=False),
        sa.Column("swept_id", types.Identifier, nullable=False),
        sa.Column("swept_at", types.UTCDateTime(), nullable=False),
        sa.Column("busy_until", types.UTCDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", AutoString(length=500), nullable=False),
        sa.Column("retry_at", types.UTCDateTime(), nullable=True),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["classifier_version.id"]),
        sa.PrimaryKeyConstraint("version_id"),
    )
    op.create_table(
        "backtest",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("version_id", types.Identifier, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("since", types.UTCDateTime(), nullable=True),
        sa.Column("until", types.UTCDateTime(), nullable=True),
        sa.Column("channel", AutoString(length=20), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("reached_id", types.Identifier, nullable=False),
        sa.Column("estimate", types.JSONColumn, nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("workflow_id", AutoString(length=100), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=True),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["classifier_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_backtest_version_id", "backtest", ["version_id"])
    op.create_table(
        "subject_features",
        sa.Column("features", AutoString(length=100), nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=False),
        sa.Column("stamp", AutoString(length=32), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", types.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("features", "subject_type", "subject_id"),
    )
    op.create_table(
        "drift_alert",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("classifier_id", types.Identifier, nullable=False),
        sa.Column("version_id", types.Identifier, nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("evidence", types.JSONColumn, nullable=False),
        sa.Column("reason", AutoString(length=2000), nullable=False),
        sa.Column("decided_by_id", types.Identifier, nullable=True),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["classifier_id"], ["classifier.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["classifier_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_drift_alert", "drift_alert", ["classifier_id", "state"])
    op.create_index(
        "ux_drift_alert_open",
        "drift_alert",
        ["version_id", "kind"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
