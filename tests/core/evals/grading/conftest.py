"""Fixtures: criteria, graders that obey, people who may hold out."""

from __future__ import annotations

import pytest

from core.classifiers import Services, kind, opening
from core.criteria import ensure_criteria
from core.database import Database
from core.settings import Settings
from tests.core.evals.expecting.making import no_embedder
from tests.core.evals.grading.making import SayingKind, SayingModel


@pytest.fixture(autouse=True)
def saying(database: Database, monkeypatch: pytest.MonkeyPatch) -> SayingKind:
    """Prompt classifiers that say what the text tells them to."""
    with database.transaction() as session:
        ensure_criteria(session=session)
    made = SayingKind()
    monkeypatch.setitem(kind._KINDS, "prompt", made)
    monkeypatch.setattr(SayingModel, "down", "")
    monkeypatch.setattr(SayingModel, "flips", False)
    monkeypatch.setattr(SayingModel, "asked", [])
    opening._opened.clear()
    return made


@pytest.fixture
def services() -> Services:
    return Services(Settings(_env_file=None), no_embedder)
