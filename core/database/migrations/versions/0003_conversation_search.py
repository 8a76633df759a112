"""The index behind the queue's search, kept by triggers.

Revision ID: 0003
Revises: 0002
"""

# ruff: noqa: S608 - every part of these statements is written here
from alembic import op

revision = "0003"
down_revision = "0002"

# What is found by. The order is the FTS5 table's.
_WORDS = "subject, customer, email, preview, external_id"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgres()


def _sqlite() -> None:
    """An FTS5 table without a copy of the texts. Triggers give it the old words to take out again."""
    op.execute(
        f"CREATE VIRTUAL TABLE conversation_fts USING fts5({_WORDS}, content='', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    of_row = "{0}.id, {0}.subject, c.name, c.email, {0}.preview, {0}.external_id"
    columns = f"rowid, {_WORDS}"
    add = (
        f"INSERT INTO conversation_fts({columns}) "
        f"SELECT {of_row.format('new')} FROM customer c WHERE c.id = new.customer_id;"
    )
    remove = (
        f"INSERT INTO conversation_fts(conversation_fts, {columns}) "
        f"SELECT 'delete', {of_row.format('old')} FROM customer c WHERE c.id = old.customer_id;"
    )
    op.execute(f"CREATE TRIGGER conversation_fts_insert AFTER INSERT ON conversation BEGIN {add} END")
    op.execute(f"CREATE TRIGGER conversation_fts_delete AFTER DELETE ON conversation BEGIN {remove} END")
    op.execute(
        "CREATE TRIGGER conversation_fts_update "
        "AFTER UPDATE OF subject, preview, external_id, customer_id ON conversation "
        "WHEN old.subject <> new.subject OR old.preview <> new.preview "
        "OR old.external_id <> new.external_id OR old.customer_id <> new.customer_id "
        f"BEGIN {remove} {add} END"
    )
    of_customer = "v.id, v.subject, {0}.name, {0}.email, v.preview, v.external_id"
    op.execute(
        "CREATE TRIGGER conversation_fts_customer AFTER UPDATE OF name, email ON customer "
        "WHEN old.name <> new.name OR old.email <> new.email BEGIN "
        f"INSERT INTO conversation_fts(conversation_fts, {columns}) "
        f"SELECT 'delete', {of_customer.format('old')} FROM conversation v WHERE v.customer_id = new.id; "
        f"INSERT INTO conversation_fts({columns}) "
        f"SELECT {of_customer.format('new')} FROM conversation v WHERE v.customer_id = new.id; END"
    )
    op.execute(
        f"INSERT INTO conversation_fts({columns}) "
        f"SELECT {of_customer.format('c')} FROM conversation v JOIN customer c ON c.id = v.customer_id"
    )


def _postgres() -> None:
    """A table of word sets beside the conversations: their rows change often and should stay narrow."""
    op.execute(
        # The words of a text as the queue's search splits them: decomposed, accents off, 100 characters.
        "CREATE FUNCTION search_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$ "
        "SELECT array_to_tsvector(coalesce(array_agg(DISTINCT left(word, 100)), '{}')) FROM "
        "regexp_split_to_table(regexp_replace(normalize(lower(said), NFKD), '[\u0300-\u036f]', '', 'g'), "
        "'[^[:alnum:]]+') AS word WHERE word <> '' $$"
    )
    op.execute(
        "CREATE TABLE conversation_search (conversation_id bigint PRIMARY KEY "
        "REFERENCES conversation(id) ON DELETE CASCADE, document tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_conversation_search ON conversation_search USING gin (document)")
    document = "search_words(concat_ws(' ', v.subject, c.name, c.email, v.preview, v.external_id))"
    upsert = (
        f"INSERT INTO conversation_search SELECT v.id, {document} FROM conversation v "
        "JOIN customer c ON c.id = v.customer_id WHERE {0} "
        "ON CONFLICT (conversation_id) DO UPDATE SET document = excluded.document"
    )
    # Inserts once for each statement, as an import may write many rows in one; updates for each row,
    # as most of them (status, priority, assignee) change no word.
    _postgres_trigger(
        "search_conversation_insert",
        "AFTER INSERT ON conversation REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        upsert.format("v.id IN (SELECT id FROM fresh)"),
    )
    _postgres_trigger(
        "search_conversation_update",
        "AFTER UPDATE ON conversation FOR EACH ROW WHEN "
        "((old.subject, old.preview, old.external_id, old.customer_id) IS DISTINCT FROM "
        "(new.subject, new.preview, new.external_id, new.customer_id))",
        upsert.format("v.id = new.id"),
    )
    _postgres_trigger(
        "search_customer_update",
        "AFTER UPDATE ON customer FOR EACH ROW WHEN "
        "((old.name, old.email) IS DISTINCT FROM (new.name, new.email))",
        upsert.format("c.id = new.id"),
    )
    op.execute(upsert.format("true"))


def _postgres_trigger(name: str, when: str, statement: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {statement}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
