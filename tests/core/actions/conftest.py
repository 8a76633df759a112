"""A conversation, one person of each role, and the scripted system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.actions import Catalogue, Executor
from core.database import Database
from core.identity import Actor, Role
from tests.core.actions.scripted import Scripted
from tests.core.conversations.make import add_actor, load, record, stored_id


@pytest.fixture
def conversation(database: Database) -> int:
    load(database, [record()])
    return stored_id(database)


@pytest.fixture
def rep(database: Database) -> Actor:
    return add_actor(database, "maeve")


@pytest.fixture
def specialist(database: Database) -> Actor:
    return add_actor(database, "lucia", Role.SPECIALIST)


@pytest.fixture
def manager(database: Database) -> Actor:
    return add_actor(database, "ingrid", Role.MANAGER, time_zone="Europe/Berlin")


@pytest.fixture
def system() -> Scripted:
    return Scripted()


@pytest.fixture
def catalogue(system: Scripted) -> Catalogue:
    return Catalogue([system])


@pytest.fixture
def executor(database: Database, catalogue: Catalogue) -> Iterator[Executor]:
    made = Executor(
        database,
        lambda: catalogue,
        executor_id="test",
        lease=timedelta(milliseconds=60),
        first_wait=timedelta(milliseconds=1),
    )
    yield made
    made.close()
