"""The formats, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path

from core.conversations import ConversationRecord
from core.errors import InvalidInput
from core.knowledge import ArticleRecord
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source

ConversationReader = Callable[[Source, ImportOptions], Iterator[ConversationRecord | Reject | Remark]]
ArticleReader = Callable[[Source, ImportOptions], Iterator[ArticleRecord | Reject | Remark]]


@dataclass(frozen=True)
class ConversationFormat:
    """How to read conversations.

    ``passes`` says how often the input is read, for the progress bar; ``batch`` how many
    conversations are stored at a time, fewer where they carry files.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    passes: int
    batch: int
    read: ConversationReader

    @property
    def schema(self) -> str:
        """What the input must look like (Markdown)."""
        return cleandoc(self.read.__doc__ or "")


@dataclass(frozen=True)
class ArticleFormat:
    """How to read articles."""

    name: str
    label: str
    suffixes: tuple[str, ...]
    read: ArticleReader

    @property
    def schema(self) -> str:
        """What the input must look like (Markdown)."""
        return cleandoc(self.read.__doc__ or "")


_conversation_formats: dict[str, ConversationFormat] = {}
_article_formats: dict[str, ArticleFormat] = {}


def conversation_importer(
    name: str, *, label: str, suffixes: tuple[str, ...], passes: int = 1, batch: int = 2000
) -> Callable[[ConversationReader], ConversationReader]:
    """Register a reader of conversations; its docstring is the documentation of the format."""

    def register(read: ConversationReader) -> ConversationReader:
        _conversation_formats[name] = ConversationFormat(name, label, suffixes, passes, batch, read)
        return read

    return register


def article_importer(
    name: str, *, label: str, suffixes: tuple[str, ...]
) -> Callable[[ArticleReader], ArticleReader]:
    """Register a reader of articles; its docstring is the documentation of the format."""

    def register(read: ArticleReader) -> ArticleReader:
        _article_formats[name] = ArticleFormat(name, label, suffixes, read)
        return read

    return register


def conversation_formats() -> list[ConversationFormat]:
    """Every format conversations can be imported from."""
    return list(_conversation_formats.values())


def article_formats() -> list[ArticleFormat]:
    """Every format articles can be imported from."""
    return list(_article_formats.values())


def conversation_format(name: str) -> ConversationFormat:
    """The format with this name.

    Raises:
        InvalidInput: there is none; the message lists the names.
    """
    try:
        return _conversation_formats[name]
    except KeyError:
        raise _unknown(name, _conversation_formats) from None


def article_format(name: str) -> ArticleFormat:
    """The format with this name.

    Raises:
        InvalidInput: there is none; the message lists the names.
    """
    try:
        return _article_formats[name]
    except KeyError:
        raise _unknown(name, _article_formats) from None


def guess_conversation_format(path: Path) -> str:
    """The likely format of a file or folder, by its name and, for JSON, its first bytes.

    Raises:
        InvalidInput: no format fits; the message lists the names.
    """
    if path.is_dir():
        return "mbox"
    suffix = path.suffix.lower()
    if suffix in (".json", ".jsonl", ".ndjson"):
        return _guess_json(path)
    for entry in _conversation_formats.values():
        if suffix in entry.suffixes:
            return entry.name
    raise _no_guess(path, _conversation_formats)


def guess_article_format(path: Path) -> str:
    """The likely format of a file or folder: by suffix, in a folder by the more frequent one.

    Raises:
        InvalidInput: no format fits; the message lists the names.
    """
    files = [path]
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.is_file()]
    counts = {
        entry.name: sum(file.suffix.lower() in entry.suffixes for file in files)
        for entry in _article_formats.values()
    }
    best = max(counts, key=lambda name: counts[name])
    if not counts[best]:
        raise _no_guess(path, _article_formats)
    return best


def _guess_json(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            start = handle.read(65_536)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}") from None
    if any(word in start for word in (b'"conversation_parts"', b'"conversation.list"', b'"delivered_as"')):
        return "intercom"
    if any(word in start for word in (b'"requester_id"', b'"tickets"', b'"requester"', b'"comments"')):
        return "zendesk"
    return "jsonl"


def _unknown(name: str, known: dict[str, ConversationFormat] | dict[str, ArticleFormat]) -> InvalidInput:
    return InvalidInput(f"There is no format {name!r}; choose one of {', '.join(known)}.")


def _no_guess(path: Path, known: dict[str, ConversationFormat] | dict[str, ArticleFormat]) -> InvalidInput:
    return InvalidInput(f"The format of {path} is not clear; say --format with one of {', '.join(known)}.")
