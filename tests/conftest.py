"""Fixtures every test may use. ``RATCHET_TEST_DATABASE=postgres`` runs the suite on a real Postgres."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import bcrypt
import pytest
from sqlalchemy import create_engine, make_url, text

from core.database import Database, migrate
from core.settings import get_settings

ON_POSTGRES = os.environ.get("RATCHET_TEST_DATABASE") == "postgres"
_ROOM = 4_000_000_000  # bytes
_ASKS = {"database", "database_url", "postgres_server", "loaded"}


@pytest.hookimpl(trylast=True)  # folders have marked theirs by then
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What one worker does alone comes first, lest the others wait for it at the end.

    The run on Postgres is about what asks the database; all else has just been run without it.
    """
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
    if ON_POSTGRES:
        asks = [bool(_ASKS & set(getattr(item, "fixturenames", ()))) for item in items]
        config.hook.pytest_deselected(
            items=[item for item, kept in zip(items, asks, strict=True) if not kept]
        )
        items[:] = [item for item, kept in zip(items, asks, strict=True) if kept]


def pytest_collection_finish() -> None:
    """What is imported by now stays; looking through it again took a seventh of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes that do not take a quarter of a second each, of which the suite makes some hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bcrypt, "gensalt", partial(bcrypt.gensalt, rounds=4))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A private RATCHET_HOME, and no setting leaking in from the machine."""
    for name in list(os.environ):
        if name.startswith("RATCHET_") and not name.startswith("RATCHET_TEST_"):
            monkeypatch.delenv(name)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RATCHET_HOME", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; copying it is much quicker than migrating for each test."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.dispose()  # the last close folds the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real Postgres with pgvector, started for this run and stopped after it.

    Not in pytest's own temporary folder: a third later run, in another terminal, deletes that one.
    """
    from tests.postgres import running_postgres

    with (
        TemporaryDirectory(prefix="ratchet-postgres-", dir=_in_memory()) as folder,
        running_postgres(Path(folder)) as url,
    ):
        yield url


def _in_memory() -> str | None:
    """A folder in memory with room for databases: copying them on a disk takes longer than most tests."""
    folder = "/dev/shm"
    try:
        return folder if shutil.disk_usage(folder).free > _ROOM and os.access(folder, os.W_OK) else None
    except OSError:
        return None


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE template_ratchet"))
    admin.dispose()
    database = Database(_with_name(postgres_server, "template_ratchet"))
    migrate(database)
    database.dispose()
    return "template_ratchet"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own."""
    if not ON_POSTGRES:
        path = tmp_path / "ratchet.sqlite"
        shutil.copy(request.getfixturevalue("template_database"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    name = f"test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # by copying files: half the work of writing every page of it to the log
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield _with_name(server, name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("RATCHET_DATABASE_URL", database_url)
    get_settings.cache_clear()
    database = Database(database_url)
    yield database
    database.dispose()


def _with_name(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
