"""The tools an MCP server lists, as operations. What a server says about itself is shown, never trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.actions.connectors.operation import Operation, digest_of
from core.actions.connectors.references import References, Unsupported, check_size
from core.actions.connectors.shapes import Shape, brief, flatten, unique
from core.errors import InvalidInput

_MOST_TOOLS = 200
_TOLD = ("name", "title", "description", "inputSchema", "annotations")


def as_document(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is stored of a server's list: the part of each tool that a choice rests on.

    Raises:
        InvalidInput: more or larger tools than can be looked at.
    """
    if len(tools) > _MOST_TOOLS:
        raise InvalidInput(f"The server lists more than {_MOST_TOOLS} tools.")
    kept = [{key: tool[key] for key in _TOLD if tool.get(key) is not None} for tool in tools]
    names = [tool.get("name") for tool in kept]
    if len(set(map(str, names))) < len(names):
        raise InvalidInput("The server lists two tools of the same name.")
    document: dict[str, Any] = check_size({"tools": kept})
    return document


def list_tools(document: Mapping[str, Any]) -> list[Operation]:
    """The tools of a stored list."""
    tools = document.get("tools")
    return [
        as_operation(tool)
        for tool in (tools if isinstance(tools, list) else ())
        if isinstance(tool, dict) and isinstance(tool.get("name"), str) and 0 < len(tool["name"]) <= 200
    ]


def find_tool(document: Mapping[str, Any], name: str) -> Operation | None:
    """One of them by its name."""
    return next((operation for operation in list_tools(document) if operation.id == name), None)


def as_operation(tool: Mapping[str, Any]) -> Operation:
    """One tool. Its digest covers every word the server said about it."""
    name = tool["name"]
    annotations = tool.get("annotations")
    noted: Mapping[str, Any] = annotations if isinstance(annotations, dict) else {}
    reads = noted.get("readOnlyHint") is True
    shape, unsupported = Shape(), ""
    schema = tool.get("inputSchema")
    try:
        if isinstance(schema, dict) and (schema.get("properties") or schema.get("required")):
            shape = flatten(schema, references=References(schema), place="body")
            shape = Shape(unique(shape.arguments), shape.left_out)
    except Unsupported as problem:
        unsupported, shape = f"Not possible here: {problem}.", Shape()
    except RecursionError:
        unsupported, shape = "Not possible here: its description is nested too deeply.", Shape()
    title = brief(tool.get("title"), 120) or brief(noted.get("title"), 120) or brief(name, 120)
    return Operation(
        id=name,
        title=title.replace("_", " ").capitalize() if title == name else title,
        description=brief(tool.get("description"), 600) or title,
        arguments=shape.arguments,
        left_out=shape.left_out,
        unsupported=unsupported,
        suggested_risk="irreversible",  # whatever it says of itself: an admin decides what only reads
        hint=_hint(noted),
        pinned=digest_of({key: tool.get(key) for key in _TOLD}),
        wire={"says_it_reads": reads},
    )


def _hint(noted: Mapping[str, Any]) -> str:
    if noted.get("readOnlyHint") is True:
        return "The server says it only reads."
    if noted.get("destructiveHint") is False:
        return "The server says it destroys nothing."
    return "The server says nothing about its risk." if not noted else "The server says it changes something."
