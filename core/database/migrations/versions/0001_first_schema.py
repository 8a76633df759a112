"""The first schema.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "audit_entry",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", types.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("who", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("subject_type", AutoString(), nullable=False),
        sa.Column("subject_id", AutoString(), nullable=False),
        sa.Column("detail", types.JSONColumn, nullable=False),
        sa.Column("previous", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sequence"),
    )
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_person_id"), "audit_entry", ["person_id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("signature", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "build",
        sa.Column("id", AutoString(length=64), nullable=False),
        sa.Column("contents", types.JSONColumn, nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "criterion",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", AutoString(length=500), nullable=False),
        sa.Column("guidance", AutoString(), nullable=False),
        sa.Column("subject", AutoString(length=20), nullable=False),
        sa.Column("answers", types.JSONColumn, nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "version"),
    )
    op.create_table(
        "customer",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("source", AutoString(length=64), nullable=False),
        sa.Column("external_id", AutoString(length=200), nullable=False),
        sa.Column("name", AutoString(length=300), nullable=False),
        sa.Column("email", AutoString(length=320), nullable=False),
        sa.Column("phone", AutoString(length=64), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("time_zone", AutoString(length=64), nullable=False),
        sa.Column("facts", types.JSONColumn, nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_index(op.f("ix_customer_email"), "customer", ["email"], unique=False)
    op.create_table(
        "model_call",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("at", types.UTCDateTime(), nullable=False),
        sa.Column("purpose", AutoString(length=40), nullable=False),
        sa.Column("provider", AutoString(length=40), nullable=False),
        sa.Column("model", AutoString(length=100), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("error", AutoString(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_model_call_at"), "model_call", ["at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("username", AutoString(length=64), nullable=False),
        sa.Column("name", AutoString(length=200), nullable=False),
        sa.Column("email", AutoString(length=320), nullable=False),
        sa.Column("role", AutoString(length=20), nullable=False),
        sa.Column("password_hash", AutoString(), nullable=False),
        sa.Column("time_zone", AutoString(length=64), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", types.UTCDateTime(), nullable=True),
        sa.Column("last_sign_in_at", types.UTCDateTime(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_person_username"), "person", ["username"], unique=True)
    op.create_table(
        "search_stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("vectors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "article",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("source", AutoString(length=64), nullable=False),
        sa.Column("external_id", AutoString(length=300), nullable=False),
        sa.Column("title", AutoString(length=500), nullable=False),
        sa.Column("status", AutoString(length=20), nullable=False),
        sa.Column("audience", AutoString(length=20), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("tags", types.JSONColumn, nullable=False),
        sa.Column("translation_of", AutoString(length=300), nullable=False),
        sa.Column("owner_id", types.Identifier, nullable=True),
        sa.Column("live_version_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_index(op.f("ix_article_status"), "article", ["status"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("source", AutoString(length=64), nullable=False),
        sa.Column("external_id", AutoString(length=200), nullable=False),
        sa.Column("customer_id", types.Identifier, nullable=False),
        sa.Column("channel", AutoString(length=20), nullable=False),
        sa.Column("subject", AutoString(length=500), nullable=False),
        sa.Column("status", AutoString(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("escalation_reason", AutoString(length=500), nullable=False),
        sa.Column("assignee_id", types.Identifier, nullable=True),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("tags", types.JSONColumn, nullable=False),
        sa.Column("csat", sa.Integer(), nullable=True),
        sa.Column("ai_outcome", AutoString(length=20), nullable=False),
        sa.Column("waiting_since", types.UTCDateTime(), nullable=True),
        sa.Column("preview", AutoString(length=200), nullable=False),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("last_message_at", types.UTCDateTime(), nullable=False),
        sa.Column("last_customer_message_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.Column("source_state", types.JSONColumn, nullable=False),
        sa.Column(
            "queue_at",
            types.UTCDateTime(),
            sa.Computed("coalesce(waiting_since, '9999-12-01 00:00:00.000000')", persisted=True),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_index(
        "ix_conversation_customer", "conversation", ["customer_id", "last_message_at"], unique=False
    )
    op.create_index(
        "ix_conversation_assignee",
        "conversation",
        ["assignee_id", "priority", "queue_at", "id", "channel"],
        unique=False,
        sqlite_where=sa.text("status IN ('open', 'waiting')"),
        postgresql_where=sa.text("status IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_conversation_escalated",
        "conversation",
        ["priority", "queue_at", "id", "channel"],
        unique=False,
        sqlite_where=sa.text("status IN ('open', 'waiting') AND escalation_reason <> ''"),
        postgresql_where=sa.text("status IN ('open', 'waiting') AND escalation_reason <> ''"),
    )
    op.create_index(
        "ix_conversation_last_message",
        "conversation",
        ["last_message_at", "id", "channel"],
        unique=False,
    )
    op.create_index(
        "ix_conversation_unanswered",
        "conversation",
        ["priority", "queue_at", "id", "channel"],
        unique=False,
        sqlite_where=sa.text("status = 'open' AND ai_outcome IN ('abstain', 'escalate')"),
        postgresql_where=sa.text("status = 'open' AND ai_outcome IN ('abstain', 'escalate')"),
    )
    op.create_index(
        "ix_conversation_waiting",
        "conversation",
        ["waiting_since", "id", "channel"],
        unique=False,
        sqlite_where=sa.text("status = 'open' AND waiting_since IS NOT NULL"),
        postgresql_where=sa.text("status = 'open' AND waiting_since IS NOT NULL"),
    )
    op.create_table(
        "judgement",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=False),
        sa.Column("answer", AutoString(length=200), nullable=False),
        sa.Column("judge_type", AutoString(length=20), nullable=False),
        sa.Column("judge", AutoString(length=100), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("span", types.JSONColumn, nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("superseded_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_judgement_criterion", "judgement", ["criterion_id", "answer"], unique=False)
    op.create_index("ix_judgement_subject", "judgement", ["subject_type", "subject_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=False),
        sa.Column("token_hash", AutoString(), nullable=True),
        sa.Column("ticket_hash", AutoString(), nullable=True),
        sa.Column("ticket_expires_at", types.UTCDateTime(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", types.UTCDateTime(), nullable=False),
        sa.Column("expires_at", types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("user_agent", AutoString(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_hash"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"], unique=False)
    op.create_table(
        "article_version",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("article_id", types.Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", AutoString(length=500), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("audience", AutoString(length=20), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("author_id", types.Identifier, nullable=True),
        sa.Column("note", AutoString(length=500), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("article_id", "number"),
    )
    op.create_table(
        "composer",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("draft_id", types.Identifier, nullable=True),
        sa.Column("token", AutoString(length=64), nullable=False),
        sa.Column("updated_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "person_id"),
    )
    op.create_table(
        "draft",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("basis_message_id", types.Identifier, nullable=True),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("decision", AutoString(length=20), nullable=False),
        sa.Column("reason", AutoString(length=40), nullable=False),
        sa.Column("question", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("error", AutoString(), nullable=False),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("model", AutoString(length=100), nullable=False),
        sa.Column("retrieved", types.JSONColumn, nullable=False),
        sa.Column("removed", types.JSONColumn, nullable=False),
        sa.Column("usage", types.JSONColumn, nullable=False),
        sa.Column("stages", types.JSONColumn, nullable=False),
        sa.Column("requested_by_id", types.Identifier, nullable=True),
        sa.Column("runner", AutoString(length=64), nullable=False),
        sa.Column("heartbeat_at", types.UTCDateTime(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.Column("outcome", AutoString(length=20), nullable=False),
        sa.Column("outcome_reason", AutoString(length=500), nullable=False),
        sa.Column("outcome_by_id", types.Identifier, nullable=True),
        sa.Column("outcome_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["outcome_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_draft_conversation", "draft", ["conversation_id", "id"], unique=False)
    op.create_index(
        "ix_draft_running",
        "draft",
        ["heartbeat_at"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ux_draft_one_running",
        "draft",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "message",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("external_id", AutoString(length=300), nullable=False),
        sa.Column("author", AutoString(length=20), nullable=False),
        sa.Column("name", AutoString(length=300), nullable=False),
        sa.Column("person_id", types.Identifier, nullable=True),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("folded", AutoString(), nullable=False),
        sa.Column("html", AutoString(), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("recalled_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "position"),
    )
    op.create_index("ix_message_external", "message", ["conversation_id", "external_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("message_id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=300), nullable=False),
        sa.Column("media_type", AutoString(length=200), nullable=False),
        sa.Column("size", types.Identifier, nullable=False),
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("note", AutoString(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_attachment_message_id"), "attachment", ["message_id"], unique=False)
    op.create_table(
        "outbox_item",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("message_id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("idempotency_key", AutoString(length=64), nullable=False),
        sa.Column("payload", types.JSONColumn, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", types.UTCDateTime(), nullable=False),
        sa.Column("claimed_by", AutoString(length=64), nullable=False),
        sa.Column("delivered_at", types.UTCDateTime(), nullable=True),
        sa.Column("receipt", AutoString(length=500), nullable=False),
        sa.Column("error", AutoString(length=1000), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idempotency_key"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox_item",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'delivering')"),
        postgresql_where=sa.text("state IN ('pending', 'delivering')"),
    )
    op.create_index(op.f("ix_outbox_item_conversation_id"), "outbox_item", ["conversation_id"], unique=False)
    op.create_table(
        "passage",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("article_id", types.Identifier, nullable=False),
        sa.Column("article_version_id", types.Identifier, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading_path", AutoString(length=1000), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("audience", AutoString(length=20), nullable=False),
        sa.Column("locale", AutoString(length=16), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
        ),
        sa.ForeignKeyConstraint(
            ["article_version_id"],
            ["article_version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("article_version_id", "position"),
    )
    op.create_index(op.f("ix_passage_article_id"), "passage", ["article_id"], unique=False)
    op.create_index("ix_passage_live", "passage", ["live", "id"], unique=False)
    op.create_table(
        "reply",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("message_id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=False),
        sa.Column("token", AutoString(length=64), nullable=False),
        sa.Column("draft_id", types.Identifier, nullable=True),
        sa.Column("draft_text", AutoString(), nullable=False),
        sa.Column("final_text", AutoString(), nullable=False),
        sa.Column("edit_ratio", sa.Float(), nullable=True),
        sa.Column("changes", types.JSONColumn, nullable=False),
        sa.Column("citations", types.JSONColumn, nullable=False),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("status_before", AutoString(length=20), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index(op.f("ix_reply_conversation_id"), "reply", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_reply_created_at"), "reply", ["created_at"], unique=False)
    op.create_index(op.f("ix_reply_draft_id"), "reply", ["draft_id"], unique=False)
    op.create_index(op.f("ix_reply_person_id"), "reply", ["person_id"], unique=False)
    op.create_table(
        "citation",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("draft_id", types.Identifier, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("passage_id", types.Identifier, nullable=False),
        sa.Column("article_version_id", types.Identifier, nullable=False),
        sa.Column("quote", AutoString(), nullable=False),
        sa.Column("support", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_version_id"],
            ["article_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["draft.id"],
        ),
        sa.ForeignKeyConstraint(
            ["passage_id"],
            ["passage.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id", "position"),
    )
    op.create_index(op.f("ix_citation_article_version_id"), "citation", ["article_version_id"], unique=False)
    op.create_index(op.f("ix_citation_passage_id"), "citation", ["passage_id"], unique=False)
    op.create_table(
        "passage_vector",
        sa.Column("passage_id", types.Identifier, nullable=False),
        sa.Column("embedder", AutoString(length=100), nullable=False),
        sa.Column("vector", types.Vector(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage_id"],
            ["passage.id"],
        ),
        sa.PrimaryKeyConstraint("passage_id", "embedder"),
    )

    _refuse_changes_to_audit()


def _refuse_changes_to_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{event.lower()} BEFORE {event} ON audit_entry "
                "BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
