from __future__ import annotations

import pytest

from core.database import Database
from core.evals.targets import registry
from tests.core.evals.running.making import TARGET, Script, opener


@pytest.fixture
def script(database: Database, monkeypatch: pytest.MonkeyPatch) -> Script:
    """How the target ``scripted`` answers."""
    made = Script()
    monkeypatch.setitem(registry._TARGETS, TARGET, opener(made, database))
    return made
