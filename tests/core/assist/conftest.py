"""Fixtures for drafts: a database with three articles, a rep, and runners that are closed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from agents import Model
from hypothesis import settings as examples

from core.assist import DraftRunner, Equipment
from core.database import Database
from core.identity import Actor
from core.settings import Settings, get_settings
from tests.core.assist.making import Provider, import_knowledge, rep

# No limit of time on one example: the first one loads tables of numbers, and machines are busy.
examples.register_profile("assist", deadline=None)
examples.load_profile("assist")


@pytest.fixture
def knowledge(database: Database) -> Database:
    import_knowledge(database)
    return database


@pytest.fixture
def settings(database: Database) -> Settings:
    return get_settings()


@pytest.fixture
def rita(database: Database) -> Actor:
    with database.transaction() as session:
        return rep(session)


@pytest.fixture
def runner_with(database: Database, settings: Settings) -> Iterator[Callable[..., DraftRunner]]:
    """Makes a runner whose runs use the given models, one after the other."""
    made: list[DraftRunner] = []

    def make(*models: Model, **options: Any) -> DraftRunner:
        equipment = Equipment(database, options.pop("settings", settings), Provider(*models), None)
        runner = DraftRunner(database, equipment.settings, equipment=equipment, **options)
        made.append(runner)
        return runner

    yield make
    for runner in made:
        runner.close()
