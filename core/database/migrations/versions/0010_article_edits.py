"""Shared working copies of articles, who is at one, review dates, redirects and effective dates.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0010"
down_revision = "0009"

_AT_WORK = sa.text("state IN ('open', 'proposed')")
_WAITING = sa.text("start_state = 'waiting'")
_ENDING = sa.text("effective_until IS NOT NULL")


def upgrade() -> None:
    op.add_column("article", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("article", sa.Column("redirect_to_id", types.Identifier, nullable=True))
    op.add_column("article", sa.Column("source_version_id", types.Identifier, nullable=True))
    op.add_column("article_version", sa.Column("effective_from", types.UTCDateTime(), nullable=True))
    op.add_column("article_version", sa.Column("effective_until", types.UTCDateTime(), nullable=True))
    op.add_column(
        "article_version",
        sa.Column("start_state", AutoString(length=20), nullable=False, server_default=""),
    )
    op.add_column(
        "article_version", sa.Column("origin", types.JSONColumn, nullable=False, server_default="{}")
    )
    op.add_column("article_version", sa.Column("edit_id", types.Identifier, nullable=True))
    op.create_index("ix_article_review_on", "article", ["review_on"])
    op.create_index("ix_article_translation_of", "article", ["source", "translation_of"])
    op.create_index(
        "ix_article_version_waiting",
        "article_version",
        ["effective_from"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index(
        "ix_article_version_ending",
        "article_version",
        ["effective_until"],
        sqlite_where=_ENDING,
        postgresql_where=_ENDING,
    )
    op.create_table(
        "article_edit",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("article_id", types.Identifier, nullable=True),
        sa.Column("basis_version_id", types.Identifier, nullable=True),
        sa.Column("title", AutoString(length=500), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("audience", AutoString(length=20), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("tags", types.JSONColumn, nullable=False),
        sa.Column("translation_of", AutoString(length=300), nullable=False),
        sa.Column("owner_id", types.Identifier, nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("effective_from", types.UTCDateTime(), nullable=True),
        sa.Column("effective_until", types.UTCDateTime(), nullable=True),
        sa.Column("note", AutoString(length=500), nullable=False),
        sa.Column("origin", types.JSONColumn, nullable=False),
        sa.Column("aside", types.JSONColumn, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("updated_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.ForeignKeyConstraint(["basis_version_id"], ["article_version.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["updated_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ux_article_edit_article",
        "article_edit",
        ["article_id"],
        unique=True,
        sqlite_where=_AT_WORK,
        postgresql_where=_AT_WORK,
    )
    op.create_index("ix_article_edit_state", "article_edit", ["state", "updated_at"])
    op.create_table(
        "edit_presence",
        sa.Column("edit_id", types.Identifier, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=False),
        sa.Column("tab", AutoString(length=64), nullable=False),
        sa.Column("seen_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["article_edit.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("edit_id", "person_id", "tab"),
    )
