"""Conversations and articles from other systems' files.

A format is a function registered under a name; its docstring documents its schema and is where
``docs/imports.md`` comes from.
"""

# Importing a module registers its formats.
from core.surfaces.importers import articles, csv_table, intercom, json_lines, mbox, zendesk
from core.surfaces.importers.background import (
    PERMISSIONS,
    ImportRun,
    ImportRuns,
    What,
    dropped,
    dropped_path,
    import_runs,
    keep_upload,
)
from core.surfaces.importers.csv_columns import FIELDS, REQUIRED, guess_columns
from core.surfaces.importers.csv_table import table_head
from core.surfaces.importers.documentation import documentation
from core.surfaces.importers.json_lines import parse_json
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.previewing import Preview, preview_articles, preview_conversations
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
    default_rejects_path,
    import_article_file,
    import_conversation_file,
)
from core.surfaces.importers.source import Source, decode_line

__all__ = [
    "FIELDS",
    "PERMISSIONS",
    "REQUIRED",
    "ArticleFormat",
    "ConversationFormat",
    "ImportOptions",
    "ImportProgress",
    "ImportRun",
    "ImportRuns",
    "ImportSummary",
    "Preview",
    "Reject",
    "RejectsFile",
    "Remark",
    "Source",
    "What",
    "article_format",
    "article_formats",
    "articles",
    "conversation_format",
    "conversation_formats",
    "csv_table",
    "decode_line",
    "default_rejects_path",
    "documentation",
    "dropped",
    "dropped_path",
    "guess_article_format",
    "guess_columns",
    "guess_conversation_format",
    "import_article_file",
    "import_conversation_file",
    "import_runs",
    "intercom",
    "json_lines",
    "keep_upload",
    "mbox",
    "parse_json",
    "preview_articles",
    "preview_conversations",
    "table_head",
    "zendesk",
]
