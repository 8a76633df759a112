"""Conversations and articles from other systems' files.

A format is a function registered under a name; its docstring documents its schema and is where
``docs/imports.md`` comes from.
"""

# Reading a module registers its format; the order here is the order people see.
from core.surfaces.importers import articles, csv_table, intercom, json_lines, mbox, zendesk
from core.surfaces.importers.csv_columns import FIELDS, REQUIRED, guess_columns
from core.surfaces.importers.csv_table import table_head
from core.surfaces.importers.documentation import documentation
from core.surfaces.importers.json_lines import parse_json
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import (
    ArticleFormat,
    ConversationFormat,
    article_format,
    article_formats,
    conversation_format,
    conversation_formats,
    guess_article_format,
    guess_conversation_format,
)
from core.surfaces.importers.rejects import Reject, RejectsFile, Remark
from core.surfaces.importers.running import (
    ImportProgress,
    ImportSummary,
    Preview,
    default_rejects_path,
    import_article_file,
    import_conversation_file,
    preview_articles,
    preview_conversations,
)
from core.surfaces.importers.source import Source, decode_line

__all__ = [
    "FIELDS",
    "REQUIRED",
    "ArticleFormat",
    "ConversationFormat",
    "ImportOptions",
    "ImportProgress",
    "ImportSummary",
    "Preview",
    "Reject",
    "RejectsFile",
    "Remark",
    "Source",
    "article_format",
    "article_formats",
    "articles",
    "conversation_format",
    "conversation_formats",
    "csv_table",
    "decode_line",
    "default_rejects_path",
    "documentation",
    "guess_article_format",
    "guess_columns",
    "guess_conversation_format",
    "import_article_file",
    "import_conversation_file",
    "intercom",
    "json_lines",
    "mbox",
    "parse_json",
    "preview_articles",
    "preview_conversations",
    "table_head",
    "zendesk",
]
