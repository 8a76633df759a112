"""The text of ``docs/imports.md``, from the docstrings of the formats."""

from __future__ import annotations

from inspect import cleandoc

from core.surfaces.importers.dates import parse_when
from core.surfaces.importers.registry import (
    ArticleFormat,
    ConversationFormat,
    article_formats,
    conversation_formats,
)

_INTRODUCTION = """\
# Importing

Made from the importers themselves by `python -m core formats > docs/imports.md`; a test compares them.

`python -m core import conversations PATH` and `python -m core import articles PATH` read the formats
below; the Import page does the same. The format is guessed from the name and the first bytes;
`--format` says it.

* **Repeating an import is safe.** A conversation is known by its source (`--source`) and id; importing
  again adds only the messages that are new. An article that changed becomes a new version.
* **What cannot be imported is written down**, the rest goes in: `PATH.rejects.jsonl` (or `--rejects`)
  holds one line each, `{"line", "reason", "record"?, "file"?}`. `line` is the line of the input, in a
  JSON array the ordinal of the element, in an mbox the line of the mail's first header.
* **Text is data.** Nothing in a message is run, fetched or obeyed. HTML is reduced to plain
  formatting; images are replaced by a note.
* **Encoding** is UTF-8, with or without a byte-order mark. Lines that are not are read as
  Windows-1252 or with replacement characters, and remarked on. UTF-16 is refused.
"""


def documentation() -> str:
    """The whole page, Markdown."""
    parts = [_INTRODUCTION]
    parts.append("## Dates\n\n" + cleandoc(parse_when.__doc__ or "").partition("\n\nRaises:")[0])
    parts.append("# Conversations")
    parts += [_section(entry) for entry in conversation_formats()]
    parts.append("# Articles")
    parts += [_section(entry) for entry in article_formats()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _section(entry: ConversationFormat | ArticleFormat) -> str:
    suffixes = ", ".join(f"`{suffix}`" for suffix in entry.suffixes)
    return f"## {entry.label}\n\nFormat `{entry.name}`; usual names: {suffixes}.\n\n{entry.schema}"
