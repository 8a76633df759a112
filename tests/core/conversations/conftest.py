from __future__ import annotations

import pytest

from core.conversations.queue_counts import forget_counts
from core.database import Database
from core.identity import Actor, Role
from tests.core.conversations.make import add_actor, load, record, stored_id


@pytest.fixture
def rep(database: Database) -> Actor:
    return add_actor(database, "rosa")


@pytest.fixture
def other_rep(database: Database) -> Actor:
    return add_actor(database, "otto")


@pytest.fixture
def admin(database: Database) -> Actor:
    return add_actor(database, "anna", Role.ADMIN)


@pytest.fixture
def conversation_id(database: Database) -> int:
    """A conversation with one customer message."""
    load(database, [record()])
    return stored_id(database)


@pytest.fixture(autouse=True)
def _count_anew() -> None:
    forget_counts()
