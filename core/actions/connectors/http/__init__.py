"""Web APIs that an OpenAPI document describes."""

from core.actions.connectors.http.connector import HTTPSystem
from core.actions.connectors.http.document import fetch_document, read_document, server_of
from core.actions.connectors.http.operations import find_operation, list_operations

__all__ = ["HTTPSystem", "fetch_document", "find_operation", "list_operations", "read_document", "server_of"]
