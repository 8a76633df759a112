"""Imports that somebody started on a page and that go on when they leave it."""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from core.database import Database, now
from core.errors import Conflict, InvalidInput, RatchetError
from core.identity import Actor, Permission, require
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.running import (
    ImportProgress,
    ImportSummary,
    import_article_file,
    import_conversation_file,
)

What = Literal["conversations", "articles"]

PERMISSIONS: dict[What, Permission] = {
    "conversations": Permission.CONVERSATIONS_IMPORT,
    "articles": Permission.KNOWLEDGE_IMPORT,
}
_UPLOADS_LIVE_SECONDS = 24 * 3600
_log = logging.getLogger(__name__)


@dataclass
class ImportRun:
    """One import in a thread of its own. Fields change while it runs; read them, do not write."""

    what: What
    name: str
    person_id: int | None
    started_at: datetime = field(default_factory=now)
    progress: ImportProgress | None = None
    summary: ImportSummary | None = None
    error: str = ""

    @property
    def running(self) -> bool:
        return self.summary is None and not self.error


class ImportRuns:
    """The imports of this process: at most one running for each person, the latest remembered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: dict[int | None, ImportRun] = {}
        self._threads: dict[int | None, threading.Thread] = {}

    def start(
        self,
        actor: Actor,
        what: What,
        path: Path,
        *,
        database: Database,
        options: ImportOptions,
        format: str | None = None,
        rejects_path: Path | None = None,
        name: str = "",
    ) -> ImportRun:
        """Begin importing ``path`` and return at once.

        Raises:
            PermissionDenied: the actor may not import this.
            Conflict: an import of this person is still running.
        """
        require(actor, PERMISSIONS[what])
        run = ImportRun(what, name or path.name, actor.person_id)
        with self._lock:
            before = self._latest.get(actor.person_id)
            if before is not None and before.running:
                raise Conflict(f"Your import of {before.name} is still running; wait until it has ended.")
            self._latest[actor.person_id] = run
            work = import_conversation_file if what == "conversations" else import_article_file

            def go() -> None:
                def tell(progress: ImportProgress) -> None:
                    run.progress = progress

                try:
                    run.summary = work(
                        path,
                        database=database,
                        options=options,
                        format=format,
                        rejects_path=rejects_path,
                        actor=actor,
                        progress=tell,
                    )
                except RatchetError as error:
                    run.error = str(error)
                except Exception:
                    _log.exception("import of %s failed", run.name)
                    run.error = (
                        "The import stopped because of a defect, which is in the server's log. "
                        "What was imported before stays; starting again adds only what is missing."
                    )

            thread = threading.Thread(target=go, name=f"import {run.name}", daemon=True)
            self._threads[actor.person_id] = thread
            thread.start()
        return run

    def latest(self, actor: Actor) -> ImportRun | None:
        """The import this person started last, running or ended, until it is forgotten."""
        with self._lock:
            return self._latest.get(actor.person_id)

    def forget(self, actor: Actor) -> None:
        """Drop the latest import of this person unless it is still running."""
        with self._lock:
            run = self._latest.get(actor.person_id)
            if run is not None and not run.running:
                del self._latest[actor.person_id]

    def wait(self, actor: Actor, timeout: float) -> bool:
        """Wait for this person's import to end; says whether it has."""
        with self._lock:
            thread = self._threads.get(actor.person_id)
        if thread is not None:
            thread.join(timeout)
            return not thread.is_alive()
        return True


@cache
def import_runs() -> ImportRuns:
    """The one registry of this process."""
    return ImportRuns()


def keep_upload(chunks: Iterable[bytes], *, name: str, home: Path) -> Path:
    """Write an upload below ``home``/uploads, in a folder of its own, and return where it is.

    Uploads of more than a day ago are removed on the way.
    """
    root = home / "uploads"
    root.mkdir(parents=True, exist_ok=True)
    for folder in root.iterdir():
        if time.time() - folder.stat().st_mtime > _UPLOADS_LIVE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    folder = root / secrets.token_hex(8)
    folder.mkdir()
    path = folder / (re.sub(r"[^\w.-]+", "_", Path(name).name)[-100:].lstrip(".") or "upload")
    with path.open("wb") as handle:
        for chunk in chunks:
            handle.write(chunk)
    return path


def drop_folder(home: Path) -> Path:
    """Where an operator puts files too large to upload: ``home``/imports."""
    return home / "imports"


def dropped(home: Path) -> list[str]:
    """What lies in the drop folder, files and folders, by name."""
    folder = drop_folder(home)
    if not folder.is_dir():
        return []
    found = (entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    return sorted(name for name in found if not name.endswith(".rejects.jsonl"))


def dropped_path(name: str, *, home: Path) -> Path:
    """The path of something in the drop folder.

    Raises:
        InvalidInput: it is not there (any more).
    """
    if name not in dropped(home):
        raise InvalidInput(f"{name} is not in the imports folder any more.")
    return drop_folder(home) / name
