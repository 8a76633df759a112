"""A small billing system with a ledger, that can be told to misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

TOKEN = "canary-6f1e8b-token"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Billing", "version": "1"},
    "security": [{"token": []}],
    "paths": {
        "/customers/{email}/invoices": {
            "get": {
                "summary": "List invoices",
                "parameters": [
                    {"name": "email", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "state", "in": "query", "schema": {"enum": ["open", "paid"], "type": "string"}},
                ],
            }
        },
        "/invoices/{invoice}": {
            "get": {"summary": "Get invoice", "parameters": [{"$ref": "#/components/parameters/invoice"}]}
        },
        "/refunds": {
            "get": {
                "summary": "Find refunds",
                "parameters": [
                    {"name": "key", "in": "query", "required": True, "schema": {"type": "string"}}
                ],
            },
            "post": {
                "summary": "Create refund",
                "parameters": [
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string"},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refund"}}},
                },
            },
        },
        "/attachments": {
            "post": {
                "summary": "Add an attachment",
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {}}}},
            }
        },
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "parameters": {
            "invoice": {"name": "invoice", "in": "path", "required": True, "schema": {"type": "string"}}
        },
        "schemas": {
            "Refund": {
                "type": "object",
                "required": ["email", "invoice", "amount"],
                "properties": {
                    "email": {"type": "string"},
                    "invoice": {"type": "string", "maxLength": 40},
                    "amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 5000},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "notify": {"type": "boolean"},
                    "address": {"type": "object", "properties": {"city": {"type": "string"}}},
                    "lines": {"type": "array", "items": {"type": "object"}},
                },
            }
        },
    },
}


@dataclass
class Billing:
    """``mood`` says how the next requests are answered; ``ledger`` is what really happened."""

    mood: str = ""
    elsewhere: str = ""
    ledger: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/customers/{email}/invoices", self._guarded(self._invoices)),
                Route("/invoices/{invoice}", self._guarded(self._invoice)),
                Route("/refunds", self._guarded(self._find), methods=["GET"]),
                Route("/refunds", self._guarded(self._refund), methods=["POST"]),
                Route("/moved", self._guarded(self._invoice_of_move)),
                Route("/openapi.json", self._document),
                Route("/", self._guarded(self._home)),
            ]
        )

    def _guarded(self, handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            self.seen.append((request.method, str(request.url), dict(request.headers)))
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                given = request.headers.get("authorization", "nothing")
                return JSONResponse({"message": f"I do not accept {given}"}, 401)
            match self.mood:
                case "busy":
                    return JSONResponse({"message": "slow down"}, 429, {"Retry-After": "7"})
                case "refuses":
                    return JSONResponse({"detail": f"No refund left. You sent {TOKEN}."}, 422)
                case "moved":
                    return RedirectResponse("/moved", 307)
                case "elsewhere":
                    return RedirectResponse(self.elsewhere, 307)
                case "huge":
                    return PlainTextResponse("x" * 2_000_000)
                case "trickles":
                    return StreamingResponse(_drops(), media_type="text/plain")
            response: Response = await handler(request)
            match self.mood:
                case "drops":
                    request.receive.__self__.transport.abort()  # type: ignore[attr-defined]
                case "late":
                    await asyncio.sleep(4.0)
                case str(code) if code.isdigit():
                    return JSONResponse({"message": f"internal trouble with {TOKEN}"}, int(code))
            return response

        return guarded

    async def _home(self, _request: Request) -> Response:
        return JSONResponse({"status": "up"})

    async def _document(self, _request: Request) -> Response:
        return JSONResponse(DOCUMENT)

    async def _invoices(self, request: Request) -> Response:
        return JSONResponse([{"number": "INV-1", "owner": request.path_params["email"], "total": 29.0}])

    async def _invoice(self, request: Request) -> Response:
        if request.path_params["invoice"] != "INV-1":
            return JSONResponse({"message": "no such invoice"}, 404)
        left = 29.0 - sum(refund["amount"] for refund in self.ledger.values())
        return JSONResponse({"number": "INV-1", "left": left, "echo": TOKEN})

    async def _invoice_of_move(self, _request: Request) -> Response:
        return JSONResponse({"number": "INV-1", "moved": True})

    async def _find(self, request: Request) -> Response:
        found = self.ledger.get(request.query_params["key"])
        return JSONResponse({"data": [found] if found else []})

    async def _refund(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if key not in self.ledger:
            self.ledger[key] = {"id": f"R-{len(self.ledger) + 1}", **(await request.json())}
        return JSONResponse(self.ledger[key], 201, {"Location": f"/refunds/{self.ledger[key]['id']}"})


async def _drops() -> AsyncIterator[bytes]:
    """A body that keeps coming, byte by byte, for longer than anybody waits."""
    for _ in range(100):
        yield b"x"
        await asyncio.sleep(0.1)
