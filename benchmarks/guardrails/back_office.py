"""The guardrails on tools, tried where they are enforced: in the actions room and the sample back office."""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.actions import (
    Account,
    AccountEntry,
    ActionRefused,
    Call,
    Catalogue,
    InvoiceEntry,
    Preview,
    approve,
    fill_back_office,
    open_catalogue,
    propose,
    rule,
)
from core.conversations import ConversationRecord, CustomerRecord, MessageRecord, find_conversation
from core.conversations import import_conversations as load
from core.database import Database, migrate
from core.errors import Conflict
from core.identity import SYSTEM, Actor, Person, Role, actor_of
from core.settings import Settings

_DAY = timedelta(days=1)
_keys = itertools.count()


def above_limit(fields: Mapping[str, Any]) -> bool:
    """Whether the authority forbids a role to approve an action over an amount."""
    action = _catalogue().get(fields["action"])
    amount = fields.get("amount")
    preview = Preview(
        effect="as in the case",
        amount=None if amount is None else Decimal(str(amount)),
        currency="EUR",
        counted_before=Decimal(str(fields.get("before", 0))),
        counts=fields.get("counts", True),
    )
    coming = Decimal(str(fields.get("on_its_way", 0)))
    return not rule(action, Role(fields["role"]), preview, on_its_way=coming).allowed


def of_another(fields: Mapping[str, Any]) -> bool:
    """Whether the back office refuses a call for the customer of the conversation."""
    catalogue = _catalogue()
    action = catalogue.get(fields["action"])
    account = Account(**fields["account"])
    try:
        call = Call(action.name, action.validate(fields.get("arguments", {})), account)
        connector = catalogue.connector(action.name)
        connector.execute(call) if action.reads_only else connector.preview(call)
    except ActionRefused:
        return True
    return False


def stale(fields: Mapping[str, Any]) -> bool:
    """Whether an approval is refused after something happened in the back office since the proposal."""
    with _office() as (catalogue, database, conversation, manager):
        request = propose(
            SYSTEM,
            conversation,
            fields["action"],
            fields["arguments"],
            database=database,
            catalogue=catalogue,
        )
        for event in fields["meanwhile"]:
            _happen(catalogue, event)
        try:
            approve(manager, request.key, database=database, catalogue=catalogue, revision=request.revision)
        except (Conflict, ActionRefused):
            return True
        return False


def _happen(catalogue: Catalogue, event: Mapping[str, Any]) -> None:
    """Somebody else uses the back office: looks something up, or carries something out."""
    who = event.get("who", "ada")
    action = catalogue.get(event["action"])
    call = Call(
        action.name,
        action.validate(event.get("arguments", {})),
        Account(f"{who}@one.example", f"cus_{who}"),
        "" if action.reads_only else f"event-{next(_keys)}",
    )
    catalogue.connector(action.name).execute(call)


@cache
def _catalogue() -> Catalogue:
    """Over one back office that no case changes."""
    folder = Path(tempfile.mkdtemp(prefix="ratchet-guardrails-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = Settings(home=folder)
    fill_back_office(settings, accounts(), [])
    return open_catalogue(_database(), settings)


@contextmanager
def _office() -> Iterator[tuple[Catalogue, Database, int, Actor]]:
    """A back office of its own, and a conversation with Ada that a manager works on."""
    with tempfile.TemporaryDirectory(prefix="ratchet-guardrails-") as folder:
        settings = Settings(home=Path(folder))
        fill_back_office(settings, accounts(), [])
        database = _database()
        number = next(_keys)
        said = MessageRecord("customer", "Can you help me?", datetime.now(UTC))
        record = ConversationRecord(
            external_id=f"case-{number}",
            channel="chat",
            customer=CustomerRecord("cus_ada", name="Ada Berg", email="ada@one.example"),
            messages=(said,),
            created_at=said.created_at,
        )
        load([record], database=database, source="cases")
        with database.transaction() as session:
            person = Person(username=f"m{number}", name="Ingrid", role=Role.MANAGER.value, password_hash="x")
            session.add(person)
            session.flush()
            manager = actor_of(person)
        with database.reading() as session:
            conversation = find_conversation(SYSTEM, "cases", f"case-{number}", session=session).key
        yield open_catalogue(database, settings), database, conversation, manager


@cache
def _database() -> Database:
    folder = Path(tempfile.mkdtemp(prefix="ratchet-guardrails-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(f"sqlite:///{folder}/ratchet.sqlite")
    atexit.register(database.dispose)
    migrate(database)
    return database


def accounts() -> list[AccountEntry]:
    """Ada and Ben pay monthly for Sloop, Tess is in a trial. Numbers: 1 first, 2 paid twice, 3 renewal."""
    start = datetime.now(UTC) - 5 * _DAY
    found = []
    for place, who in enumerate(("ada", "ben", "tess"), start=1):
        trial = who == "tess"
        invoices = [] if trial else [_invoice(place, number, start) for number in (1, 2, 3)]
        found.append(
            AccountEntry(
                {
                    "external_id": f"cus_{who}", "email": f"{who}@one.example", "name": who.title(),
                    "country": "IE", "currency": "EUR", "card_last4": "4242", "sites": 1, "storage_gb": 2,
                    "databases": 1, "created_at": start,
                },
                {
                    "plan": "sloop", "period": "" if trial else "monthly",
                    "status": "trial" if trial else "active",
                    "started_at": start, "period_start": start, "period_end": start + 30 * _DAY,
                    "trial_ends_at": start + 14 * _DAY if trial else None,
                },
                invoices,
                [{"key_id": f"key_{who}0001", "prefix": f"hly_live_{who[:3]}", "created_at": start}],
            )
        )  # fmt: skip
    return found


def _invoice(place: int, number: int, start: datetime) -> InvoiceEntry:
    issued = start - (number - 1) * 30 * _DAY
    values = {
        "number": f"HLY-2026-00{place}00{number}", "period": "monthly", "net": 2900, "total": 2900,
        "currency": "EUR", "issued_at": issued, "first_payment": number == 1, "renewal": number != 1,
    }  # fmt: skip
    payment = {"amount": 2900, "method": "card ending 4242", "paid_at": issued}
    return InvoiceEntry(values, [payment] * (2 if number == 2 else 1))
