"""Write the customers of an import batch: add who is new, fill up who is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from core.conversations.checking import customer_id_of, one_line
from core.conversations.records import ConversationRecord, CustomerRecord
from core.conversations.statements import (
    Rows,
    insert_rows,
    new_ids,
    select_known,
    table_of,
    update_rows,
)
from core.conversations.tables import Customer
from core.database import now

_CUSTOMER = table_of(Customer)
_TEXTS = {"name": 300, "email": 320, "phone": 64, "locale": 16, "time_zone": 64}


def write_customers(
    connection: Connection, records: Iterable[ConversationRecord], *, source: str
) -> dict[str, int]:
    """The keys of the records' customers, by their id in the source.

    What a record says of a customer replaces what is stored, facts one by one; what it leaves
    empty stays.
    """
    wanted: dict[str, dict[str, Any]] = {}
    for record in records:
        _merge(wanted.setdefault(customer_id_of(record), {}), record.customer)
    found = {row.external_id: row for row in select_known(connection, _CUSTOMER, source, wanted)}
    ids = {external_id: row.id for external_id, row in found.items()}

    fresh = [external_id for external_id in wanted if external_id not in found]
    inserts: Rows = []
    for external_id, key in zip(fresh, new_ids(connection, _CUSTOMER, len(fresh)), strict=True):
        ids[external_id] = key
        values = dict.fromkeys(_TEXTS, "") | {"facts": {}} | wanted[external_id]
        known_as = {"id": key, "source": source, "external_id": external_id, "created_at": now()}
        inserts.append(values | known_as)
    insert_rows(connection, _CUSTOMER, inserts)

    changes: Rows = []
    for external_id, row in found.items():
        stored = {name: getattr(row, name) for name in (*_TEXTS, "facts")}
        merged = stored | wanted[external_id]
        merged["facts"] = stored["facts"] | merged["facts"]
        if merged != stored:
            changes.append(merged | {"key": row.id})
    update_rows(connection, _CUSTOMER, changes)
    return ids


def _merge(values: dict[str, Any], customer: CustomerRecord) -> None:
    for name, limit in _TEXTS.items():
        if given := getattr(customer, name):
            values[name] = one_line(given.lower() if name == "email" else given, limit)
    if customer.facts:
        values["facts"] = values.get("facts", {}) | customer.facts
