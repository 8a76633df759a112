"""Run an import from start to end: read, store, write down the rejects, tell the progress."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from core import audit
from core.conversations import ConversationRecord, import_conversations
from core.database import Database
from core.errors import InvalidInput
from core.identity import SYSTEM, Actor, Permission, require
from core.knowledge import ArticleRecord, import_articles
from core.surfaces.importers.opinion_store import OpinionStore
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import (
    article_format,
    conversation_format,
    guess_article_format,
    guess_conversation_format,
)
from core.surfaces.importers.rejects import Reject, RejectsFile, Remark
from core.surfaces.importers.source import Source

_KEPT = 200
_NAMED = 5  # articles in one remark

Record = TypeVar("Record", ConversationRecord, ArticleRecord)


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is. ``done`` of ``total`` are bytes of the input."""

    done: int
    total: int
    stored: int
    rejected: int

    @property
    def fraction(self) -> float:
        """0..1."""
        return min(1.0, self.done / self.total) if self.total else 1.0


@dataclass(frozen=True)
class ImportSummary:
    """What an import did.

    ``new``, ``updated`` and ``unchanged`` count conversations or articles. ``rejects`` and
    ``remarks`` hold the first 200; the counts are of all. ``rejects_path`` is None without rejects.
    """

    what: str
    format: str
    source: str
    new: int
    updated: int
    unchanged: int
    messages: int
    rejected: int
    remarked: int
    seconds: float
    rejects_path: Path | None
    rejects: tuple[Reject, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The summary for JSON."""
        return asdict(self) | {
            "seconds": round(self.seconds, 3),
            "rejects_path": None if self.rejects_path is None else str(self.rejects_path),
            "rejects": [{"line": reject.line, "reason": reject.reason} for reject in self.rejects],
        }


ProgressCallback = Callable[[ImportProgress], None]


def import_conversation_file(
    path: Path,
    *,
    database: Database,
    options: ImportOptions,
    format: str | None = None,
    rejects_path: Path | None = None,
    actor: Actor = SYSTEM,
    progress: ProgressCallback | None = None,
) -> ImportSummary:
    """Import conversations from a file or folder; what cannot be imported goes to a rejects file.

    Args:
        format: a name of :func:`conversation_formats`; guessed when None.
        rejects_path: default: beside the input, ``<name>.rejects.jsonl``; made only when needed.
        progress: called about every 250 ms.

    Raises:
        InvalidInput: the input as a whole cannot be read (missing, empty, no such format, no
            required column). Nothing of it was imported then.
        PermissionDenied: the actor may not import conversations.
    """
    require(actor, Permission.CONVERSATIONS_IMPORT)
    started = time.monotonic()
    chosen = conversation_format(format or guess_conversation_format(existing(path)))
    source = open_source(path, passes=chosen.passes)
    with RejectsFile(_writable(rejects_path or default_rejects_path(path))) as rejects:
        sieve = _Sieve(source, rejects, progress)
        opinions = OpinionStore(actor=actor, source=options.source)
        report = import_conversations(
            sieve.records(chosen.read(source, options)),
            database=database,
            source=options.source,
            batch_size=chosen.batch,
            actor=actor,
            also=opinions,
            progress=lambda running: sieve.tell(stored=running.new + running.updated + running.unchanged),
        )
        for refused in report.rejects:
            sieve.reject(Reject(refused.line, refused.reason))
        if opinions.remark:
            sieve.remark(Remark(0, opinions.remark))
    return sieve.summary(
        "conversations",
        chosen.name,
        options.source,
        new=report.new,
        updated=report.updated,
        unchanged=report.unchanged,
        messages=report.messages,
        seconds=time.monotonic() - started,
    )


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_NAMED]) + (f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else "")


def _undone_later(ids: Sequence[str]) -> str:
    return (
        f"changed at the source, with a version here that waits for its date: {_some(ids)}. It takes the "
        "place of this text when it starts; if it should not, roll back the release that scheduled it"
    )


def _replaced(ids: Sequence[str]) -> str:
    """What people edited here is not lost, and they should hear that it is not live any more."""
    return (
        f"edited here before, and changed at the source since: {_some(ids)}. The text of the source is live; "
        "what was written here is among the versions"
    )


def import_article_file(
    path: Path,
    *,
    database: Database,
    options: ImportOptions,
    format: str | None = None,
    rejects_path: Path | None = None,
    actor: Actor = SYSTEM,
    progress: ProgressCallback | None = None,
) -> ImportSummary:
    """Import articles from a file or folder; arguments and errors as of conversations."""
    require(actor, Permission.KNOWLEDGE_IMPORT)
    started = time.monotonic()
    chosen = article_format(format or guess_article_format(existing(path)))
    source = open_source(path, passes=1)
    with RejectsFile(_writable(rejects_path or default_rejects_path(path))) as rejects:
        sieve = _Sieve(source, rejects, progress)
        report = import_articles(
            sieve.records(chosen.read(source, options)),
            database=database,
            source=options.source,
            progress=lambda stored: sieve.tell(stored=stored),
        )
        for refused in report.rejects:
            sieve.reject(Reject(refused.position, f"{refused.external_id}: {refused.reason}"))
        if report.replaced:
            sieve.remark(Remark(0, _replaced(report.replaced)))
        if report.undone_later:
            sieve.remark(Remark(0, _undone_later(report.undone_later)))
    with database.transaction() as session:
        audit.record(
            actor.person_id,
            actor.who,
            "articles.imported",
            session=session,
            subject_type="source",
            subject_id=options.source,
            new=report.new,
            updated=report.updated,
            unchanged=report.unchanged,
            rejects=rejects.count,
        )
    return sieve.summary(
        "articles",
        chosen.name,
        options.source,
        new=report.new,
        updated=report.updated,
        unchanged=report.unchanged,
        messages=0,
        seconds=time.monotonic() - started,
    )


def default_rejects_path(path: Path) -> Path:
    """Where rejects go when nobody says: beside the input."""
    return path.resolve().with_name(f"{path.resolve().name}.rejects.jsonl")


def existing(path: Path) -> Path:
    """``path``, if there is something.

    Raises:
        InvalidInput: there is nothing.
    """
    if not path.exists():
        raise InvalidInput(f"{path}: there is no such file or folder")
    return path


def open_source(path: Path, *, passes: int) -> Source:
    """What is to be read.

    Raises:
        InvalidInput: there is nothing there, or it is empty.
    """
    source = Source(existing(path), passes=passes)
    if not source.total:
        raise InvalidInput(f"{path} is empty: there is nothing to import")
    return source


def _writable(path: Path) -> Path:
    if not os.access(path.parent, os.W_OK):
        raise InvalidInput(
            f"The rejects file cannot be written to {path.parent}; give another place with --rejects PATH."
        )
    return path


class _Sieve:
    """Lets records through, keeps rejects and remarks, and tells the progress now and then."""

    def __init__(self, source: Source, rejects: RejectsFile, progress: ProgressCallback | None) -> None:
        self._source = source
        self._file = rejects
        self._progress = progress
        self._told = 0.0
        self._stored = 0
        self._rejects: list[Reject] = []
        self._remarks: list[Remark] = []
        self._remarked = 0

    def records(self, found: Iterable[Record | Reject | Remark]) -> Iterator[Record]:
        for entry in found:
            if isinstance(entry, Reject):
                self.reject(entry)
            elif isinstance(entry, Remark):
                self.remark(entry)
            else:
                yield entry
            if time.monotonic() - self._told > 0.25:
                self.tell()

    def reject(self, reject: Reject) -> None:
        self._file.write(reject)
        if len(self._rejects) < _KEPT:
            self._rejects.append(Reject(reject.line, reject.reason, file=reject.file))

    def remark(self, remark: Remark) -> None:
        self._remarked += 1
        if len(self._remarks) < _KEPT:
            self._remarks.append(remark)

    def tell(self, *, stored: int | None = None) -> None:
        self._told = time.monotonic()
        self._stored = self._stored if stored is None else stored
        if self._progress is not None:
            source = self._source
            self._progress(ImportProgress(source.done, source.total, self._stored, self._file.count))

    def summary(
        self,
        what: str,
        format_name: str,
        source: str,
        *,
        new: int,
        updated: int,
        unchanged: int,
        messages: int,
        seconds: float,
    ) -> ImportSummary:
        self._source.done = self._source.total
        self.tell(stored=new + updated + unchanged)
        return ImportSummary(
            what=what,
            format=format_name,
            source=source,
            new=new,
            updated=updated,
            unchanged=unchanged,
            messages=messages,
            rejected=self._file.count,
            remarked=self._remarked,
            seconds=seconds,
            rejects_path=self._file.path if self._file.count else None,
            rejects=tuple(self._rejects),
            remarks=tuple(self._remarks),
        )
