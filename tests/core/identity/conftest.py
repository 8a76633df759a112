"""People to act with."""

from __future__ import annotations

import pytest

from core.database import Database
from core.identity import SYSTEM, Actor, Person, Role, actor_of, add_person

PASSWORD = "a calm long password"


def make(database: Database, username: str, role: Role, **fields: object) -> Person:
    with database.transaction() as session:
        return add_person(
            SYSTEM,
            session=session,
            username=username,
            name=username.capitalize(),
            password=PASSWORD,
            role=role,
            **fields,  # type: ignore[arg-type]
        )


@pytest.fixture
def rep(database: Database) -> Person:
    return make(database, "rosa", Role.REP)


@pytest.fixture
def admin(database: Database) -> Actor:
    return actor_of(make(database, "ada", Role.ADMIN))
