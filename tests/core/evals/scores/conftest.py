"""The shipped criteria, and people who may see scores."""

from __future__ import annotations

import pytest

from core.criteria import ensure_criteria
from core.database import Database
from core.identity import Actor, Role
from tests.core.conversations.make import add_actor


@pytest.fixture(autouse=True)
def criteria(database: Database) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)


@pytest.fixture
def lucia(database: Database) -> Actor:
    return add_actor(database, "lucia", Role.SPECIALIST)


@pytest.fixture
def ingrid(database: Database) -> Actor:
    return add_actor(database, "ingrid", Role.MANAGER)


@pytest.fixture
def maeve(database: Database) -> Actor:
    return add_actor(database, "maeve")
