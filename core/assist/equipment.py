"""What drafting needs, put together from the settings."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from agents import ModelProvider
from sqlmodel import Session

from core.actions import Catalogue, open_catalogue
from core.assist.instructions import INSTRUCTIONS
from core.assist.released import read_released
from core.database import Database
from core.errors import RatchetError
from core.llm import CallRecord, Embedder, UsageSink, get_embedder, model_provider, record_usage
from core.settings import Settings
from core.traces import Recorder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Equipment:
    """Where knowledge is, who writes and as it is told what, how texts become vectors (None: search by words
    only), who records.

    ``follows``: what is released takes the place of model and instructions, see :meth:`in_force`; False for
    whoever tries others.
    """

    database: Database
    settings: Settings
    provider: ModelProvider
    embedder: Embedder | None = field(default=None)
    recorder: Recorder | None = field(default=None)
    catalogue: Callable[[], Catalogue] | None = field(default=None)
    instructions: str = field(default=INSTRUCTIONS, repr=False)
    sink: UsageSink | None = field(default=None, repr=False)
    follows: bool = True
    opened: dict[str, ModelProvider] = field(default_factory=dict, repr=False, compare=False)
    """Providers of released models, by model."""

    def in_force(self, *, session: Session) -> Equipment:
        """The equipment with what is released at this moment. One small query.

        Raises:
            ConfigurationError: this process cannot use the released model; the message says what it lacks.
        """
        if not self.follows:
            return self
        released = read_released(session=session)
        settings = released.settings(self.settings)
        instructions = released.instructions or self.instructions
        if settings == self.settings:
            return self if instructions == self.instructions else replace(self, instructions=instructions)
        name = repr(sorted(released.model.items()))
        provider = self.opened.get(name)
        if provider is None:
            made = model_provider(settings, sink=self.sink, embedder=self.embedder)
            provider = self.opened.setdefault(name, made)
        return replace(self, settings=settings, provider=provider, instructions=instructions)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        for provider in [self.provider, *self.opened.values()]:
            await provider.aclose()

    def actions(self) -> Catalogue:
        """The catalogue of this moment. Asks the database; call it in a thread."""
        return self.catalogue() if self.catalogue else open_catalogue(self.database, self.settings)


class CallLog:
    """Model calls that are over and not stored yet. Adding never blocks; storing is done now and then."""

    def __init__(self) -> None:
        self._records: deque[CallRecord] = deque()

    def add(self, record: CallRecord) -> None:
        self._records.append(record)

    def store(self, *, session: Session) -> int:
        """Store what has gathered; returns how many calls."""
        count = 0
        while self._records:
            record_usage(self._records.popleft(), session=session)
            count += 1
        return count

    def __bool__(self) -> bool:
        return bool(self._records)


def equip(
    database: Database,
    settings: Settings,
    *,
    sink: UsageSink | None = None,
    recorder: Recorder | None = None,
) -> Equipment:
    """The equipment the settings name. Loads the embedding model, about half a second.

    Without a usable embedder search goes on by words alone, which is worse but works.

    Args:
        sink: is told of every model call.
        recorder: records every run as a trace; None: none is recorded.

    Raises:
        ConfigurationError: the settings do not name a usable model provider.
    """
    try:
        embedder: Embedder | None = get_embedder(settings)
    except RatchetError as error:
        log.warning("searching by words only: %s", error)
        embedder = None
    provider = model_provider(settings, sink=sink, embedder=embedder)
    return Equipment(database, settings, provider, embedder, recorder, sink=sink)
