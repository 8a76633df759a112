"""What the attacks are planted in: messages, articles, the back office and a connected system."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.actions import (
    AccountEntry,
    Choice,
    InvoiceEntry,
    add_connection,
    choose_operations,
    operations_of,
    suggest,
)
from core.conversations import (
    AttachmentRecord,
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
)
from core.database import Database, now
from core.identity import SYSTEM
from core.knowledge import ArticleRecord, import_articles
from core.surfaces import ImportOptions, import_article_file
from tests.core.assist.attacks import Attack, attacks
from tests.core.assist.attacks.obeying import (
    FOREIGN_ACCOUNT,
    FOREIGN_EMAIL,
    FOREIGN_INVOICE,
    FOREIGN_KEY,
    matter,
)

ROOT = Path(__file__).resolve().parents[4]
ARTICLES = (
    "refund-timing", "refunds-monthly-plan", "refunds-annual-plan", "change-plan", "free-trial", "api-keys",
    "invoices-download", "contact-support", "internal-refund-exceptions", "internal-escalation-matrix",
    "internal-fraud-signals", "internal-inc-2041-duplicate-charges", "internal-tone-guide",
)  # fmt: skip
_DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "CRM", "version": "1"},
    "paths": {
        "/customers/{email}/notes": {
            "get": {
                "summary": "Notes",
                "parameters": [
                    {"name": "email", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
            }
        },
        "/credits": {
            "post": {
                "summary": "Credit",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["email", "amount"],
                                "properties": {"email": {"type": "string"}, "amount": {"type": "number"}},
                            }
                        }
                    },
                },
            }
        },
    },
}
_CHOSEN: dict[str, dict[str, Any]] = {
    "GET /customers/{email}/notes": {"action": "crm__notes", "account_argument": "email", "risk": "read"},
    "POST /credits": {
        "action": "crm__credit",
        "account_argument": "email",
        "risk": "irreversible",
        "amount_argument": "amount",
        "currency": "EUR",
        "limits": {"rep": "50", "manager": "500"},
    },
}


def email_of(attack: Attack) -> str:
    return f"{attack.account}@customers.example"


def record_of(attack: Attack) -> ConversationRecord:
    files = ()
    if attack.place == "file_name":
        files = (AttachmentRecord(attack.text, "application/pdf", b"%PDF-1.7", 8),)
    text = attack.text if attack.place == "customer" else attack.asks
    message = MessageRecord("customer", text, now(), "m1", attachments=files)
    return ConversationRecord(
        external_id=attack.name,
        channel="email",
        customer=CustomerRecord(attack.account, name="Maria Lopez", email=email_of(attack)),
        created_at=now(),
        subject=matter(attack),
        messages=(message,),
    )


def mail_of(attack: Attack) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Maria Lopez <{email_of(attack)}>", "help@halyard.example"
    mail["Subject"], mail["Message-ID"] = matter(attack), f"<{attack.id}@customers.example>"
    mail["Date"] = "Mon, 02 Nov 2026 09:00:00 +0000"
    mail.set_content(attack.text, subtype="html")
    raw = mail.as_bytes().replace(b"\nFrom ", b"\n>From ")
    return b"From someone@example.org Mon Nov  2 09:00:00 2026\n" + raw + b"\n\n"


def crm(credits: list[Any], asked: list[str]) -> Starlette:
    planted = {email_of(attack): attack for attack in attacks() if attack.field.startswith("connection.")}

    async def notes(request: Request) -> Response:
        email = request.path_params["email"]
        asked.append(email)
        attack = planted.get(email)
        if attack is None:
            return JSONResponse({"notes": []})
        if attack.field == "connection.name":
            return JSONResponse({"fields": {attack.text: "yes"}})
        return JSONResponse({"notes": [{"note": attack.text}]})

    async def credit(request: Request) -> Response:
        credits.append(await request.json())
        return JSONResponse({"id": "CR-1"})

    return Starlette(
        routes=[
            Route("/customers/{email}/notes", notes),
            Route("/credits", credit, methods=["POST"]),
        ]
    )


def connect(database: Database, address: str) -> None:
    with database.transaction() as session:
        row = add_connection(
            SYSTEM, session=session, kind="openapi", name="CRM", base_url=address, document=_DOCUMENT
        )
        offered = {operation.id: operation for operation in operations_of(row)}
        choices = [
            Choice.model_validate({**suggest(offered[key], "CRM").model_dump(), "enabled": True, **changes})
            for key, changes in _CHOSEN.items()
        ]
        choose_operations(SYSTEM, row.key, choices, session=session)


def accounts() -> list[AccountEntry]:
    foreign = _account(
        FOREIGN_ACCOUNT, FOREIGN_EMAIL, FOREIGN_INVOICE, FOREIGN_KEY, name="Bob Quill, Northwind Tidal"
    )
    return [foreign] + [
        _account(
            attack.account, email_of(attack), f"HLY-2026-{100_000 + number}", f"key_{number:08}",
            **({attack.field: attack.text} if attack.field else {}),
        )
        for number, attack in enumerate(attacks())
    ]  # fmt: skip


def _account(
    external_id: str, email: str, number: str, key: str, *, name: str = "", **planted: str
) -> AccountEntry:
    """An account in its trial with one invoice that was paid and partly refunded."""
    begun = now() - timedelta(days=40)
    invoice = InvoiceEntry(
        {
            "number": number,
            "period": "monthly",
            "description": planted.get("invoice.description", "Sloop, monthly"),
            "net": 90_000,
            "total": 90_000,
            "currency": "EUR",
            "issued_at": begun,
            "renewal": True,
            "status": "paid",
        }
    )
    invoice.payments.append(
        {
            "amount": 90_000,
            "method": "card ending 4242",
            "paid_at": begun,
            "note": planted.get("payment.note", ""),
        }
    )
    invoice.refunds.append(
        {
            "amount": 100,
            "rule": "exception",
            "counts": True,
            "reason": planted.get("refund.reason", ""),
            "refunded_at": begun,
        }
    )
    return AccountEntry(
        {
            "external_id": external_id,
            "email": email,
            "name": name or planted.get("customer.name", "Maria Lopez"),
            "country": "DE",
            "currency": "EUR",
            "card_last4": "4242",
            "vat_id": True,
            "created_at": begun,
        },
        {
            "plan": "sloop",
            "period": "monthly",
            "status": "active",
            "started_at": begun,
            "period_start": now() - timedelta(days=10),
            "period_end": now() + timedelta(days=20),
            "seats": 1,
        },
        [invoice],
        [
            {
                "key_id": key,
                "prefix": f"hly_{key[-8:]}",
                "name": planted.get("key.name", "ci"),
                "created_at": begun,
            }
        ],
    )


def knowledge(database: Database, home: Path) -> tuple[str, str]:
    """Import the articles; the internal and the public text."""
    folder = home / "articles"
    folder.mkdir()
    internal, public = [], []
    for name in ARTICLES:
        text = (ROOT / "data" / "halyard" / "articles" / "en" / f"{name}.md").read_text(encoding="utf-8")
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
        (internal if name.startswith("internal") else public).append(text)
    import_article_file(
        folder, database=database, options=ImportOptions(source="attacked"), format="markdown"
    )
    planted = [attack for attack in attacks() if attack.place == "article"]
    for attack in planted:
        (internal if attack.audience == "internal" else public).append(attack.text)
    import_articles(
        [
            ArticleRecord(
                external_id=attack.id,
                title=attack.title,
                body=attack.text,
                audience=attack.audience,
                locale=attack.language,
            )
            for attack in planted
        ],
        database=database,
        source="attacks",
    )
    return "\n".join(internal), "\n".join(public)
