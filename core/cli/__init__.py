"""The command line: everything a page does to data can be done by command."""

from core.cli.app import app, main

__all__ = ["app", "main"]
