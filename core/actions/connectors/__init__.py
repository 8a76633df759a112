"""Systems outside that carry actions out: the sample company's own, web APIs and MCP servers."""

from core.actions.connectors.asking import Checked, check_connection, fetch_tools
from core.actions.connectors.connected import choices_of, connected, operations_of
from core.actions.connectors.http import fetch_document, read_document, server_of
from core.actions.connectors.operation import Choice, Operation, prefix_of, suggest
from core.actions.connectors.secrets import secret_state
from core.actions.connectors.shapes import Argument

__all__ = [
    "Argument",
    "Checked",
    "Choice",
    "Operation",
    "check_connection",
    "choices_of",
    "connected",
    "fetch_document",
    "fetch_tools",
    "operations_of",
    "prefix_of",
    "read_document",
    "secret_state",
    "server_of",
    "suggest",
]
