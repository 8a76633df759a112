"""A kind of classifier that obeys the test, and people."""

from __future__ import annotations

import pytest

from core.classifiers import Services, kind, opening
from core.criteria import ensure_criteria
from core.database import Database
from core.identity import Actor, Role
from core.llm import Embedder
from core.settings import get_settings
from tests.core.classifiers.live.making import FakeKind, FakeModel
from tests.core.conversations.make import add_actor


def _no_embedder() -> Embedder:
    raise AssertionError("nothing here needs vectors")


@pytest.fixture(autouse=True)
def fake_kind(database: Database, monkeypatch: pytest.MonkeyPatch) -> FakeKind:
    with database.transaction() as session:
        ensure_criteria(session=session)
    made = FakeKind()
    monkeypatch.setitem(kind._KINDS, "fake", made)
    monkeypatch.setattr(FakeModel, "down", "")
    monkeypatch.setattr(FakeModel, "poison", "")
    monkeypatch.setattr(FakeModel, "asked", [])
    opening._opened.clear()
    return made


@pytest.fixture
def services(database: Database) -> Services:
    return Services(get_settings(), _no_embedder)


@pytest.fixture
def lucia(database: Database) -> Actor:
    return add_actor(database, "lucia", Role.SPECIALIST)


@pytest.fixture
def maeve(database: Database) -> Actor:
    return add_actor(database, "maeve")
