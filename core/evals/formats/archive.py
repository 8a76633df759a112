"""Members of a zip file from outside, also those packed with Zstandard, which zipfile cannot unpack yet."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

import zstandard

from core.errors import InvalidInput

MOST_BYTES = 512 * 1024 * 1024
"""Unpacked, all together: a small archive can hold a huge one."""
_ZSTANDARD = 93
_LOCAL_HEADER = 30


def archive_members(content: bytes, *, prefix: str, suffix: str = ".json") -> Iterator[tuple[str, bytes]]:
    """Names and contents of the members below a folder, in the order of their names.

    Raises:
        InvalidInput: it is no zip file, a member is broken, or it is larger than anybody can mean.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError):
        raise InvalidInput("not a zip file, or one that broke off") from None
    left = MOST_BYTES
    with archive:
        # a log that was appended to has members twice: the last one counts
        members = {each.filename: each for each in archive.infolist()}
        for name in sorted(members):
            if not name.startswith(prefix) or not name.endswith(suffix):
                continue
            unpacked = _unpacked(archive, members[name], content, most=left)
            left -= len(unpacked)
            yield name, unpacked


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, content: bytes, *, most: int) -> bytes:
    try:
        if member.compress_type == _ZSTANDARD:
            reader = zstandard.ZstdDecompressor().stream_reader(
                _packed(member, content), read_across_frames=True
            )
            found = reader.read(most + 1)
        else:
            with archive.open(member) as handle:
                found = handle.read(most + 1)
    except NotImplementedError:  # zipfile's word for a compression it does not have; a RuntimeError too
        raise InvalidInput(f"{member.filename[:200]} in it is packed in a way not known here") from None
    except (
        zipfile.BadZipFile,
        zstandard.ZstdError,
        EOFError,
        OSError,
        RuntimeError,
        ValueError,
        struct.error,
    ):
        raise InvalidInput(f"{member.filename[:200]} in it cannot be unpacked") from None
    if len(found) > most:
        raise InvalidInput(f"unpacked it has more than {MOST_BYTES // 1024**2} MB")
    return found


def _packed(member: zipfile.ZipInfo, content: bytes) -> bytes:
    header = content[member.header_offset : member.header_offset + _LOCAL_HEADER]
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = member.header_offset + _LOCAL_HEADER + name_length + extra_length
    return content[start : start + member.compress_size]
