"""The file formats of labels, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from core.conversations import Reject
from core.errors import InvalidInput
from core.labelling.label_csv import read_label_csv, write_label_csv
from core.labelling.label_studio import read_label_studio, write_label_studio
from core.labelling.records import LabelRecord


class Write(Protocol):
    """Makes text, in pieces, of labels of a criterion of one kind."""

    def __call__(self, records: Iterable[LabelRecord], *, kind: str) -> Iterator[str]: ...


class Read(Protocol):
    """Makes labels of a criterion of one kind of bytes, and rejects what it cannot read."""

    def __call__(self, handle: BinaryIO, *, kind: str) -> Iterator[LabelRecord | Reject]: ...


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """How labels are read and written."""

    label: str
    suffix: str
    read: Read
    write: Write


_FORMATS = {
    "csv": LabelFormat("CSV", ".csv", read_label_csv, write_label_csv),
    "label_studio": LabelFormat("Label Studio JSON", ".json", read_label_studio, write_label_studio),
}
FORMATS = {name: each.label for name, each in _FORMATS.items()}
"""What to call each format."""


def label_format(name: str) -> LabelFormat:
    """The format of this name.

    Raises:
        InvalidInput: there is none.
    """
    if name not in _FORMATS:
        raise InvalidInput(f"There is no label format {name!r}; choose one of {', '.join(FORMATS)}.")
    return _FORMATS[name]
