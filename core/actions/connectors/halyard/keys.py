"""Rotate an API key."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.actions.connectors.halyard.accounts import key_of
from core.actions.connectors.halyard.formats import Moment, format_value
from core.actions.connectors.halyard.prepared import Prepared, digest
from core.actions.connectors.halyard.statements import say, tell
from core.actions.connectors.halyard.tables import ApiKey, Customer
from core.actions.declaration import ActionRefused, Outcome, Preview

OLD_KEY_WORKS = timedelta(hours=24)
_LEAK = (
    "If the key has leaked, do not rotate it: the old key would keep working for 24 hours. "
    "The customer must revoke it at once."
)


def rotate_api_key(
    session: Session, customer: Customer, arguments: Mapping[str, Any], at: datetime
) -> Prepared:
    """A new key takes the place of the old one, which works for 24 more hours.

    Only the visible parts are made and kept here; the customer reads the key itself in the dashboard.

    Raises:
        ActionRefused: not this customer's key, or one that was rotated or revoked before.
    """
    old = key_of(session, customer, str(arguments["key"]))
    if old.status != "active":
        raise ActionRefused(f"The key {old.key_id} was {old.status} already.")
    until = at + OLD_KEY_WORKS
    name = f"{old.key_id} ({old.prefix}...)"
    preview = Preview(
        effect=f"Rotate the API key {name}: a new key replaces it, and the old one works for 24 more hours.",
        before={"Key": f"{name}, active"},
        after={"Key": "a new key, active", "Old key": f"{name}, works for 24 more hours"},
        facts=digest(old.key_id, old.status, old.scopes),
        warnings=(_LEAK,),
        policy="A rotation keeps the old key for 24 hours; a leaked key is revoked at once, never rotated.",
        policy_article="leaked-api-key",
    )

    def carry_out() -> Outcome:
        old.status, old.works_until = "rotated", until
        new = ApiKey(
            customer_id=customer.key,
            key_id=f"key_{secrets.token_hex(4)}",
            prefix=f"{old.prefix[:9]}{secrets.token_hex(2)[:3]}",
            name=old.name,
            scopes=old.scopes,
            created_at=at,
            replaces_id=old.id,
        )
        session.add_all([old, new])
        session.flush()
        return Outcome(
            result={"new_key": new.key_id, "old_key": old.key_id, "old_key_works_until": until.isoformat()},
            summary=f"Rotated {old.key_id}; the old key works until {format_value(Moment(until), 'en')}.",
            reference=new.key_id,
            statements=tell(say("key_rotated", key=old.key_id), say("old_key_until", until=Moment(until))),
        )

    return Prepared(preview, carry_out)
