"""Carry one request out: claim it, note that it leaves, call the system, note what came of it.

A process may die between any two of these. Before the claim nothing has happened. After it the
lease runs out and somebody else takes over: what never left is sent, what may have left is asked
about, and sent again, under the same key, only when the system is certain that it never happened.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from core.actions.catalogue import Catalogue
from core.actions.declaration import ActionRefused, Call, Connector, NotReached, OutcomeUnknown
from core.actions.execution.claims import Claim, note_leaving
from core.actions.execution.receipts import (
    ask_later,
    put_back,
    record_done,
    record_failed,
    record_unknown,
)
from core.actions.requests.rows import find_request
from core.actions.tables import ActionRequest
from core.database import Database
from core.errors import RatchetError
from core.identity import SYSTEM, Actor

MAX_TRIES = 4
"""Times a system may be out of reach before an attempt ends: as failed, or unknown if it may have left."""
MAX_CLAIMS = 10
"""Attempts after which a request that keeps killing its process is given up."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a claim lasts, and the first wait when the system is out of reach (it doubles)."""

    lease: timedelta = timedelta(seconds=60)
    first_wait: timedelta = timedelta(seconds=5)

    def wait(self, attempt: int) -> timedelta:
        """The wait after attempt number ``attempt`` (from 1)."""
        doublings: int = 2 ** min(max(attempt, 1) - 1, 10)
        return self.first_wait * doublings


def carry_out(claimed: Claim, *, database: Database, catalogue: Catalogue, timing: Timing) -> ActionRequest:
    """Bring a claimed request to its end, or put it back for later. Returns it as it is then."""
    try:
        connector, call = _prepared(claimed, catalogue)
    except RatchetError as error:
        return _cannot_begin(claimed, str(error), database=database)
    if claimed.may_have_left:
        settled = _ask(claimed, connector, call, database=database, timing=timing)
        if settled is not None:
            return settled
    if claimed.request.attempts > MAX_CLAIMS:
        reason = f"Given up after {MAX_CLAIMS} interrupted attempts. Nothing was changed."
        return record_failed(claimed, reason, database=database)
    return _send(claimed, connector, call, database=database, timing=timing)


def ask_about(
    claimed: Claim, *, database: Database, catalogue: Catalogue, actor: Actor = SYSTEM
) -> ActionRequest:
    """Ask the system what became of a claimed request that may have left; never repeats it here.

    When the system is certain that it never happened, the request is approved again.
    """
    try:
        connector, call = _prepared(claimed, catalogue)
        outcome = connector.look_for(call)
    except ActionRefused as error:
        return record_failed(claimed, str(error), database=database, actor=actor)
    except RatchetError as error:
        return record_unknown(claimed, str(error), database=database, actor=actor)
    except Exception as error:
        return record_unknown(claimed, _defect(claimed, error), database=database, actor=actor)
    if outcome is None:
        reason = "The system has never carried it out. It is being carried out now."
        return put_back(claimed, reason, database=database, fresh_count=True)
    return record_done(claimed, outcome, database=database, actor=actor)


def _prepared(claimed: Claim, catalogue: Catalogue) -> tuple[Connector, Call]:
    """The call, with the approved arguments.

    Raises:
        RatchetError: the action is gone, or its declaration no longer takes these arguments.
    """
    request = claimed.request
    action, connector = catalogue.get(request.action), catalogue.connector(request.action)
    if connector.name != request.connector:
        raise ActionRefused(f"{request.connector} no longer offers {request.action}.")
    clean = action.validate(request.arguments)
    return connector, Call(request.action, clean, claimed.account, request.idempotency_key)


def _cannot_begin(claimed: Claim, reason: str, *, database: Database) -> ActionRequest:
    if claimed.may_have_left:
        return record_unknown(claimed, f"{reason} It cannot be asked what became of it.", database=database)
    return record_failed(claimed, f"{reason} Nothing was changed.", database=database)


def _ask(
    claimed: Claim, connector: Connector, call: Call, *, database: Database, timing: Timing
) -> ActionRequest | None:
    """What became of an earlier attempt; None when the system is certain that it never happened."""
    try:
        outcome = connector.look_for(call)
    except ActionRefused as error:
        return record_failed(claimed, str(error), database=database)
    except OutcomeUnknown as error:
        return record_unknown(claimed, str(error), database=database)
    except NotReached as error:
        if claimed.request.attempts >= MAX_TRIES:
            return record_unknown(claimed, str(error), database=database)
        wait = timing.wait(claimed.request.attempts)
        return ask_later(claimed, str(error), database=database, wait=wait)
    except Exception as error:
        return record_unknown(claimed, _defect(claimed, error), database=database)
    return None if outcome is None else record_done(claimed, outcome, database=database)


def _send(
    claimed: Claim, connector: Connector, call: Call, *, database: Database, timing: Timing
) -> ActionRequest:
    if not note_leaving(claimed, database=database, lease=timing.lease):
        with database.reading() as session:
            return find_request(claimed.request.key, session=session)  # taken over: the other one sends it
    try:
        outcome = connector.execute(call)
    except ActionRefused as error:
        return record_failed(claimed, str(error), database=database)
    except NotReached as error:
        if claimed.request.attempts >= MAX_TRIES:
            return record_failed(claimed, f"{error} Nothing was changed.", database=database)
        wait = timing.wait(claimed.request.attempts)
        return put_back(claimed, str(error), database=database, wait=wait)
    except OutcomeUnknown as error:
        return record_unknown(claimed, str(error), database=database)
    except Exception as error:
        return record_unknown(claimed, _defect(claimed, error), database=database)
    return record_done(claimed, outcome, database=database)


def _defect(claimed: Claim, error: Exception) -> str:
    # A defect in a connector says nothing about what the system did: nobody knows.
    _log.exception("carrying out action request %s failed", claimed.request.id)
    return f"Defect while carrying it out: {type(error).__name__}: {error}"
