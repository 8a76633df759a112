"""Archives from outside that cannot be unpacked say why."""

from __future__ import annotations

import io
import zipfile

import pytest

from core.errors import InvalidInput
from core.evals.formats.archive import archive_members

_UNKNOWN = 77  # no method of compression that anybody uses


def test_a_compression_nobody_knows_is_named_as_such() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("samples/1.json", "{}")
    content = bytearray(buffer.getvalue())
    for start, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(start) + place] = _UNKNOWN
    with pytest.raises(InvalidInput, match="packed in a way not known here"):
        list(archive_members(bytes(content), prefix="samples/"))
