"""JSON that comes from outside, and JSON that goes out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from core.errors import InvalidInput

_BOM = b"\xef\xbb\xbf"
_DEEPEST = 60


def parse_json(text: str | bytes) -> Any:
    """A value that any database can keep: no NUL, no half characters, no endless numbers.

    Raises:
        InvalidInput: it is no JSON, nested too deeply, or holds a number nobody can mean.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"not UTF-8 at byte {error.start + 1}") from None
    except RecursionError:
        raise InvalidInput("nested too deeply to be read") from None
    except ValueError as error:  # an integer of thousands of digits
        raise InvalidInput(f"not JSON that can be kept: {str(error)[:80]}") from None
    return cleaned(value)


def cleaned(value: Any, depth: int = 0) -> Any:
    """Without what a database cannot keep.

    Raises:
        InvalidInput: nested too deeply, or a number without end.
    """
    if depth > _DEEPEST:
        raise InvalidInput("nested too deeply to be read")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): cleaned(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput("a number is too large to be kept")
    return value


def clean_text(text: str) -> str:
    """Without NUL and half characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def to_json(value: Any) -> str:
    """On one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def encoded(text: str) -> bytes:
    """UTF-8; half characters become question marks."""
    return text.encode("utf-8", "replace")


def json_lines(content: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The objects of a JSON-lines file with their line numbers; a line that is none as the reason why."""
    for number, line in enumerate(content.removeprefix(_BOM).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = parse_json(line)
        except InvalidInput as error:
            yield number, str(error)
            continue
        yield number, value if isinstance(value, dict) else "it must be a JSON object"


def plain_json(content: bytes) -> Any:
    """The value of a whole JSON file.

    Raises:
        InvalidInput: it is no JSON; the message says on which line.
    """
    content = content.removeprefix(_BOM)
    try:
        return parse_json(content)
    except InvalidInput as error:
        try:
            json.loads(content)
        except json.JSONDecodeError as cause:
            raise InvalidInput(f"line {cause.lineno}: not JSON: {cause.msg}") from None
        except (ValueError, RecursionError):
            pass
        raise error from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
