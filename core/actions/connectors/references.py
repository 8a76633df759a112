"""``$ref`` inside a document somebody else wrote: followed within it only, and never for long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from core.errors import InvalidInput

_CHAIN = 16
_STEPS = 4_000
_MERGED_DEPTH = 8


class Unsupported(Exception):
    """A shape that arguments cannot have here; the message says which, for the admin."""


class References:
    """Resolves references of one document, with a limit on the work that one reader may cause."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._steps = 0

    def resolve(self, value: Any) -> dict[str, Any]:
        """The object ``value`` is or points to.

        Raises:
            Unsupported: it points outside, to nothing, in circles, or is no object.
        """
        for _ in range(_CHAIN):
            self._count()
            if not isinstance(value, dict):
                raise Unsupported("a part that is not an object")
            reference = value.get("$ref")
            if reference is None:
                return value
            value = self._follow(reference)
        raise Unsupported("references that lead in a circle")

    def schema(self, value: Any, depth: int = 0) -> dict[str, Any]:
        """A schema with its reference followed, ``allOf`` merged and "or null" folded into ``type``.

        Raises:
            Unsupported: alternatives (``oneOf``, ``anyOf``, ``not``) that one form field cannot show.
        """
        if depth > _MERGED_DEPTH:
            raise Unsupported("references that lead in a circle")
        schema = dict(self.resolve(value))
        for word in ("oneOf", "anyOf"):
            if word in schema:
                schema = self._without_null(schema, word, depth)
        if "allOf" in schema:
            schema = self._merged(schema, depth)
        if "not" in schema or "if" in schema:
            raise Unsupported("conditions (“not” or “if”)")
        return schema

    def _without_null(self, schema: dict[str, Any], word: str, depth: int) -> dict[str, Any]:
        options = schema.pop(word)
        if not isinstance(options, list):
            raise Unsupported(f"“{word}” that is not a list")
        real = [
            option for option in options if not (isinstance(option, dict) and option.get("type") == "null")
        ]
        if len(real) != 1:
            raise Unsupported(f"alternatives (“{word}”)")
        inner = self.schema(real[0], depth + 1)
        merged = {**inner, **schema}
        if len(real) < len(options):
            merged["nullable"] = True
        return merged

    def _merged(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        parts = schema.pop("allOf")
        if not isinstance(parts, list):
            raise Unsupported("“allOf” that is not a list")
        merged: dict[str, Any] = {}
        for part in [*(self.schema(part, depth + 1) for part in parts), schema]:
            properties = {**_object(merged.get("properties")), **_object(part.get("properties"))}
            required = [*_list(merged.get("required")), *_list(part.get("required"))]
            merged = {**merged, **part}
            if properties:
                merged["properties"] = properties
            if required:
                merged["required"] = required
        return merged

    def _follow(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise Unsupported("references to other documents")
        found: Any = self._document
        for step in reference[2:].split("/"):
            self._count()
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isascii() and key.isdigit() and len(key) < 7:
                found = found[int(key)] if int(key) < len(found) else None
            else:
                raise Unsupported("references to something that is not there")
        return found

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _STEPS:
            raise Unsupported("a description that is too large or too deep")


_DEEPEST = 64
_MOST = 200_000


def check_size(value: Any) -> Any:
    """A copy of ``value`` as plain JSON: texts as keys, no cycles, not too deep and not too large.

    Raises:
        InvalidInput: it cannot be stored as JSON within these limits.
    """
    left = [_MOST]
    try:
        return _plain(value, _DEEPEST, left)
    except OverflowError:
        raise InvalidInput(
            f"The document is too large: more than {_MOST:,} parts or {_DEEPEST} levels once every "
            "repetition is written out. Reduce it to the operations you need."
        ) from None


def _plain(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise OverflowError
    if isinstance(value, dict):
        return {_text(str(key)): _plain(item, depth - 1, left) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth - 1, left) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else str(value) if value.bit_length() < 1_000 else None
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return _text(str(value))


def _text(text: str) -> str:
    """Without what Postgres or UTF-8 cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
