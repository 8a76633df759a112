"""The sample, generated for a fixed moment, and loaded into a database of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zlib import crc32

import numpy as np
import pytest
from sqlalchemy import create_engine, make_url, text

from core.classifiers import services
from core.database import Database
from core.llm.embeddings import Vectors
from core.sample import SampleReport, load_sample
from core.sample.generator import generate
from core.sample.material import Material, read_material
from core.sample.story import Story
from core.settings import get_settings
from tests.conftest import ON_POSTGRES

REFERENCE = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # a Tuesday afternoon


@pytest.fixture(scope="session")
def material() -> Material:
    return read_material()


@pytest.fixture(scope="session")
def stories(material: Material) -> list[Story]:
    return generate(material, reference=REFERENCE)


class WordEmbedder:
    """Texts are alike when they share words. The real model takes seconds, and says no more here."""

    name = "words of the sample"  # what is kept of vectors goes by it
    dimensions = 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows: Vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, said in enumerate(texts):
            for word in said.casefold().split():
                rows[row, crc32(word.encode()) % self.dimensions] += 1
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
        return rows


@pytest.fixture
def quick_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "get_embedder", lambda _settings: WordEmbedder())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads the loaded sample runs in one worker: loading takes longer than all of its tests."""
    for item in items:
        if "loaded" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("sample"))


@dataclass(frozen=True)
class Loaded:
    """A database with the sample in it, for tests that only read."""

    database: Database
    report: SampleReport
    progress: list[float]


@pytest.fixture(scope="session")
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("sample")
    with new_database(request, folder) as url:
        database = Database(url)
        shares: list[float] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RATCHET_HOME", str(folder))
            patch.setattr(services, "get_embedder", lambda _settings: WordEmbedder())
            get_settings.cache_clear()
            report = load_sample(
                database,
                get_settings(),
                reference=REFERENCE,
                progress=lambda share, _step: shares.append(share),
            )
        get_settings.cache_clear()
        yield Loaded(database, report, shares)
        database.dispose()


@contextmanager
def new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of a migrated, empty database that outlives one test."""
    if not ON_POSTGRES:
        path = folder / "ratchet.sqlite"
        shutil.copy(request.getfixturevalue("template_database"), path)
        yield f"sqlite:///{path}"
        return
    server = make_url(request.getfixturevalue("postgres_server"))
    template = request.getfixturevalue("postgres_template")
    name = f"test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
