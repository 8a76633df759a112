"""The input: a file or folder, read as a stream, with the bytes counted for the progress bar."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MAX_LINE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    """A line of a text file without its end. ``broken`` when it was not valid UTF-8."""

    number: int
    text: str
    broken: bool


class Source:
    """What is being imported.

    ``total`` and ``done`` are bytes; a format that reads its input twice counts both passes.
    """

    def __init__(self, path: Path, *, passes: int = 1) -> None:
        """Look at ``path``.

        Raises:
            InvalidInput: there is nothing there, or it may not be read.
        """
        self.path = path
        self.done = 0
        try:
            self.total = passes * self._size()
        except OSError as error:
            raise InvalidInput(f"{path}: {error.strerror or error}") from None

    def _size(self) -> int:
        if self.path.is_dir():
            return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        return self.path.stat().st_size

    def files(self, *suffixes: str) -> list[Path]:
        """The file itself, or the files with these suffixes below the folder, in order of name."""
        if not self.path.is_dir():
            return [self.path]
        found = (file for file in self.path.rglob("*") if file.suffix.lower() in suffixes)
        return sorted(file for file in found if file.is_file() and not _hidden(file, self.path))

    def open(self, path: Path | None = None) -> io.BufferedReader:
        """Open ``path`` (default: the file itself) for reading bytes; what is read counts as done.

        Raises:
            InvalidInput: it cannot be opened, or is a folder.
        """
        path = path or self.path
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder; this format reads one file")
        try:
            return io.BufferedReader(_Counting(path, self), buffer_size=1 << 16)
        except OSError as error:
            raise InvalidInput(f"{path}: {error.strerror or error}") from None

    def lines(self) -> Iterator[Line]:
        """The lines of the file as text. A byte-order mark is skipped; broken bytes become U+FFFD.

        Raises:
            InvalidInput: the file is UTF-16, or one line is larger than 32 MB.
        """
        with self.open() as handle:
            number = 0
            while raw := handle.readline(_MAX_LINE_BYTES + 1):
                number += 1
                if len(raw) > _MAX_LINE_BYTES:
                    raise InvalidInput(f"{self.path}: line {number} is larger than 32 MB")
                if number == 1:
                    check_encoding(raw, self.path)
                    raw = raw.removeprefix(_BOM)
                yield decode_line(raw.rstrip(b"\r\n"), number)


def check_encoding(start: bytes, path: Path) -> None:
    """Refuse UTF-16, which would be read as rubbish.

    Raises:
        InvalidInput: ``start`` begins with a UTF-16 byte-order mark.
    """
    if start.startswith(_UTF16):
        raise InvalidInput(f"{path} is UTF-16 text; save it as UTF-8 and import it again")


def decode_line(raw: bytes, number: int) -> Line:
    """Read bytes as UTF-8; where they are not, as Windows-1252 if nothing in them looks like UTF-8."""
    try:
        return Line(number, raw.decode("utf-8"), False)
    except UnicodeDecodeError:
        ascii_only = raw.decode("utf-8", "ignore").isascii()
        return Line(number, raw.decode("cp1252" if ascii_only else "utf-8", "replace"), True)


def read_small(source: Source, path: Path, *, limit: int) -> bytes:
    """A whole small file, at most ``limit`` bytes, without its byte-order mark.

    Raises:
        InvalidInput: it is larger, or UTF-16.
    """
    with source.open(path) as handle:
        raw = handle.read(limit + 1)
    if len(raw) > limit:
        raise InvalidInput(f"larger than {limit // 1_000_000} MB")
    check_encoding(raw, path)
    return raw.removeprefix(_BOM)


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


class _Counting(io.FileIO):
    """A file that tells its source how much was read."""

    def __init__(self, path: Path, source: Source) -> None:
        super().__init__(path, "r")
        self._source = source

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = super().readinto(buffer)
        self._source.done = min(self._source.total, self._source.done + (count or 0))
        return count or 0
