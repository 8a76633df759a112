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

_WORDS = (("theme", 100), ("channel", 20), ("locale", 16), ("polarity", 10), ("review", 20))
_SAID = 2_000


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
        for name, length in _WORDS:
            batch.add_column(sa.Column(name, AutoString(length=length), nullable=False, server_default=""))
        batch.add_column(sa.Column("said", AutoString(), nullable=False, server_default=""))
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
    _fill_in()


def _fill_in() -> None:
    """What the cases there are say, and the flags they came from, as new ones have it in columns."""
    connection = op.get_bind()
    case = sa.table(
        "eval_case",
        sa.column("id", types.Identifier),
        sa.column("input", types.JSONColumn),
        sa.column("provenance", types.JSONColumn),
        *(sa.column(name, sa.String()) for name in ("said", "channel", "locale", "polarity")),
    )
    flag = sa.table("flag", *(sa.column(name) for name in ("id", "case_id", "strength")))
    flags: dict[int, list[tuple[int, str]]] = {}
    for flag_id, case_id, strength in connection.execute(
        sa.select(flag.c.id, flag.c.case_id, flag.c.strength)
        .where(flag.c.case_id.is_not(None))
        .order_by(flag.c.id)
    ):
        flags.setdefault(case_id, []).append((flag_id, strength))
    for case_id in list(connection.scalars(sa.select(case.c.id))):
        content = connection.scalar(sa.select(case.c.input).where(case.c.id == case_id))
        raised = flags.get(case_id, [])
        values = {
            "said": "\n".join(each["text"] for each in content["messages"] if each["author"] == "customer")[
                -_SAID:
            ],
            "channel": content["conversation"]["channel"],
            "locale": content["locale"],
            "polarity": ("positive" if raised[0][1] == "strong" else "negative") if raised else "",
            "provenance": {"flag": raised[0][0]} if raised else {},
        }
        connection.execute(sa.update(case).where(case.c.id == case_id).values(**values))
