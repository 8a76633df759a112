from __future__ import annotations

import pytest

from core.database import Database
from core.identity import Actor, Role
from tests.core.conversations.make import add_actor
from tests.core.evals.making import bring_articles, open_case


@pytest.fixture
def rosa(database: Database) -> Actor:
    return add_actor(database, "rosa")


@pytest.fixture
def otto(database: Database) -> Actor:
    return add_actor(database, "otto")


@pytest.fixture
def sam(database: Database) -> Actor:
    return add_actor(database, "sam", Role.SPECIALIST)


@pytest.fixture
def mia(database: Database) -> Actor:
    return add_actor(database, "mia", Role.MANAGER)


@pytest.fixture
def conversation(database: Database) -> int:
    """An open conversation, over three articles."""
    bring_articles(database)
    return open_case(database)
