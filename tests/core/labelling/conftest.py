"""A specialist who makes queues and two reps who label."""

from __future__ import annotations

import pytest

from core.criteria import ensure_criteria
from core.database import Database
from core.identity import Actor, Role
from tests.core.conversations.make import add_actor


@pytest.fixture
def lucia(database: Database) -> Actor:
    with database.transaction() as session:
        ensure_criteria(session=session)
    return add_actor(database, "lucia", Role.SPECIALIST)


@pytest.fixture
def maeve(lucia: Actor, database: Database) -> Actor:
    return add_actor(database, "maeve")


@pytest.fixture
def jonas(maeve: Actor, database: Database) -> Actor:
    return add_actor(database, "jonas")
