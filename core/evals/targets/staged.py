"""The whole way to a draft on a stage: a layer in which a change is made that nobody else sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from core.database import Database
from core.errors import Conflict
from core.evals.targets.assist import AssistTarget, open_assist_on
from core.evals.targets.registry import Asked, target

STAGED = "staged"
REPLAY = "replay"
"""The part of a run's changes that names its stage."""

_stages: dict[str, Database] = {}
_lock = Lock()


@contextmanager
def staging(name: str, layer: Database) -> Iterator[None]:
    """Let runs of this process that name the stage be answered in ``layer``.

    Raises:
        Conflict: there is a stage of this name.
    """
    with _lock:
        if name in _stages:
            raise Conflict("This replay is being worked on already.")
        _stages[name] = layer
    try:
        yield
    finally:
        with _lock:
            del _stages[name]


@target(STAGED, offered=False)
def open_staged(asked: Asked) -> AssistTarget:
    """See the module. What is asked costs goes to the base, and so does the build.

    Raises:
        Conflict: the stage is not set up in this process.
        ConfigurationError: the settings do not name a usable model.
    """
    layer = _stages.get(str(asked.changes.get(REPLAY, "")))
    if layer is None:
        raise Conflict("This run belongs to a replay, which has ended. Start the replay again.")
    return open_assist_on(layer, replace(asked, changes={}))
