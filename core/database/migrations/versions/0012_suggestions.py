"""Suggestions for knowledge, and the evidence they rest on.

Revision ID: 0012
Revises: 0011
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("source", AutoString(length=20), nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("title", AutoString(length=300), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("replaces", AutoString(), nullable=False),
        sa.Column("article_id", types.Identifier, nullable=True),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("audience", AutoString(length=20), nullable=False),
        sa.Column("affected", sa.Integer(), nullable=False),
        sa.Column("finds", types.JSONColumn, nullable=False),
        sa.Column("embedder", AutoString(length=100), nullable=False),
        sa.Column("vector", types.Vector(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_by_id", types.Identifier, nullable=True),
        sa.Column("decided_by_id", types.Identifier, nullable=True),
        sa.Column("decided_reason", AutoString(length=1000), nullable=False),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.Column("edit_id", types.Identifier, nullable=True),
        sa.Column("expires_at", types.UTCDateTime(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["edit_id"], ["article_edit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_suggestion_rank", "suggestion", ["state", "affected", "id"])
    op.create_index("ix_suggestion_article", "suggestion", ["article_id"])
    op.create_table(
        "suggestion_source",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("suggestion_id", types.Identifier, nullable=False),
        sa.Column("evidence", AutoString(length=60), nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=True),
        sa.Column("draft_id", types.Identifier, nullable=True),
        sa.Column("message_id", types.Identifier, nullable=True),
        sa.Column("flag_id", types.Identifier, nullable=True),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("question", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("evidence"),
    )
    op.create_index("ix_suggestion_source_suggestion", "suggestion_source", ["suggestion_id", "id"])
    op.create_index("ix_suggestion_source_conversation", "suggestion_source", ["conversation_id"])
    progress = op.create_table(
        "suggestion_progress",
        sa.Column("name", AutoString(length=20), nullable=False),
        sa.Column("reached_id", types.Identifier, nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    begun = datetime.now(UTC)
    op.bulk_insert(
        progress,
        [{"name": name, "reached_id": 0, "updated_at": begun} for name in ("replies", "flags")],
    )
