"""Eval runs with results and grades, candidates, and how graders agree with people.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0008"
down_revision = "0007"

_ACTIVE = sa.text("state IN ('planned', 'running', 'stopping')")


def upgrade() -> None:
    op.create_table(
        "eval_candidate",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("purpose", AutoString(length=2000), nullable=False),
        sa.Column("changes", types.JSONColumn, nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "eval_run",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("suite_version_id", types.Identifier, nullable=False),
        sa.Column("target", AutoString(length=20), nullable=False),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("candidate_id", types.Identifier, nullable=True),
        sa.Column("changes", types.JSONColumn, nullable=False),
        sa.Column("note", AutoString(length=500), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("graders", types.JSONColumn, nullable=False),
        sa.Column("plan", types.JSONColumn, nullable=False),
        sa.Column("budget", sa.Float(), nullable=True),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("scores", types.JSONColumn, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=True),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["eval_candidate.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["suite_version_id"], ["eval_suite_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_eval_run_active", "eval_run", ["id"], sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
    op.create_index("ix_eval_run_build_id", "eval_run", ["build_id"])
    op.create_index("ix_eval_run_suite_version_id", "eval_run", ["suite_version_id"])
    op.create_table(
        "eval_result",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("run_id", types.Identifier, nullable=False),
        sa.Column("case_version_id", types.Identifier, nullable=False),
        sa.Column("case_id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=True),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("owner", AutoString(length=100), nullable=False),
        sa.Column("claimed_until", types.UTCDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answer_key", AutoString(length=64), nullable=False),
        sa.Column("cached_from_id", types.Identifier, nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("error_kind", AutoString(length=20), nullable=False),
        sa.Column("grading_errors", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("grading_cost", sa.Float(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=True),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.Column("output", types.JSONColumn, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["eval_case.id"]),
        sa.ForeignKeyConstraint(["case_version_id"], ["eval_case_version.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["eval_run.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run_id", "case_version_id", "repeat"),
    )
    op.create_index("ix_eval_result_answer", "eval_result", ["answer_key"])
    op.create_index("ix_eval_result_case", "eval_result", ["case_id", "id"])
    op.create_index("ix_eval_result_state", "eval_result", ["run_id", "state", "id"])
    op.create_table(
        "eval_grade",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("run_id", types.Identifier, nullable=False),
        sa.Column("result_id", types.Identifier, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("name", AutoString(length=200), nullable=False),
        sa.Column("grader", AutoString(length=200), nullable=False),
        sa.Column("classifier_version_id", types.Identifier, nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("advisory", sa.Boolean(), nullable=False),
        sa.Column("wanted", AutoString(length=1000), nullable=False),
        sa.Column("answer", AutoString(length=1000), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("error", AutoString(length=500), nullable=False),
        sa.ForeignKeyConstraint(["result_id"], ["eval_result.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["eval_run.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("result_id", "place", "grader"),
    )
    op.create_index("ix_eval_grade_run", "eval_grade", ["run_id", "name", "counts"])
    op.create_table(
        "grader_calibration",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("version_id", types.Identifier, nullable=False),
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("subjects", types.JSONColumn, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("figures", types.JSONColumn, nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["classifier_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_grader_calibration", "grader_calibration", ["version_id", "id"])
