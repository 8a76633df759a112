"""HTTP routes beside the screens: the session cookie, and whether the server is well."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import identity
from core.errors import RatchetError
from pages.process import get_process
from pages.sign_in.cookie import cookie_name, cookie_options

_LONGEST_BODY = 4096


async def start_session(request: Request) -> Response:
    """``POST /auth/session`` ``{"ticket": str}``: swap a one-time ticket for the session cookie.

    204 with the cookie; 403 from another site; 400 when the ticket is missing, used or expired.
    """
    if not _from_our_own_page(request):
        return _problem("This request did not come from Ratchet's own page.", 403)
    ticket = await _ticket_of(request)
    if not ticket:
        return _problem('Send JSON of the form {"ticket": "..."}.', 400)
    process = get_process()

    def exchange() -> str:
        with process.database.transaction() as session:
            return identity.exchange_ticket(ticket, session=session)

    try:
        token = await run_in_threadpool(exchange)
    except RatchetError as error:
        return _problem(str(error), 400)
    response = Response(status_code=204)
    age = process.settings.session_hours * 3600
    response.set_cookie(value=token, max_age=age, **cookie_options(process.settings))
    return response


async def end_session(request: Request) -> Response:
    """``POST /auth/sign-out``: end the cookie's session and delete the cookie. 204; 403 from elsewhere."""
    if not _from_our_own_page(request):
        return _problem("This request did not come from Ratchet's own page.", 403)
    process = get_process()
    token = request.cookies.get(cookie_name(process.settings), "")

    def end() -> None:
        with process.database.transaction() as session:
            identity.sign_out(token, session=session)

    if token:
        await run_in_threadpool(end)
    response = Response(status_code=204)
    response.delete_cookie(**cookie_options(process.settings))
    return response


async def health(_request: Request) -> Response:
    """``GET /healthz``: 200 when the database answers, 503 when not. For load balancers; needs no sign-in."""
    process = get_process()

    def ask() -> None:
        with process.database.reading() as session:
            session.execute(text("SELECT 1"))

    try:
        await run_in_threadpool(ask)
    except SQLAlchemyError:
        return JSONResponse({"status": "database unreachable"}, status_code=503)
    return JSONResponse({"status": "ok", "database": process.database.dialect})


routes = [
    Route("/auth/session", start_session, methods=["POST"]),
    Route("/auth/sign-out", end_session, methods=["POST"]),
    Route("/healthz", health, methods=["GET"]),
]


def _from_our_own_page(request: Request) -> bool:
    """Browsers name the page behind every POST; anything but our own host is somebody else's form."""
    origin = urlsplit(request.headers.get("origin", ""))
    site = request.headers.get("sec-fetch-site", "same-origin")
    return bool(origin.netloc) and origin.netloc == request.headers.get("host") and site == "same-origin"


async def _ticket_of(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            return ""
    try:
        content = json.loads(body)
    except ValueError:  # also what is not UTF-8
        return ""
    ticket = content.get("ticket") if isinstance(content, dict) else None
    return ticket if isinstance(ticket, str) else ""


def _problem(message: str, status: int) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status)
