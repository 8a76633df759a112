"""MCP servers, over streamable HTTP."""

from core.actions.connectors.mcp.connector import MCPSystem
from core.actions.connectors.mcp.session import Unreachable, fetch_tools
from core.actions.connectors.mcp.tools import as_document, find_tool, list_tools

__all__ = ["MCPSystem", "Unreachable", "as_document", "fetch_tools", "find_tool", "list_tools"]
