"""A knowledge base of three articles, and people who change it."""

from __future__ import annotations

import pytest

from core.database import Database
from core.identity import Actor, Role
from core.releases.shipping import shipping
from core.settings import Settings, get_settings
from tests.core.knowledge.making import WordEmbedder
from tests.core.releases.making import add_person, fill


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    """Vectors without a model."""
    made = WordEmbedder()
    monkeypatch.setattr(shipping, "get_embedder", lambda _settings: made)
    return made


@pytest.fixture
def settings(database: Database) -> Settings:
    return get_settings()


@pytest.fixture
def articles(database: Database) -> dict[str, int]:
    return fill(database)


@pytest.fixture
def sue(database: Database) -> Actor:
    return add_person(database, "sue", Role.SPECIALIST)


@pytest.fixture
def sam(database: Database) -> Actor:
    return add_person(database, "sam", Role.SPECIALIST)


@pytest.fixture
def mia(database: Database) -> Actor:
    return add_person(database, "mia", Role.MANAGER)


@pytest.fixture
def rita(database: Database) -> Actor:
    return add_person(database, "rita", Role.REP)
