"""Two specialists and a classifier that answers ``want``."""

from __future__ import annotations

import pytest

from core.classifiers import create_classifier
from core.classifiers.tables import Classifier
from core.database import Database
from core.identity import Actor, Role
from tests.core.classifiers.authoring.making import publish
from tests.core.conversations.make import add_actor


@pytest.fixture
def lucia(database: Database) -> Actor:
    return add_actor(database, "lucia", Role.SPECIALIST)


@pytest.fixture
def tomasz(database: Database, lucia: Actor) -> Actor:
    return add_actor(database, "tomasz", Role.SPECIALIST)


@pytest.fixture
def classifier(database: Database, lucia: Actor) -> Classifier:
    publish(database)
    with database.transaction() as session:
        return create_classifier(
            lucia,
            session=session,
            name="want",
            title="What they want",
            criterion_name="want",
            kind="examples",
        )
