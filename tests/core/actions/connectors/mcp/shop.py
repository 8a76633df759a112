"""A real MCP server over streamable HTTP, with a ledger and tools that can misbehave."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN = "canary-mcp-93d1-token"


@dataclass
class Shop:
    ledger: list[dict[str, Any]] = field(default_factory=list)
    mood: str = ""
    description: str = "Give money back for an order."
    authorizations: set[str] = field(default_factory=set)

    def app(self) -> ASGIApp:
        server = MCPServer("shop")

        @server.tool(annotations=ToolAnnotations(read_only_hint=True))
        def find_order(email: str, order: str | None = None) -> dict[str, Any]:
            """Look up the orders of a customer."""
            return {"orders": [{"number": order or "O-1", "owner": email, "echo": TOKEN}]}

        @server.tool()
        def find_by_key(key: str) -> dict[str, Any]:
            """What became of a call."""
            return {"found": [entry for entry in self.ledger if entry["key"] == key]}

        @server.tool(description=self.description)
        async def give_back(email: str, order: str, amount: float, key: str) -> dict[str, Any]:
            if self.mood == "refuses":
                raise ToolError(f"more than was paid, says {TOKEN}")
            self.ledger.append({"email": email, "order": order, "amount": amount, "key": key})
            if self.mood == "late":
                await asyncio.sleep(4)
            if self.mood == "fails":
                raise RuntimeError("the printer of receipts is out of paper")
            return {"receipt": f"G-{len(self.ledger)}"}

        @server.tool()
        def send_files(files: list[str]) -> str:
            """Send files."""
            return f"{len(files)} sent"

        app = server.streamable_http_app(json_response=False)

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                headers = dict(scope["headers"])
                self.authorizations.add(headers.get(b"authorization", b"").decode())
                if self.mood == "down":
                    await send({"type": "http.response.start", "status": 503, "headers": []})
                    await send({"type": "http.response.body", "body": b""})
                    return
            await app(scope, receive, send)

        return guarded
