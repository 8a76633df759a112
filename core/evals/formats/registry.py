"""The formats of case files, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol, TypeVar

from core.errors import InvalidInput
from core.evals.formats.record import CaseRecord, Read, ReadOptions, WriteOptions


class Reader(Protocol):
    """Makes records of bytes, and problems of what it cannot read. Raises nothing."""

    def __call__(self, content: bytes, options: ReadOptions) -> Read: ...


class Writer(Protocol):
    """Makes a file of records."""

    def __call__(self, records: Sequence[CaseRecord], options: WriteOptions) -> bytes: ...


@dataclass(frozen=True, slots=True)
class CaseFormat:
    """How cases are read and written.

    Attributes:
        label: what people call it.
        suffixes: of its files, the usual one first.
        write: None where files are only read.
        recognises: whether content that begins like this is of the format; asked in order of registration.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    read: Reader
    write: Writer | None
    recognises: Callable[[bytes], bool]


_FORMATS: dict[str, CaseFormat] = {}
_HEAD = 65_536
_Reader = TypeVar("_Reader", bound=Reader)


def case_format(
    name: str,
    *,
    label: str,
    suffixes: tuple[str, ...],
    recognises: Callable[[bytes], bool],
    write: Writer | None = None,
) -> Callable[[_Reader], _Reader]:
    """Decorator that makes a function the reader of a format. ``name`` is typed by people: keep it."""

    def register(read: _Reader) -> _Reader:
        _FORMATS[name] = CaseFormat(name, label, suffixes, read, write, recognises)
        return read

    return register


def case_formats() -> tuple[CaseFormat, ...]:
    """Every format, our own first."""
    return tuple(_FORMATS.values())


def get_case_format(name: str) -> CaseFormat:
    """The format of this name.

    Raises:
        InvalidInput: there is none.
    """
    if name not in _FORMATS:
        raise InvalidInput(f"There is no case format {name!r}; choose one of {', '.join(_FORMATS)}.")
    return _FORMATS[name]


def guess_case_format(file_name: str, content: bytes) -> CaseFormat:
    """The format of a file by its name and how it begins.

    Raises:
        InvalidInput: none fits.
    """
    suffix = PurePath(file_name).suffix.lower()
    head = content[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    for each in _FORMATS.values():
        if suffix in each.suffixes and each.recognises(head):
            return each
    known = ", ".join(f"{each.name} ({each.suffixes[0]})" for each in _FORMATS.values())
    raise InvalidInput(f"{file_name or 'The file'} looks like none of the formats known here: {known}.")
