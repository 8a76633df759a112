"""Every action there is, and which connector carries it out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from core.actions.declaration import Action, Connector
from core.errors import ConfigurationError, NotFound


class Catalogue:
    """The actions of some connectors, fixed when it is made.

    Raises:
        ConfigurationError: two actions have the same name, or two connectors have.
    """

    def __init__(self, connectors: Sequence[Connector]) -> None:
        self._actions: dict[str, Action] = {}
        self._connectors: dict[str, Connector] = {}
        names: set[str] = set()
        for connector in connectors:
            if connector.name in names:
                raise ConfigurationError(f"Two connections are called {connector.name}: rename one.")
            names.add(connector.name)
            for action in connector.actions():
                if action.name in self._actions:
                    other = self._connectors[action.name].name
                    raise ConfigurationError(
                        f"{connector.name} and {other} both offer an action called {action.name}: "
                        "rename it in one of them, or switch it off there."
                    )
                self._actions[action.name] = action
                self._connectors[action.name] = connector
        self._digests = {name: digest_of(action) for name, action in self._actions.items()}
        told = json.dumps(
            [[self._connectors[name].name, name, self._digests[name]] for name in self._actions]
        )
        self.digest = hashlib.sha256(told.encode()).hexdigest()

    def actions(self) -> tuple[Action, ...]:
        """All of them, in the connectors' order."""
        return tuple(self._actions.values())

    def get(self, name: str) -> Action:
        """One action.

        Raises:
            NotFound: there is none of that name.
        """
        try:
            return self._actions[name]
        except KeyError:
            raise NotFound(_missing(name)) from None

    def find(self, name: str) -> Action | None:
        """One action, or None."""
        return self._actions.get(name)

    def connector(self, name: str) -> Connector:
        """What carries the action ``name`` out.

        Raises:
            NotFound: there is no action of that name.
        """
        try:
            return self._connectors[name]
        except KeyError:
            raise NotFound(_missing(name)) from None

    def definition(self, name: str) -> str:
        """Digest of one declaration, 64 hex digits.

        Raises:
            NotFound: there is no action of that name.
        """
        self.get(name)
        return self._digests[name]


def digest_of(action: Action) -> str:
    """SHA-256 of what a declaration says, its schema, risk, limits and approvers included, as hex."""
    said: dict[str, Any] = {
        "name": action.name,
        "title": action.title,
        "description": action.description,
        "schema": action.schema,
        "risk": action.risk,
        "policy": action.policy,
        "policy_article": action.policy_article,
        "limits": None
        if action.limits is None
        else {str(role): str(most.normalize()) for role, most in action.limits.items()},
        "approvers": sorted(str(role) for role in action.approvers),
        "idempotent": action.idempotent,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _missing(name: str) -> str:
    return f"There is no action called {name!r}. `python -m core actions list` names those there are."
