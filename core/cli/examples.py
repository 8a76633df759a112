"""Examples in a file: JSON lines ``{"text", "answer"}``, also ``"group"`` and ``"held_out"``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.cli.output import read_json_lines, say
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.classifiers import NewExample

EXAMPLES_HELP = 'JSON lines {"text","answer"}, also "group" and "held_out"; - is standard input.'
_NAMED = 20
_WORDS = {True: "yes", False: "no"}


def read_examples_file(path: str) -> list[NewExample]:
    """The examples of a file, ``-`` for standard input.

    An answer is a text, or a list of them where several may be right; null, ``""`` and ``[]`` mean none of
    the answers; true and false mean yes and no.

    Raises:
        InvalidInput: the file cannot be read or has no line, or some lines are no examples. Those are named
            on standard error.
    """
    from core.classifiers import NewExample

    read, wrong = [], 0
    for number, entry in read_json_lines(path):
        try:
            if isinstance(entry, str):
                raise InvalidInput(entry)
            read.append(
                NewExample(
                    text=_text(entry, "text", required=True),
                    answer=_answer(entry),
                    group=_text(entry, "group"),
                    channel=_text(entry, "channel"),
                    locale=_text(entry, "locale"),
                    held_out=_flag(entry, "held_out"),
                )
            )
        except InvalidInput as error:
            wrong += 1
            if wrong <= _NAMED:
                say(f"{path}:{number}: {error}")
    if wrong:
        lines = "1 line is no example" if wrong == 1 else f"{wrong:,} lines are no examples"
        raise InvalidInput(f"{lines}; nothing was stored. Correct or remove them.")
    if not read:
        raise InvalidInput(f"{path} has no examples.")
    return read


def _text(entry: dict[str, Any], field: str, *, required: bool = False) -> str:
    value = entry.get(field)
    if value is None and not required:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and not required:
        value = str(value)
    if not isinstance(value, str):
        raise InvalidInput(f"{field} must be a text")
    if required and not value.strip():
        raise InvalidInput(f"{field} is empty")
    return value


def _answer(entry: dict[str, Any]) -> str | tuple[str, ...]:
    if "answer" not in entry:
        raise InvalidInput("answer is missing")
    value = entry["answer"]
    if isinstance(value, list):
        if not all(isinstance(each, str) and each for each in value):
            raise InvalidInput("answer must be a text or a list of texts")
        return tuple(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise InvalidInput("answer must be a text or a list of texts")
    return value.strip()


def _flag(entry: dict[str, Any], field: str) -> bool:
    value = entry.get(field, False)
    if not isinstance(value, bool):
        raise InvalidInput(f"{field} must be true or false")
    return value
