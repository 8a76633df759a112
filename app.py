"""The server: `streamlit run app.py`. One ASGI app: the screens, a few routes, and what runs beside."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import ConfigurationError
from pages.process import close_process, get_process
from pages.sign_in.routes import routes

log = logging.getLogger("ratchet")

_COLLECT_EVERY = 60.0
_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class SecurityHeaders:
    """Tell browsers not to frame Ratchet in other sites, guess content types, or leak addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Start what the process shares, and stop it when the server stops."""
    try:
        await asyncio.to_thread(get_process().start)
    except ConfigurationError as error:
        log.critical("Ratchet cannot start: %s", error)
        close_process()
        raise SystemExit(1) from error
    # Streamlit collects all garbage after each script run: 200 ms with everything we import.
    # Instead, what exists now is never looked at again and the rest is collected once a minute
    # (config.toml switches Streamlit's own collection off).
    gc.collect()
    gc.freeze()
    collecting = asyncio.create_task(_collect_garbage())
    try:
        yield
    finally:
        collecting.cancel()
        with suppress(asyncio.CancelledError):
            await collecting
        await asyncio.to_thread(close_process)


async def _collect_garbage() -> None:
    while True:
        await asyncio.sleep(_COLLECT_EVERY)
        await asyncio.to_thread(gc.collect)


app = st.App("pages/router.py", routes=routes, middleware=[Middleware(SecurityHeaders)], lifespan=lifespan)
