"""The secret of a connection: read from the environment when it is needed, taken out of everything else.

Only variables that begin with ``RATCHET_CONNECTION_`` may be named. Otherwise whoever manages
connections could have any variable of the server, its signing key for example, sent to an
address of their choice.
"""

from __future__ import annotations

import base64
import json
import os
import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, quote_plus

from core.actions.declaration import NotReached
from core.errors import InvalidInput

PREFIX = "RATCHET_CONNECTION_"
_NAME = re.compile(rf"{PREFIX}[A-Z0-9_]{{1,60}}")
_SHORTEST = 8
_GONE = "[secret]"

SecretState = Literal["not needed", "set", "not set"]


def check_secret_name(name: str) -> str:
    """``name`` without blanks, if it may hold a secret of a connection; empty stays empty.

    Raises:
        InvalidInput: it is not a name that connections may read.
    """
    name = name.strip()
    if name and not _NAME.fullmatch(name):
        raise InvalidInput(
            f"The secret's variable must begin with {PREFIX} and go on in capitals, digits and "
            f"underscores, for example {PREFIX}BILLING. Give the name of the variable, not the secret."
        )
    return name


def secret_state(name: str) -> SecretState:
    """Whether the variable is set in this process's environment. Never what it holds."""
    if not name:
        return "not needed"
    return "set" if os.environ.get(name, "").strip() else "not set"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret for the time of one call. Its ``repr`` does not show it."""

    name: str
    value: str = field(default="", repr=False)

    def scrub(self, text: str) -> str:
        """``text`` without the secret, in any form in which it was sent."""
        for form in self._forms():
            text = text.replace(form, _GONE)
        return text

    def scrub_json(self, value: Any) -> Any:
        """The same for a JSON value, keys included."""
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, dict):
            return {self.scrub(str(key)): self.scrub_json(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.scrub_json(item) for item in value]
        return value

    def _forms(self) -> list[str]:
        if not self.value:
            return []
        plain = self.value.encode()
        forms = {
            self.value,
            quote(self.value, safe=""),
            quote_plus(self.value),
            json.dumps(self.value)[1:-1],
            base64.b64encode(plain).decode(),
        }
        return sorted(forms, key=len, reverse=True)


def read_secret(name: str) -> Secret:
    """The secret in the variable ``name``; an empty one when no name is given.

    Raises:
        NotReached: the variable is not set, or holds nothing that can be a secret.
    """
    if not name:
        return Secret("")
    value = os.environ.get(name, "").strip()
    if not value:
        raise NotReached(
            f"Nothing was sent: the secret is not set. Set the environment variable {name} for the server "
            "and start it again."
        )
    if len(value) < _SHORTEST or not value.isascii() or not value.isprintable():
        raise NotReached(
            f"Nothing was sent: what the environment variable {name} holds cannot be a secret. It must have "
            f"at least {_SHORTEST} printable ASCII characters."
        )
    return Secret(name, value)
