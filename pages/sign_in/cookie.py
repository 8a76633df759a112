"""The session cookie."""

from __future__ import annotations

from typing import Literal, TypedDict

from core.settings import Settings


class CookieOptions(TypedDict):
    key: str
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def cookie_name(settings: Settings) -> str:
    """Its name. The ``__Host-`` prefix makes browsers insist on HTTPS and this very host."""
    return "__Host-ratchet" if settings.production else "ratchet"


def cookie_options(settings: Settings) -> CookieOptions:
    """Everything but value and age, so that setting and deleting always name the same cookie."""
    return {
        "key": cookie_name(settings),
        "path": "/",
        "secure": settings.production,
        "httponly": True,
        "samesite": "lax",
    }
