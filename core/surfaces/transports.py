"""How a reply leaves: into a folder, or to an HTTP endpoint. Both honour the idempotency key."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Protocol

import httpx2

from core.database import now
from core.errors import ConfigurationError, RatchetError
from core.settings import Settings

TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
MAX_RETRY_AFTER = timedelta(hours=1)
_TRY_LATER = frozenset({408, 409, 425, 429})
_SHOWN_BYTES = 300
_ADDRESS = re.compile(r"""([^\s@<>()\[\],;:\\"]+)@([^\s@<>()\[\],;:\\"]+)""")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One reply to deliver. ``key`` stays the same however often it is tried."""

    key: str
    payload: Mapping[str, Any]


class Undeliverable(RatchetError):
    """This reply will not arrive as it is, however often it is tried; a person must look."""


class TryLater(RatchetError):
    """It did not arrive now. ``after`` is how long the other side asked to be left alone."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Transport(Protocol):
    """A way out."""

    def deliver(self, parcel: Parcel) -> str:
        """Deliver, and return a receipt. A parcel whose key was delivered before changes nothing.

        Raises:
            Undeliverable: trying again would not help.
            TryLater: it may arrive next time, with the same key.
        """
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def transport_for(settings: Settings) -> Transport:
    """The transport the settings name.

    Raises:
        ConfigurationError: ``webhook`` without an http(s) address.
    """
    if settings.delivery == "local":
        return LocalTransport(settings.home / "delivered", organisation=settings.organisation)
    if not settings.delivery_url.startswith(("http://", "https://")):
        raise ConfigurationError(
            "RATCHET_DELIVERY is webhook, but RATCHET_DELIVERY_URL is not an http:// or https:// address."
        )
    return WebhookTransport(settings.delivery_url)


class LocalTransport:
    """Writes one file per reply, named by its key: ``.eml`` for e-mail, ``.json`` for everything else."""

    def __init__(self, folder: Path, *, organisation: str) -> None:
        self._folder = folder
        self._organisation = organisation

    def deliver(self, parcel: Parcel) -> str:
        if parcel.payload["channel"] == "email":
            suffix, content = ".eml", _as_mail(parcel, self._organisation)
        else:
            body = {"idempotency_key": parcel.key, **parcel.payload}
            suffix, content = ".json", json.dumps(body, ensure_ascii=False, indent=1).encode()
        path = self._folder / f"{parcel.key}{suffix}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_once(path, content)
        except OSError as error:
            raise TryLater(f"The folder for delivered replies cannot be written: {error.strerror}") from error
        return path.name

    def close(self) -> None:
        """Nothing is held open."""


class WebhookTransport:
    """Posts JSON with an ``Idempotency-Key`` header. Redirects are not followed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    def deliver(self, parcel: Parcel) -> str:
        headers = {"Idempotency-Key": parcel.key, "Content-Type": "application/json"}
        content = json.dumps({"idempotency_key": parcel.key, **parcel.payload}, ensure_ascii=False).encode()
        try:
            with self._client.stream("POST", self._url, content=content, headers=headers) as response:
                if response.is_success:
                    return f"HTTP {response.status_code}"
                said = f"HTTP {response.status_code} {_start_of(response)}".strip()
        except httpx2.TimeoutException as error:
            raise TryLater("The endpoint did not answer in time.") from error
        except httpx2.TransportError as error:
            raise TryLater(f"The endpoint could not be reached: {error}") from error
        if response.status_code >= 500 or response.status_code in _TRY_LATER:
            raise TryLater(f"The endpoint answered {said}", after=_retry_after(response))
        raise Undeliverable(f"The endpoint refused it: {said}")

    def close(self) -> None:
        self._client.close()


def _write_once(path: Path, content: bytes) -> None:
    """Make the file whole or not at all; leave it alone when it is there."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        with suppress(FileExistsError):  # another process delivered the same key a moment ago
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)
    for leftover in path.parent.glob(f".{path.name}.*"):  # of an attempt that was killed
        leftover.unlink(missing_ok=True)


def _as_mail(parcel: Parcel, organisation: str) -> bytes:
    payload = parcel.payload
    address = _ADDRESS.fullmatch(str(payload["to"]))
    if address is None:
        raise Undeliverable("The customer has no usable e-mail address.")
    mail = EmailMessage(policy=SMTP)
    mail["To"] = Address(_flat(payload["to_name"]), *address.groups())
    mail["From"] = Address(f"{_flat(payload['author'])} ({_flat(organisation)})", "support", "localhost")
    mail["Subject"] = _reply_subject(_flat(payload["subject"]))
    mail["Message-ID"] = f"<{parcel.key}@ratchet.invalid>"
    mail["Date"] = datetime.fromisoformat(payload["written_at"])
    if asked := _flat(payload["in_reply_to"]):
        reference = asked if asked.startswith("<") else f"<{asked}>"
        mail["In-Reply-To"] = mail["References"] = reference
    mail.set_content(payload["text"])
    return mail.as_bytes()


def _reply_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".rstrip(": ")


def _flat(value: object) -> str:
    """Header text: one line, nothing a header could be split with."""
    return " ".join("".join(char if char.isprintable() else " " for char in str(value)).split())


def _start_of(response: httpx2.Response) -> str:
    with suppress(httpx2.HTTPError):
        for chunk in response.iter_bytes():
            return _flat(chunk[:_SHOWN_BYTES].decode("utf-8", "replace"))
    return ""


def _retry_after(response: httpx2.Response) -> timedelta | None:
    """What ``Retry-After`` asks for, in seconds or as a date; at most an hour."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return min(timedelta(seconds=int(value[:9])), MAX_RETRY_AFTER)
    try:
        wait = datetime.strptime(value, "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=now().tzinfo) - now()
    except ValueError:
        return None
    return max(timedelta(), min(wait, MAX_RETRY_AFTER))
