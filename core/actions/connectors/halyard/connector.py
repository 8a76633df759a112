"""The back office behind the connector contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlmodel import Session

from core.actions.connectors.halyard.accounts import find_account
from core.actions.connectors.halyard.catalogue import ACTIONS
from core.actions.connectors.halyard.incidents import incident_status, open_incident
from core.actions.connectors.halyard.keys import rotate_api_key
from core.actions.connectors.halyard.ledger import recall, record
from core.actions.connectors.halyard.lookups import (
    find_customer,
    get_subscription,
    list_invoices,
    list_payments,
)
from core.actions.connectors.halyard.mails import resend_invoice
from core.actions.connectors.halyard.plans import change_plan
from core.actions.connectors.halyard.prepared import Effect, Lookup, Prepared
from core.actions.connectors.halyard.refunds import refund_invoice
from core.actions.connectors.halyard.store import Store, open_store
from core.actions.connectors.halyard.trials import extend_trial
from core.actions.declaration import Action, ActionRefused, Call, Outcome, Preview
from core.database import now
from core.errors import NotFound
from core.settings import Settings

NAME = "halyard"

_LOOKUPS: Mapping[str, Lookup] = {
    "find_customer": find_customer,
    "list_invoices": list_invoices,
    "list_payments": list_payments,
    "get_subscription": get_subscription,
}
_EFFECTS: Mapping[str, Effect] = {
    "refund_invoice": refund_invoice,
    "resend_invoice": resend_invoice,
    "change_plan": change_plan,
    "extend_trial": extend_trial,
    "rotate_api_key": rotate_api_key,
    "open_incident": open_incident,
}


class HalyardConnector:
    """Halyard's accounts, invoices, plans, keys and incidents.

    Args:
        settings: ``home`` holds the file, ``action_timeout_seconds`` is the longest wait for its lock.
        clock: what time it is (aware); tests set their own.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = now) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def name(self) -> str:
        return NAME

    def actions(self) -> tuple[Action, ...]:
        return ACTIONS

    def preview(self, call: Call) -> Preview:
        """What the call would do now; see :class:`core.actions.Connector`."""
        with self._store.reading() as session:
            if call.action in _EFFECTS:
                return self._prepared(session, call, self._clock()).preview
            self._look_up(session, call)
            return Preview(effect=_action(call.action).title)

    def execute(self, call: Call) -> Outcome:
        """Look up, or carry out once: the same idempotency key gives the same outcome or refusal.

        Raises:
            ActionRefused: the rules say no, or a call with effects has no idempotency key.
            NotReached: the file cannot be used; nothing was changed.
            OutcomeUnknown: the commit was not confirmed.
        """
        if call.action not in _EFFECTS:
            with self._store.reading() as session:
                return self._look_up(session, call)
        if not call.idempotency_key:
            raise ActionRefused(f"{call.action} changes something, so it needs an idempotency key.")
        refusal: ActionRefused | None = None
        with self._store.transaction() as session:
            known = recall(session, call)
            if known is not None:
                return known
            at = self._clock()
            try:
                outcome = self._prepared(session, call, at).carry_out()
            except ActionRefused as error:  # raised before anything was changed
                refusal = error
                record(session, call, at=at, refusal=str(error))
            else:
                record(session, call, at=at, outcome=outcome)
        if refusal is not None:
            raise refusal
        return outcome

    def look_for(self, call: Call) -> Outcome | None:
        """What the ledger says of the call's key.

        Waits for a transaction that is writing now, so None means that it was not carried out and,
        unless somebody sends it again, will not be.
        """
        with self._store.transaction() as session:
            return recall(session, call)

    @property
    def _store(self) -> Store:
        return open_store(self._settings)

    def _prepared(self, session: Session, call: Call, at: datetime) -> Prepared:
        return _EFFECTS[call.action](session, find_account(session, call.account), call.arguments, at)

    def _look_up(self, session: Session, call: Call) -> Outcome:
        if call.action == "incident_status":  # public: everybody may ask, also without an account
            return incident_status(session, None, call.arguments, self._clock())
        _action(call.action)
        return _LOOKUPS[call.action](
            session, find_account(session, call.account), call.arguments, self._clock()
        )


def _action(name: str) -> Action:
    for action in ACTIONS:
        if action.name == name:
            return action
    raise NotFound(f"The back office has no action {name}.")
