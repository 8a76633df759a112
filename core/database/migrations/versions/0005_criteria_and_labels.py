"""Criteria of every kind, label queues, adjudication, flags and eval cases, and outcomes of imported drafts.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from core.database import types

revision = "0005"
down_revision = "0004"

_IN_FORCE = sa.text("superseded_by_id IS NULL AND withdrawn_at IS NULL")
_FROM_OUTSIDE = sa.text("external_id <> ''")
_IMPORTED = sa.text("message_id IS NOT NULL")
_ANSWERED = sa.text("state = 'ready' AND decision = 'answer'")


def upgrade() -> None:
    _criteria()
    _judgements()
    _drafts()
    _labelling()
    _evals()


def _criteria() -> None:
    """The one subject of a criterion becomes a list; its kind follows from its answers."""
    old = sa.table(
        "criterion",
        sa.column("id", types.Identifier),
        sa.column("subject", sa.String),
        sa.column("answers", types.JSONColumn),
    )
    connection = op.get_bind()
    known = connection.execute(sa.select(old.c.id, old.c.subject, old.c.answers)).all()
    with op.batch_alter_table("criterion") as batch:
        batch.add_column(sa.Column("kind", AutoString(length=20), nullable=False, server_default="one_of"))
        for name in ("subjects", "good", "examples"):
            batch.add_column(sa.Column(name, types.JSONColumn, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("change_note", AutoString(length=500), nullable=False, server_default=""))
        batch.add_column(sa.Column("created_by_id", types.Identifier, nullable=True))
        batch.add_column(sa.Column("retired_at", types.UTCDateTime(), nullable=True))
        batch.create_foreign_key("fk_criterion_person", "person", ["created_by_id"], ["id"])
        batch.drop_column("subject")
    new = sa.table(
        "criterion",
        sa.column("id", types.Identifier),
        sa.column("kind", sa.String),
        sa.column("subjects", types.JSONColumn),
        sa.column("answers", types.JSONColumn),
        sa.column("good", types.JSONColumn),
    )
    for criterion_id, subject, answers in known:
        kind = _kind(answers)
        connection.execute(
            sa.update(new)
            .where(new.c.id == criterion_id)
            .values(
                kind=kind,
                subjects=[subject],
                answers=answers if kind == "one_of" else [],
                good={"yes_no": ["yes"], "scale": ["4", "5"]}.get(kind, []),
            )
        )


def _kind(answers: list[str]) -> str:
    if sorted(answers) == ["no", "yes"]:
        return "yes_no"
    return "scale" if answers == ["1", "2", "3", "4", "5"] else "one_of"


def _judgements() -> None:
    op.add_column("judgement", sa.Column("origin", AutoString(length=20), nullable=False, server_default=""))
    op.add_column(
        "judgement", sa.Column("external_id", AutoString(length=400), nullable=False, server_default="")
    )
    op.add_column("judgement", sa.Column("withdrawn_at", types.UTCDateTime(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":  # SQLite does not enforce lengths
        op.alter_column("judgement", "answer", type_=AutoString(length=1000))
        op.alter_column("judgement", "judge", type_=AutoString(length=200))
    op.create_index(
        "ix_judgement_in_force",
        "judgement",
        [
            "criterion_id",
            "judge_type",
            "confidence",
            "subject_id",
            "subject_type",
            "judge",
            "answer",
            "superseded_by_id",
            "withdrawn_at",
        ],
        sqlite_where=_IN_FORCE,
        postgresql_where=_IN_FORCE,
    )
    op.create_index(
        "ux_judgement_external",
        "judgement",
        ["external_id"],
        unique=True,
        sqlite_where=_FROM_OUTSIDE,
        postgresql_where=_FROM_OUTSIDE,
    )
    op.create_table(
        "adjudication",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=False),
        sa.Column("judgement_id", types.Identifier, nullable=False),
        sa.Column("between", types.JSONColumn, nullable=False),
        sa.Column("decided_by_id", types.Identifier, nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("superseded_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["judgement_id"],
            ["judgement.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_adjudication_subject", "adjudication", ["criterion_id", "subject_type", "subject_id"])


def _drafts() -> None:
    op.create_index(
        "ix_conversation_reported", "conversation", ["created_at", "source", "channel", "locale", "csat"]
    )
    op.add_column("draft", sa.Column("message_id", types.Identifier, nullable=True))
    op.add_column("draft", sa.Column("offered", sa.Integer(), nullable=True))
    op.add_column("draft", sa.Column("picked", sa.Integer(), nullable=True))
    op.add_column("draft", sa.Column("offers", types.JSONColumn, nullable=False, server_default="[]"))
    op.create_index(
        "ix_draft_outcome",
        "draft",
        ["conversation_id", "created_at", "outcome", "picked", "model", "state", "decision"],
        sqlite_where=_ANSWERED,
        postgresql_where=_ANSWERED,
    )
    op.create_index(
        "ux_draft_message",
        "draft",
        ["message_id"],
        unique=True,
        sqlite_where=_IMPORTED,
        postgresql_where=_IMPORTED,
    )


def _labelling() -> None:
    op.create_table(
        "label_queue",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=200), nullable=False),
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("strategy", AutoString(length=40), nullable=False),
        sa.Column("parameters", types.JSONColumn, nullable=False),
        sa.Column("design", types.JSONColumn, nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("double_share", sa.Float(), nullable=False),
        sa.Column("people", types.JSONColumn, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("closed_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "label_item",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("queue_id", types.Identifier, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("stratum", AutoString(length=200), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("why", AutoString(length=300), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["label_queue.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("queue_id", "subject_id"),
    )
    op.create_index("ix_label_item_subject", "label_item", ["subject_id", "queue_id"])
    op.create_index(
        "ix_label_item_to_give",
        "label_item",
        ["queue_id", "position"],
        sqlite_where=sa.text("taken < needed"),
        postgresql_where=sa.text("taken < needed"),
    )
    op.create_table(
        "label_assignment",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("item_id", types.Identifier, nullable=False),
        sa.Column("queue_id", types.Identifier, nullable=False),
        sa.Column("person_id", types.Identifier, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("held_until", types.UTCDateTime(), nullable=False),
        sa.Column("judgement_id", types.Identifier, nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("started_at", types.UTCDateTime(), nullable=False),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["label_item.id"],
        ),
        sa.ForeignKeyConstraint(
            ["judgement_id"],
            ["judgement.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["label_queue.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "person_id"),
    )
    op.create_index(
        "ix_label_assignment_held",
        "label_assignment",
        ["queue_id", "held_until"],
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_label_assignment_person", "label_assignment", ["queue_id", "person_id", "state", "finished_at"]
    )


def _evals() -> None:
    op.create_table(
        "knowledge_snapshot",
        sa.Column("id", AutoString(length=64), nullable=False),
        sa.Column("version_ids", types.JSONColumn, nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "eval_case",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("name", AutoString(length=300), nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("source", AutoString(length=20), nullable=False),
        sa.Column("input", types.JSONColumn, nullable=False),
        sa.Column("snapshot_id", AutoString(length=64), nullable=False),
        sa.Column("expectations", types.JSONColumn, nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("conversation_id", types.Identifier, nullable=True),
        sa.Column("draft_id", types.Identifier, nullable=True),
        sa.Column("build_id", AutoString(length=64), nullable=False),
        sa.Column("created_by_id", types.Identifier, nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", types.Identifier, nullable=True),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.Column("decision_reason", AutoString(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["knowledge_snapshot.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_eval_case_conversation_id", "eval_case", ["conversation_id"])
    op.create_index("ix_eval_case_state", "eval_case", ["state"])
    op.create_table(
        "flag",
        sa.Column("id", types.Identifier, nullable=False),
        sa.Column("strength", AutoString(length=10), nullable=False),
        sa.Column("criterion_id", types.Identifier, nullable=False),
        sa.Column("judgement_id", types.Identifier, nullable=False),
        sa.Column("case_id", types.Identifier, nullable=True),
        sa.Column("conversation_id", types.Identifier, nullable=False),
        sa.Column("subject_type", AutoString(length=20), nullable=False),
        sa.Column("subject_id", types.Identifier, nullable=False),
        sa.Column("span", types.JSONColumn, nullable=True),
        sa.Column("better", AutoString(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("about_person_id", types.Identifier, nullable=True),
        sa.Column("flagged_by_id", types.Identifier, nullable=False),
        sa.Column("state", AutoString(length=20), nullable=False),
        sa.Column("decided_by_id", types.Identifier, nullable=True),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.Column("decision_reason", AutoString(length=500), nullable=False),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["eval_case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["flagged_by_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["judgement_id"],
            ["judgement.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_flag_conversation_id", "flag", ["conversation_id"])
    op.create_index("ix_flag_person", "flag", ["flagged_by_id", "id"])
    op.create_index("ix_flag_state", "flag", ["state", "id"])
    op.create_index("ix_flag_subject", "flag", ["subject_type", "subject_id"])
