"""The offline model and vectors without one, so that a replay takes a moment."""

from __future__ import annotations

import pytest

from core.assist import equipment
from core.releases.replaying import staging
from tests.core.knowledge.making import WordEmbedder


@pytest.fixture(autouse=True)
def everywhere(embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same vectors for searching, replaying and releasing."""
    for module in (equipment, staging):
        monkeypatch.setattr(module, "get_embedder", lambda _settings: embedder)
