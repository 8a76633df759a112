"""A draft at once, for the command line and benchmarks: nothing is stored."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.assist.context import Utterance, assemble
from core.assist.drafting import draft, timed
from core.assist.equipment import Equipment, equip
from core.assist.failures import explain
from core.assist.result import DraftResult
from core.assist.running.loop import shared_loop
from core.database import Database
from core.errors import InvalidInput, ProviderError, RatchetError
from core.settings import Settings

_lock = threading.Lock()
_latest: Equipment | None = None


def draft_now(
    messages: Sequence[Utterance | Mapping[str, str]],
    *,
    database: Database,
    settings: Settings,
    locale: str | None = None,
    equipment: Equipment | None = None,
) -> DraftResult:
    """Draft a reply to a conversation that need not be stored, and wait for it.

    Args:
        messages: oldest first; mappings hold ``author`` (``customer``, ``rep`` or ``assistant``), ``text``
            and perhaps ``name``.
        locale: language of the reply; None detects it.
        equipment: use this instead of what the settings name. Otherwise the model client and the
            embedder are made once and kept for the next call with the same database and settings.

    Raises:
        InvalidInput: no customer message, or an unknown author.
        ProviderError: the model failed; the message is fit to be shown.
        ConfigurationError: the settings do not name a usable model.
    """
    utterances = [_utterance(message) for message in messages]
    if not any(each.author == "customer" and each.text.strip() for each in utterances):
        raise InvalidInput("There is no message of a customer to answer.")
    equipment = equipment or _equipment(database, settings)
    context, reading = timed(
        lambda: assemble(utterances, organisation=settings.organisation, locale=locale or "")
    )
    try:
        result = shared_loop().submit(draft(context, equipment=equipment)).result()
        assert isinstance(result, DraftResult)  # noqa: S101 - nothing can be proposed without a stored draft
    except RatchetError:
        raise
    except Exception as error:
        raise ProviderError(explain(error)) from error
    return replace(result, stages={"context": reading, **result.stages})


def _utterance(message: Utterance | Mapping[str, str]) -> Utterance:
    if isinstance(message, Utterance):
        return message
    author, text = message.get("author"), message.get("text")
    if author not in ("customer", "rep", "assistant") or not isinstance(text, str):
        raise InvalidInput("A message needs an author (customer, rep or assistant) and a text.")
    return Utterance("customer" if author == "customer" else "rep", text, message.get("name") or "")


def _equipment(database: Database, settings: Settings) -> Equipment:
    global _latest
    with _lock:
        if _latest is None or _latest.database is not database or _latest.settings is not settings:
            _latest = equip(database, settings)
        return _latest
