"""What drafting needs, put together from the settings."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from agents import ModelProvider

from core.database import Database
from core.errors import RatchetError
from core.llm import Embedder, get_embedder, model_provider
from core.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Equipment:
    """Where knowledge is, who writes, and how texts become vectors (None: search by words only)."""

    database: Database
    settings: Settings
    provider: ModelProvider
    embedder: Embedder | None = field(default=None)


def equip(database: Database, settings: Settings, *, provider: ModelProvider | None = None) -> Equipment:
    """The equipment the settings name. Loads the embedding model, about half a second.

    Without a usable embedder search goes on by words alone, which is worse but works.

    Raises:
        ConfigurationError: the settings do not name a usable model provider.
    """
    provider = provider or model_provider(settings)
    try:
        embedder: Embedder | None = get_embedder(settings)
    except RatchetError as error:
        log.warning("searching by words only: %s", error)
        embedder = None
    return Equipment(database, settings, provider, embedder)
