"""What could not be imported, and where it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from core.errors import InvalidInput

_MAX_RECORD_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Reject:
    """A piece of input that was not imported.

    ``line`` is 1-based: the line of a text file, the ordinal of an element in a JSON array, the
    line of the mail's first header in an mbox; 0 when the whole file is meant. ``file`` is set
    when the input is a folder.
    """

    line: int
    reason: str
    record: Any = None
    file: str = ""


@dataclass(frozen=True)
class Remark:
    """Something was imported, but not exactly as it came (a wrong charset, an image left out)."""

    line: int
    text: str
    file: str = ""


class RejectsFile:
    """Writes rejects as JSON lines ``{"line", "reason", "record"?, "file"?}``; made at the first one.

    Use as a context manager. A file of the same name from an earlier run goes when the new run has
    nothing to reject, so that it cannot be mistaken for the newest.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._handle: TextIO | None = None

    def __enter__(self) -> RejectsFile:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            self._handle.close()

    def write(self, reject: Reject) -> None:
        """Append one reject.

        Raises:
            InvalidInput: the file cannot be written; the message says how to choose another.
        """
        if self._handle is None:
            try:
                self._handle = self.path.open("w", encoding="utf-8")
            except OSError as error:
                raise InvalidInput(
                    f"The rejects file {self.path} cannot be written ({error.strerror}); "
                    "give another place with --rejects PATH."
                ) from None
        self._handle.write(as_json(reject) + "\n")
        self.count += 1


def as_json(reject: Reject) -> str:
    """The reject as one line of JSON."""
    entry: dict[str, Any] = {"line": reject.line, "reason": reject.reason}
    if reject.file:
        entry["file"] = reject.file
    if reject.record is not None:
        record = reject.record
        if isinstance(record, str) and len(record) > _MAX_RECORD_CHARACTERS:
            record = record[:_MAX_RECORD_CHARACTERS] + " ... (cut)"
        entry["record"] = record
    return json.dumps(entry, ensure_ascii=False, default=str).encode("utf-8", "replace").decode("utf-8")
