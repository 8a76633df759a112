"""Cases get an owner, tags and versions; suites of cases and their versions.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _describe_cases()
    op.create_table(
        "eval_case_version",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("case_id", types.Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", types.JSONColumn, nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("input_digest", AutoString(length=64), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["eval_case.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "digest"),
        sa.UniqueConstraint("case_id", "number"),
    )
    op.create_index("ix_eval_case_version_input_digest", "eval_case_version", ["input_digest"])
    op.create_table(
        "eval_suite",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("title", AutoString(length=200), nullable=False),
        sa.Column("purpose", AutoString(length=2000), nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("theme", AutoString(length=100), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("graders", types.JSONColumn, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.Column("archived_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "eval_suite_member",
        sa.Column("suite_id", types.Identifier, nullable=False),
        sa.Column("case_id", types.Identifier, nullable=False),
        sa.Column("added_by_id", types.Identifier, nullable=True),
        sa.Column("added_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["eval_case.id"]),
        sa.ForeignKeyConstraint(["suite_id"], ["eval_suite.id"]),
        sa.PrimaryKeyConstraint("suite_id", "case_id"),
    )
    op.create_index("ix_eval_suite_member_case_id", "eval_suite_member", ["case_id"])
    op.create_table(
        "eval_suite_version",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("suite_id", types.Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("case_count", sa.Integer(), nullable=False),
        sa.Column("note", AutoString(length=500), nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["suite_id"], ["eval_suite.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("suite_id", "number"),
    )
    op.create_table(
        "eval_suite_version_case",
        sa.Column("suite_version_id", types.Identifier, nullable=False),
        sa.Column("case_version_id", types.Identifier, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_version_id"], ["eval_case_version.id"]),
        sa.ForeignKeyConstraint(["suite_version_id"], ["eval_suite_version.id"]),
        sa.PrimaryKeyConstraint("suite_version_id", "case_version_id"),
    )


def _describe_cases() -> None:
    with op.batch_alter_table("eval_case") as batch:
        for name, length in (("theme", 100), ("channel", 20), ("locale", 16), ("polarity", 10)):
            batch.add_column(sa.Column(name, AutoString(length=length), nullable=False, server_default=""))
        batch.add_column(sa.Column("tags", types.JSONColumn, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("provenance", types.JSONColumn, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("weight", sa.Float(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("critical", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("owner_id", types.Identifier, nullable=True))
        batch.add_column(sa.Column("updated_by_id", types.Identifier, nullable=True))
        batch.add_column(sa.Column("updated_at", types.UTCDateTime(), nullable=True))
        batch.create_foreign_key("fk_eval_case_owner", "person", ["owner_id"], ["id"])
        batch.create_foreign_key("fk_eval_case_updated_by", "person", ["updated_by_id"], ["id"])
        batch.create_index("ix_eval_case_theme", ["theme"])
