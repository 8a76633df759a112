"""Actions, what drafts rest on besides passages, calibration, and traces.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _actions()
    _drafts()
    _traces()


def _actions() -> None:
    op.create_table(
        "connection",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("name", AutoString(length=60), nullable=False),
        sa.Column("base_url", AutoString(length=500), nullable=False),
        sa.Column("secret_name", AutoString(length=100), nullable=False),
        sa.Column("document", types.JSONColumn, nullable=False),
        sa.Column("operations", types.JSONColumn, nullable=False),
        sa.Column("options", types.JSONColumn, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "action_request",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("customer_id", types.Identifier, nullable=False),
        sa.Column("draft_id", types.Identifier, nullable=True),
        sa.Column("call_id", AutoString(length=200), nullable=False),
        sa.Column("action", AutoString(length=100), nullable=False),
        sa.Column("connector", AutoString(length=100), nullable=False),
        sa.Column("definition", AutoString(length=64), nullable=False),
        sa.Column("risk", AutoString(length=20), nullable=False),
        sa.Column("status", AutoString(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("proposed_arguments", types.JSONColumn, nullable=False),
        sa.Column("arguments", types.JSONColumn, nullable=False),
        sa.Column("effect", AutoString(), nullable=False),
        sa.Column("preview", types.JSONColumn, nullable=False),
        sa.Column("amount_minor", types.Identifier, nullable=True),
        sa.Column("currency", AutoString(length=3), nullable=False),
        sa.Column("reason_given", AutoString(length=1000), nullable=False),
        sa.Column("requested_by_id", types.Identifier, nullable=True),
        sa.Column("asked_by_id", types.Identifier, nullable=True),
        sa.Column("asked_at", types.UTCDateTime(), nullable=True),
        sa.Column("asked_note", AutoString(length=1000), nullable=False),
        sa.Column("decision", AutoString(length=20), nullable=False),
        sa.Column("decided_by_id", types.Identifier, nullable=True),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.Column("decision_reason", AutoString(length=1000), nullable=False),
        sa.Column("idempotency_key", AutoString(length=64), nullable=False),
        sa.Column("executor", AutoString(length=64), nullable=False),
        sa.Column("lease_until", types.UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", types.UTCDateTime(), nullable=True),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.Column("result", types.JSONColumn, nullable=False),
        sa.Column("summary", AutoString(), nullable=False),
        sa.Column("statements", types.JSONColumn, nullable=False),
        sa.Column("reference", AutoString(length=200), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idempotency_key"),
    )
    op.create_index(
        "ix_action_request_conversation", "action_request", ["conversation_id", "id"], unique=False
    )
    op.create_index(
        "ix_action_request_open",
        "action_request",
        ["status", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('proposed', 'asked', 'approved', 'executing', 'unknown')"),
        postgresql_where=sa.text("status IN ('proposed', 'asked', 'approved', 'executing', 'unknown')"),
    )
    op.create_index(
        "ux_action_request_call",
        "action_request",
        ["draft_id", "call_id"],
        unique=True,
        sqlite_where=sa.text("call_id <> ''"),
        postgresql_where=sa.text("call_id <> ''"),
    )


def _drafts() -> None:
    op.create_table(
        "calibration",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("source", AutoString(length=20), nullable=False),
        sa.Column("scope", AutoString(length=200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_right", sa.Integer(), nullable=False),
        sa.Column("model", types.JSONColumn, nullable=False),
        sa.Column("curve", types.JSONColumn, nullable=False),
        sa.Column("precision", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("guarantee", types.JSONColumn, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("draft", sa.Column("answer", AutoString(), nullable=False, server_default=""))
    op.add_column("draft", sa.Column("steps", types.JSONColumn, nullable=False, server_default="[]"))
    op.add_column("draft", sa.Column("supports", types.JSONColumn, nullable=False, server_default="[]"))
    op.add_column("draft", sa.Column("findings", types.JSONColumn, nullable=False, server_default="[]"))
    op.add_column("draft", sa.Column("score", sa.Float(), nullable=True))
    op.add_column("draft", sa.Column("signals", types.JSONColumn, nullable=False, server_default="{}"))
    op.add_column("draft", sa.Column("paused", types.JSONColumn, nullable=False, server_default="{}"))
    op.add_column("draft", sa.Column("waiting_for", types.JSONColumn, nullable=False, server_default="[]"))
    op.add_column("draft", sa.Column("trace_id", AutoString(length=64), nullable=False, server_default=""))
    op.create_index(
        "ix_draft_waiting",
        "draft",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _traces() -> None:
    op.create_table(
        "trace",
        sa.Column("id", AutoString(length=64), nullable=False),
        sa.Column("name", AutoString(length=200), nullable=False),
        sa.Column("draft_id", types.Identifier, nullable=True),
        sa.Column("conversation_id", types.Identifier, nullable=True),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("model", AutoString(length=100), nullable=False),
        sa.Column("status", AutoString(length=20), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("attributes", types.JSONColumn, nullable=False),
        sa.Column("recorder", AutoString(length=64), nullable=False),
        sa.Column("heartbeat_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_trace_draft", "trace", ["draft_id"], unique=False)
    op.create_index("ix_trace_ended", "trace", ["ended_at"], unique=False)
    op.create_index(
        "ix_trace_running",
        "trace",
        ["heartbeat_at"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index("ix_trace_started", "trace", ["started_at"], unique=False)
    op.create_table(
        "span",
        sa.Column("id", AutoString(length=64), nullable=False),
        sa.Column("trace_id", AutoString(length=64), nullable=False),
        sa.Column("parent_id", AutoString(length=64), nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("name", AutoString(length=200), nullable=False),
        sa.Column("status", AutoString(length=20), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("attributes", types.JSONColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["trace_id"],
            ["trace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_span_trace", "span", ["trace_id", "started_at"], unique=False)
    op.create_table(
        "span_text",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("span_id", AutoString(length=64), nullable=False),
        sa.Column("field", AutoString(length=20), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["span_id"],
            ["span.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_span_text_created", "span_text", ["created_at"], unique=False)
    op.create_index("ix_span_text_span", "span_text", ["span_id", "field"], unique=True)
    op.create_table(
        "telemetry_sent",
        sa.Column("destination", AutoString(length=64), nullable=False),
        sa.Column("kind", AutoString(length=20), nullable=False),
        sa.Column("item_id", AutoString(length=64), nullable=False),
        sa.Column("moment", types.UTCDateTime(), nullable=False),
        sa.Column("sent_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("destination", "kind", "item_id"),
    )
    op.create_index(
        "ix_telemetry_sent_moment", "telemetry_sent", ["destination", "kind", "moment"], unique=False
    )
