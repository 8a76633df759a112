"""Released instructions and models, proposals, their changes and replays, releases.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0011"
down_revision = "0010"

_OF_ARTICLE = sa.text("article_id IS NOT NULL")
_OPEN_REPLAY = sa.text("state IN ('waiting', 'running')")
_WATCHED = sa.text("watch_state = 'watching'")
_OF_PROPOSAL = sa.text("proposal_id IS NOT NULL")
_ROLLBACK = sa.text("rolls_back_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "live_setting",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=20), nullable=False),
        sa.Column("content", types.JSONColumn, nullable=False),
        sa.Column("release_id", types.Identifier, nullable=True),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_live_setting_name", "live_setting", ["name", "id"])
    op.create_table(
        "proposal",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("title", AutoString(length=200), nullable=False),
        sa.Column("why", AutoString(length=4000), nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", types.Identifier, nullable=True),
        sa.Column("reviewer_id", types.Identifier, nullable=True),
        sa.Column("review_note", AutoString(length=4000), nullable=False),
        sa.Column("reviewed_at", types.UTCDateTime(), nullable=True),
        sa.Column("reviewed_digest", AutoString(length=64), nullable=False),
        sa.Column("override_by_id", types.Identifier, nullable=True),
        sa.Column("override_reason", AutoString(length=4000), nullable=False),
        sa.Column("override_at", types.UTCDateTime(), nullable=True),
        sa.Column("override_digest", AutoString(length=64), nullable=False),
        sa.Column("overridden", types.JSONColumn, nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["override_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proposal_state", "proposal", ["state", "id"])
    op.create_table(
        "proposal_change",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("proposal_id", types.Identifier, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("article_id", types.Identifier, nullable=True),
        sa.Column("edit_id", types.Identifier, nullable=True),
        sa.Column("edit_revision", sa.Integer(), nullable=False),
        sa.Column("classifier_id", types.Identifier, nullable=True),
        sa.Column("content", types.JSONColumn, nullable=False),
        sa.Column("summary", AutoString(length=500), nullable=False),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.ForeignKeyConstraint(["classifier_id"], ["classifier.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("proposal_id", "position"),
    )
    op.create_index("ix_proposal_change_edit", "proposal_change", ["edit_id"])
    op.create_index(
        "ux_proposal_change_article",
        "proposal_change",
        ["proposal_id", "article_id"],
        unique=True,
        sqlite_where=_OF_ARTICLE,
        postgresql_where=_OF_ARTICLE,
    )
    op.create_table(
        "replay",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("proposal_id", types.Identifier, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("step", AutoString(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("stopping", sa.Boolean(), nullable=False),
        sa.Column("changes_digest", AutoString(length=64), nullable=False),
        sa.Column("before_build", AutoString(length=64), nullable=False),
        sa.Column("after_build", AutoString(length=64), nullable=False),
        sa.Column("suite_version_id", types.Identifier, nullable=True),
        sa.Column("baseline_run_id", types.Identifier, nullable=True),
        sa.Column("candidate_run_id", types.Identifier, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("choice", types.JSONColumn, nullable=False),
        sa.Column("report", types.JSONColumn, nullable=False),
        sa.Column("plan", types.JSONColumn, nullable=False),
        sa.Column("owner", AutoString(length=100), nullable=False),
        sa.Column("heartbeat_at", types.UTCDateTime(), nullable=True),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=True),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_replay_proposal", "replay", ["proposal_id", "id"])
    op.create_index(
        "ux_replay_open",
        "replay",
        ["proposal_id"],
        unique=True,
        sqlite_where=_OPEN_REPLAY,
        postgresql_where=_OPEN_REPLAY,
    )
    op.create_table(
        "replay_answer",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("replay_id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("side", AutoString(length=10), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("output", types.JSONColumn, nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["replay_id"], ["replay.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("replay_id", "conversation_id", "side"),
    )
    op.create_table(
        "release",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("title", AutoString(length=200), nullable=False),
        sa.Column("proposal_id", types.Identifier, nullable=True),
        sa.Column("rolls_back_id", types.Identifier, nullable=True),
        sa.Column("before_build", AutoString(length=64), nullable=False),
        sa.Column("after_build", AutoString(length=64), nullable=False),
        sa.Column("before_knowledge", AutoString(length=64), nullable=False),
        sa.Column("after_knowledge", AutoString(length=64), nullable=False),
        sa.Column("changes", types.JSONColumn, nullable=False),
        sa.Column("gate", types.JSONColumn, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("note", AutoString(length=4000), nullable=False),
        sa.Column("override_by_id", types.Identifier, nullable=True),
        sa.Column("override_reason", AutoString(length=4000), nullable=False),
        sa.Column("watch_until", types.UTCDateTime(), nullable=True),
        sa.Column("watch_state", AutoString(length=20), nullable=False),
        sa.Column("watch", types.JSONColumn, nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.ForeignKeyConstraint(["rolls_back_id"], ["release.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["override_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_release_watched", "release", ["id"], sqlite_where=_WATCHED, postgresql_where=_WATCHED)
    op.create_index(
        "ux_release_proposal",
        "release",
        ["proposal_id"],
        unique=True,
        sqlite_where=_OF_PROPOSAL,
        postgresql_where=_OF_PROPOSAL,
    )
    op.create_index(
        "ux_release_rolls_back",
        "release",
        ["rolls_back_id"],
        unique=True,
        sqlite_where=_ROLLBACK,
        postgresql_where=_ROLLBACK,
    )
