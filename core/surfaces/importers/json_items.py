"""The elements of a JSON export, whichever way it is laid out, without holding it in memory.

Three layouts: one JSON object a line, one array, or one object with a named list in it. The last
two are streamed with ijson.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import ijson

from core.errors import InvalidInput
from core.surfaces.importers.json_lines import parse_json
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source, check_encoding

_SNIFF_BYTES = 4 * 1024 * 1024
_MAX_SINGLE_BYTES = 32 * 1024 * 1024

Layout = Literal["lines", "array", "object"]


@dataclass(frozen=True)
class Item:
    """One element, with its line (layout "lines") or ordinal, 1-based."""

    line: int
    value: dict[str, Any]


def layout_of(source: Source) -> Layout:
    """How the file is laid out, by its start.

    Raises:
        InvalidInput: it starts with neither ``{`` nor ``[``, or is UTF-16.
    """
    with source.open() as handle:
        start = handle.read(_SNIFF_BYTES)
    source.done = 0
    check_encoding(start, source.path)
    start = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"["):
        return "array"
    if not start.startswith(b"{"):
        raise InvalidInput(f"{source.path} is not JSON: it must start with {{ or [")
    first = start.split(b"\n", 1)[0].strip()
    return "lines" if first.endswith(b"}") and _is_object(first) else "object"


def items(source: Source, layout: Layout, *, within: str) -> Iterator[Item | Reject | Remark]:
    """Every element: of the lines, of the array, or of the list named ``within``.

    Where the JSON itself is broken, layout "lines" rejects the line and goes on; the others reject
    the rest of the file.
    """
    if layout == "lines":
        yield from _line_items(source, within)
        return
    ordinal = 0
    with source.open() as handle:
        text = _Utf8(handle)
        prefix = "item" if layout == "array" else f"{within}.item"
        try:
            for value in ijson.items(text, prefix, use_float=True):
                ordinal += 1
                yield _checked(value, ordinal)
        except (ijson.JSONError, ValueError, RecursionError) as error:
            reason = " ".join(str(error).split())[:120]
            yield Reject(ordinal + 1, f"not JSON from here on, the rest was not read: {reason}")
        if text.replaced:
            yield Remark(0, "not valid UTF-8; unreadable bytes were replaced")
    if layout == "object" and not ordinal:
        yield from _single(source, within)


def side_list(source: Source, layout: Layout, *, name: str) -> Iterator[dict[str, Any]]:
    """The elements of a list beside the main one, such as the users of a ticket export."""
    if layout == "array":
        return
    with source.open() as handle:
        if layout == "object":
            try:
                for value in ijson.items(_Utf8(handle), f"{name}.item", use_float=True):
                    if isinstance(value, dict):
                        yield value
            except (ijson.JSONError, ValueError, RecursionError):
                return  # reported when the main list is read
            return
        key = json.dumps(name).encode()
        for raw in handle:
            if key in raw:
                yield from _listed(raw, name)


def _line_items(source: Source, within: str) -> Iterator[Item | Reject | Remark]:
    for line in source.lines():
        if not line.text.strip():
            continue
        if line.broken:
            yield Remark(line.number, "not valid UTF-8; unreadable bytes were replaced")
        try:
            value = parse_json(line.text)
        except InvalidInput as error:
            yield Reject(line.number, str(error), line.text)
            continue
        if isinstance(value, dict) and isinstance(value.get(within), list):  # a page of an API
            for element in value[within]:
                yield _checked(element, line.number)
        elif not (isinstance(value, dict) and "id" not in value and value.get("users")):
            yield _checked(value, line.number)


def _single(source: Source, within: str) -> Iterator[Item | Reject]:
    """A file that is one element, or holds no list of that name."""
    with source.open() as handle:
        raw = handle.read(_MAX_SINGLE_BYTES + 1)
    try:
        if len(raw) > _MAX_SINGLE_BYTES:
            raise InvalidInput(f"there is no list {within!r} in it")
        value = parse_json(raw.decode("utf-8-sig", "replace"))
        if isinstance(value, dict) and value.get(within) == []:
            return
        if not (isinstance(value, dict) and "id" in value):
            raise InvalidInput(f"there is no list {within!r} in it")
    except InvalidInput as error:
        yield Reject(0, str(error))
        return
    yield Item(1, value)


def _checked(value: object, line: int) -> Item | Reject:
    if isinstance(value, dict):
        return Item(line, value)
    return Reject(line, "it must be a JSON object", value)


def _is_object(raw: bytes) -> bool:
    try:
        return isinstance(json.loads(raw.decode("utf-8", "replace")), dict)
    except (ValueError, RecursionError):
        return False


def _listed(raw: bytes, name: str) -> Iterator[dict[str, Any]]:
    try:
        value = parse_json(raw.decode("utf-8-sig", "replace"))
    except InvalidInput:
        return
    listed = value.get(name) if isinstance(value, dict) else None
    if isinstance(listed, list):
        yield from (element for element in listed if isinstance(element, dict))


class _Utf8:
    """A byte stream that is valid UTF-8 whatever is behind it; ijson stops at a broken byte."""

    def __init__(self, handle: io.BufferedReader) -> None:
        self._handle = handle
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self.replaced = False

    def read(self, size: int = -1) -> bytes:
        """Up to about ``size`` bytes (a replacement is longer than what it replaces); b"" at the end."""
        if size == 0:
            return b""
        while True:
            raw = self._handle.read(size)
            text = self._decoder.decode(raw, final=not raw)
            self.replaced = self.replaced or "\ufffd" in text
            if text or not raw:
                return text.encode("utf-8")
