"""The lexical index over live passages, and the vector index.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from core.database import types

revision = "0002"
down_revision = "0001"

_MINILM = "all-MiniLM-L6-v2"


def upgrade() -> None:
    op.create_table(
        "passage_terms",
        sa.Column("passage_id", types.Identifier, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("headings", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"]),
        sa.PrimaryKeyConstraint("passage_id"),
    )
    for name in ("live_passages", "title_terms", "heading_terms", "body_terms"):
        op.add_column(
            "search_stamp", sa.Column(name, types.Identifier, nullable=False, server_default=sa.text("0"))
        )
    op.execute("INSERT INTO search_stamp (id, passages, vectors) VALUES (1, 0, 0)")
    if op.get_bind().dialect.name == "sqlite":
        _index_with_fts5()
    else:
        _index_with_tsvector()


def _index_with_fts5() -> None:
    # The terms are ready-made: the tokenizer has only to split at blanks, so letters, digits
    # and the marks of Indic and Arabic scripts are all part of a term.
    op.execute(
        "CREATE VIRTUAL TABLE passage_fts USING fts5(title, headings, body, content='passage_terms', "
        "content_rowid='passage_id', "
        "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
    )
    op.execute("CREATE VIRTUAL TABLE passage_fts_terms USING fts5vocab('passage_fts', 'row')")
    add = (
        "INSERT INTO passage_fts (rowid, title, headings, body) "
        "VALUES (new.passage_id, new.title, new.headings, new.body);"
    )
    remove = (
        "INSERT INTO passage_fts (passage_fts, rowid, title, headings, body) "
        "VALUES ('delete', old.passage_id, old.title, old.headings, old.body);"
    )
    for event, actions in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + " " + add)):
        op.execute(
            f"CREATE TRIGGER passage_terms_{event.lower()} AFTER {event} ON passage_terms BEGIN {actions} END"
        )


def _index_with_tsvector() -> None:
    op.execute(
        "ALTER TABLE passage_terms ADD COLUMN lexemes tsvector GENERATED ALWAYS AS (array_to_tsvector("
        "array_remove(string_to_array(title || ' ' || headings || ' ' || body, ' '), ''))) STORED"
    )
    op.execute("CREATE INDEX ix_passage_terms_lexemes ON passage_terms USING gin (lexemes)")
    # An index by distance needs one fixed length, so it is made for the embedder that ships.
    op.execute(
        "CREATE INDEX ix_passage_vector_minilm ON passage_vector "
        f"USING hnsw ((vector::halfvec(384)) halfvec_ip_ops) WHERE embedder = '{_MINILM}'"
    )
