"""Layers of a Postgres database: a schema of its own, first in the search path."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from core.database.engine import Database
from core.errors import ConfigurationError

_PREFIX = "ratchet_layer_"
_LOCKS = 0x4C61_7965  # "Laye"


class SchemaHold:
    """A lock of a connection that does nothing else."""

    def __init__(self, base: Database, schema: str) -> None:
        self._schema = schema
        self._engine = create_engine(base.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = self._engine.connect()
        values = {"locks": _LOCKS, "key": _key(schema)}
        if not self._connection.scalar(text("SELECT pg_try_advisory_lock(:locks, :key)"), values):
            self._connection.close()
            raise BlockingIOError(schema)

    def delete(self) -> None:
        """See :class:`core.database.layers.hold.Hold`."""
        if self._connection is None:
            return
        self._connection.execute(text(f'DROP SCHEMA IF EXISTS "{self._schema}" CASCADE'))
        self._connection.close()
        self._connection = None
        self._engine.dispose()


def make(
    base: Database, name: str, *, copied: Sequence[str], empty: Sequence[str]
) -> tuple[str, tuple[Engine, Engine], SchemaHold]:
    """See :func:`core.database.layers.open_layer`."""
    schema = f"{_PREFIX}{name}"
    try:
        hold = SchemaHold(base, schema)
    except BlockingIOError:
        raise ValueError(f"there is a layer {name!r} already") from None
    try:
        one_moment = base.write_engine.execution_options(isolation_level="REPEATABLE READ")
        with one_moment.begin() as connection:
            home = str(connection.scalar(text("SELECT current_schema()")))
            connection.execute(text(f'CREATE SCHEMA "{schema}"'))
            for table in (*copied, *empty):
                _copy(connection, table, home=home, schema=schema, rows=table in copied)
    except ProgrammingError as error:
        hold.delete()
        if "permission denied" not in str(error):
            raise
        raise ConfigurationError(
            "The database does not let Ratchet make a schema, which trying a change needs: grant its user "
            "CREATE on the database."
        ) from error
    except BaseException:
        hold.delete()
        raise
    known = base.url.query.get("options", "")
    options = " ".join(
        (known if isinstance(known, str) else " ".join(known), f"-csearch_path={schema},{home}")
    )
    url = base.url.update_query_dict({"options": options.strip()}).render_as_string(hide_password=False)
    engine = create_engine(url, pool_size=5, max_overflow=20, pool_pre_ping=True)
    return url, (engine, engine), hold


def sweep(base: Database) -> int:
    """See :func:`core.database.layers.sweep_layers`."""
    with base.read_engine.connect() as connection:
        found = connection.scalars(
            text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :prefix)"), {"prefix": _PREFIX}
        ).all()
    count = 0
    for schema in found:
        try:
            hold = SchemaHold(base, schema)
        except BlockingIOError:
            continue  # it is in use
        hold.delete()
        count += 1
    return count


def _copy(connection: Connection, table: str, *, home: str, schema: str, rows: bool) -> None:
    here, there = f'"{home}"."{table}"', f'"{schema}"."{table}"'
    connection.execute(
        text(f"CREATE TABLE {there} (LIKE {here} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)")
    )
    columns = connection.execute(
        text(
            "SELECT column_name, is_generated, column_default, is_identity FROM information_schema.columns "
            "WHERE table_schema = :home AND table_name = :name ORDER BY ordinal_position"
        ),
        {"home": home, "name": table},
    ).all()
    if rows:
        plain = ", ".join(f'"{each.column_name}"' for each in columns if each.is_generated == "NEVER")
        connection.execute(
            text(
                f"INSERT INTO {there} ({plain}) OVERRIDING SYSTEM VALUE "  # noqa: S608 - our own names
                f"SELECT {plain} FROM {here}"
            )
        )
    for each in columns:
        if each.is_identity == "YES" or "nextval(" in (each.column_default or ""):
            _count_on(connection, table, each.column_name, home=home, schema=schema)
    # not the index by distance: it takes long to build, and without it the same passages are found
    indexes = connection.scalars(
        text(
            "SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "JOIN pg_am a ON a.oid = c.relam WHERE i.indrelid = CAST(:table AS regclass) "
            "AND a.amname <> 'hnsw'"
        ),
        {"table": here},
    ).all()
    for definition in indexes:
        before, _, after = definition.partition(" ON ")
        _, _, rest = after.partition(" USING ")
        connection.exec_driver_sql(f"{before} ON {there} USING {rest}")
    connection.execute(text(f"ANALYZE {there}"))


def _count_on(connection: Connection, table: str, column: str, *, home: str, schema: str) -> None:
    """Give the copy a sequence of its own that goes on from where the base's is."""
    place = text("SELECT pg_get_serial_sequence(:table, :column)")
    theirs = connection.scalar(place, {"table": f'"{home}"."{table}"', "column": column})
    if theirs is None:
        return
    ours = connection.scalar(place, {"table": f'"{schema}"."{table}"', "column": column})
    if ours is None:
        ours = f'"{schema}"."{table}_{column}_seq"'
        connection.execute(text(f"CREATE SEQUENCE {ours}"))
        connection.execute(
            text(
                f'ALTER TABLE "{schema}"."{table}" ALTER COLUMN "{column}" '
                f"SET DEFAULT nextval('{ours}'::regclass)"
            )
        )
    connection.execute(
        text(f"SELECT setval(CAST(:ours AS regclass), last_value, is_called) FROM {theirs}"),  # noqa: S608
        {"ours": ours},
    )


def _key(schema: str) -> int:
    return zlib.crc32(schema.encode()) - 2**31
