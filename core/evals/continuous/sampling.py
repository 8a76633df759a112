"""Which subjects a live grader grades: the same ones in every process, and after every restart."""

from __future__ import annotations

import hashlib

_SCALE = 2**64


def in_sample(seed: str, subject_id: int, share: float) -> bool:
    """Whether a subject is in a sample.

    SHA-256 of seed and id is as good as a draw by chance, and needs no memory. A larger share has all that
    a smaller one has.

    Args:
        share: 0 to 1.
    """
    digest = hashlib.sha256(f"{seed}:{subject_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _SCALE


def seed_of(subject_type: str) -> str:
    """The seed of all graders of one kind of subject: they grade the same ones, and can be compared."""
    return f"live:{subject_type}"
