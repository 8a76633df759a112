"""Why a step ended: by itself, by an error, or because somebody stopped it."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from agents.tracing import Span as SDKSpan

from core.traces.steps import step_of

_STOPPED = (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt, SystemExit)


def exception_in_flight() -> BaseException | None:
    """The exception that unwinds the caller's block at this moment, if any.

    The SDK closes a span in the same way whether its block was left normally or by an exception, and
    tells processors nothing about it. Python knows.
    """
    return sys.exception()


def status_of(cause: BaseException) -> str:
    """How a step ended that ``cause`` ended: cancelled or error."""
    return "cancelled" if isinstance(cause, _STOPPED) else "error"


def cause_of_end(span: SDKSpan[Any], cause: BaseException | None) -> tuple[str, str, str]:
    """Status, a short error without raw text, and the details, which may hold raw text.

    Args:
        cause: what unwinds the block of the span, see :func:`exception_in_flight`.
    """
    step = step_of(span.span_data)
    if step is not None and step.status:
        return step.status, step.error, ""
    if cause is not None and status_of(cause) == "cancelled":
        return "cancelled", "", ""
    reported = span.error
    if reported:
        details = (reported.get("data") or {}).get("error", "")
        name = type(cause).__name__ if cause is not None else ""
        message = str(reported.get("message", ""))[:200]
        return "error", f"{message} ({name})" if name else message, str(details)
    if cause is not None:
        return "error", type(cause).__name__, str(cause)
    return "ok", "", ""
