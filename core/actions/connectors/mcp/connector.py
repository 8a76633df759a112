"""An MCP server as a system that carries actions out.

Every tool waits for approval unless an admin says that it only reads.

Before each call the server's list is asked for again: a tool whose description or schema is no longer
the one an admin chose is not called. The model is told the admin's words, never the server's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.actions.connectors.answers import Answer, as_result
from core.actions.connectors.arguments import placed
from core.actions.connectors.chosen import Chosen
from core.actions.connectors.mcp.session import Broken, Refused, ToolAnswer, Unreachable, call_tool
from core.actions.connectors.mcp.tools import as_document, find_tool
from core.actions.connectors.secrets import Secret, read_secret
from core.actions.connectors.shapes import brief
from core.actions.connectors.system import ConnectedSystem
from core.actions.declaration import ActionRefused, NotReached, OutcomeUnknown
from core.errors import InvalidInput

_LONGEST_REASON = 300


class MCPSystem(ConnectedSystem):
    """The chosen tools of one server."""

    def __init__(
        self,
        name: str,
        label: str,
        chosen: Sequence[Chosen],
        *,
        url: str,
        secret_name: str,
        seconds: float,
        on_change: Callable[[str], None],
    ) -> None:
        """``on_change`` is told the name of a tool that is not what was chosen any more."""
        super().__init__(name, label, chosen)
        self._url = url
        self._secret_name = secret_name
        self._seconds = seconds
        self._on_change = on_change

    def send(self, chosen: Chosen, values: Mapping[str, Any], *, key: str) -> Answer:
        secret = read_secret(self._secret_name)
        reads = chosen.action.reads_only
        changed = False

        def check(tools: list[dict[str, Any]]) -> None:
            nonlocal changed
            try:
                tool = find_tool(as_document(tools), chosen.operation.id)
            except InvalidInput:  # the list itself is not acceptable any more
                tool = None
            changed = tool is None or tool.pinned != chosen.operation.pinned
            if changed:
                raise ActionRefused(
                    f"{chosen.operation.title} on {self._label} has changed since an admin chose it, so it "
                    "was not called. It stays off until an admin looks at it again."
                )

        try:
            answer = call_tool(
                self._url,
                secret,
                chosen.operation.id,
                placed(chosen.operation.arguments, values, "body"),
                check=check,
                key=key,
                seconds=self._seconds,
            )
        except ActionRefused:
            if changed:
                self._on_change(chosen.operation.id)
            raise
        except Unreachable as error:
            raise NotReached(f"{self._label} could not be reached: {error}. Nothing was sent.") from None
        except Refused as error:
            said = brief(secret.scrub(str(error)), _LONGEST_REASON)
            raise ActionRefused(f"{self._label} refused: {said}") from None
        except Broken as error:
            if reads:
                raise NotReached(f"{self._label} gave no answer: {error}.") from None
            raise OutcomeUnknown(
                f"It was sent to {self._label}, but {error}. It may or may not have happened."
            ) from None
        return self._answer(chosen, answer, secret)

    def _answer(self, chosen: Chosen, answer: ToolAnswer, secret: Secret) -> Answer:
        if not answer.failed:
            return Answer(secret.scrub_json(as_result(_content(answer))))
        said = brief(secret.scrub(" ".join(answer.texts)), _LONGEST_REASON) or "it gave no reason"
        said = f"{said.rstrip('.')}."
        if chosen.action.reads_only or chosen.choice.errors_change_nothing:
            raise ActionRefused(f"{self._label} refused: {said}")
        raise OutcomeUnknown(
            f"{self._label} reports an error: {said} Whether it changed something "
            "first is not known: look there."
        )


def _content(answer: ToolAnswer) -> Any:
    if answer.structured is not None:
        only = answer.structured.get("result")
        return (
            only
            if set(answer.structured) == {"result"} and isinstance(only, dict | list)
            else answer.structured
        )
    text = "\n".join(answer.texts)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {"text": text} if text else None
