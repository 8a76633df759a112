"""Writing to the terminal: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import typer

from core.errors import InvalidInput

_SECONDS_BETWEEN_LINES = 5.0


def say(text: str) -> None:
    """A line for the person at the terminal, on standard error."""
    typer.echo(text, err=True)


def emit(value: Any) -> None:
    """A result as one line of JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


class Meter:
    """Shows how far something is: a live line on a terminal, else a line every five seconds."""

    def __init__(self, label: str, *, quiet: bool = False) -> None:
        self._label = label
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._shown = time.monotonic()
        self._width = 0

    def show(self, fraction: float, detail: str = "") -> None:
        """``fraction`` is 0..1."""
        since = time.monotonic() - self._shown
        if self._quiet or since < (0.1 if self._live else _SECONDS_BETWEEN_LINES):
            return
        self._shown = time.monotonic()
        line = f"{self._label}: {fraction:4.0%}{'  ' + detail if detail else ''}"
        if self._live:
            sys.stderr.write("\r" + line.ljust(self._width))
            sys.stderr.flush()
            self._width = len(line)
        else:
            say(line)

    def close(self) -> None:
        """Clear the live line."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


@contextmanager
def json_lines_out(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is complete or absent.

    Raises:
        InvalidInput: the file cannot be written.
    """
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8") as handle:
            yield handle
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror or error}") from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(path)


def read_json_lines(path: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The objects of a JSON-lines file (``-``: standard input) with their line numbers.

    A line that is no JSON object comes as the reason why, a text.

    Raises:
        InvalidInput: the file cannot be read.
    """
    from core.surfaces import decode_line, parse_json

    try:
        handle = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}") from None
    with handle:
        for number, raw in enumerate(handle, start=1):
            if not raw.strip():
                continue
            try:
                value = parse_json(decode_line(raw.removeprefix(b"\xef\xbb\xbf"), number).text)
            except InvalidInput as error:
                yield number, str(error)
                continue
            yield number, value if isinstance(value, dict) else "it must be a JSON object"
