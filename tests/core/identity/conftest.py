"""People to act with, and hashes that do not take a quarter of a second each."""

from __future__ import annotations

from collections.abc import Iterator

import bcrypt
import pytest

from core.database import Database
from core.identity import SYSTEM, Actor, Person, Role, actor_of, add_person, passwords

PASSWORD = "a calm long password"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = bcrypt.gensalt
    monkeypatch.setattr(passwords.bcrypt, "gensalt", lambda: real(4))
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


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
