"""People who edit."""

from __future__ import annotations

import pytest

from core.database import Database
from core.identity import SYSTEM, Actor, Role, actor_of, add_person


def _person(database: Database, name: str, role: Role) -> Actor:
    with database.transaction() as session:
        return actor_of(
            add_person(
                SYSTEM,
                session=session,
                username=name.lower(),
                name=name,
                password="correct horse battery",
                role=role,
            )
        )


@pytest.fixture
def mia(database: Database) -> Actor:
    return _person(database, "Mia", Role.SPECIALIST)


@pytest.fixture
def tom(database: Database) -> Actor:
    return _person(database, "Tom", Role.SPECIALIST)


@pytest.fixture
def rep(database: Database) -> Actor:
    return _person(database, "Rita", Role.REP)
