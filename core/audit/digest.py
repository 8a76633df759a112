"""What a row looks like to the hash: one canonical form, whichever database it comes from.

Postgres stores JSON as ``jsonb``, which forgets key order and whether 1e22 was written as a
float. The canonical form therefore sorts keys and writes whole numbers as integers, so that a
row read back gives the bytes it was signed with, and nothing else does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from core.audit.tables import AuditEntry
from core.errors import InvalidInput

_EXACT = 2**53  # beyond this a float no longer holds every integer
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def digest_of(entry: AuditEntry, *, key: bytes) -> str:
    """HMAC-SHA256 of every column of the row, its predecessor's digest included, as hex."""
    return _sign(
        "entry",
        {
            "id": entry.id,
            "sequence": entry.sequence,
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "person_id": entry.person_id,
            "who": entry.who,
            "action": entry.action,
            "subject_type": entry.subject_type,
            "subject_id": entry.subject_id,
            "detail": entry.detail,
            "previous": entry.previous,
        },
        key,
    )


def sign_head(sequence: int, digest: str, *, key: bytes) -> str:
    """HMAC-SHA256 of the end of the chain, as hex."""
    return _sign("head", {"sequence": sequence, "digest": digest}, key)


def same(left: str, right: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def clean(value: Any) -> Any:
    """``value`` as plain JSON that both databases store and give back unchanged.

    Dates become ISO text, sets become sorted lists, NUL and lone surrogates become U+FFFD (Postgres refuses
    them, and a record must not be lost because of a strange name).

    Raises:
        InvalidInput: a value has no plain JSON form.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int):
        return int(value) if abs(value) < _EXACT else str(int(value))
    if isinstance(value, float):
        return value if math.isfinite(value) and abs(value) < _EXACT else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(clean(item) for item in value)
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    raise InvalidInput(f"An audit entry cannot hold a {type(value).__name__}; give it text or numbers.")


def clean_text(value: str) -> str:
    """``value`` as text that every database can store."""
    return _UNSTORABLE.sub("\ufffd", value)


def _sign(kind: str, content: dict[str, Any], key: bytes) -> str:
    text = json.dumps(
        [kind, _canonical(content)],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        allow_nan=False,
    )
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value
