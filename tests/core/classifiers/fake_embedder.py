"""A tiny embedder with fixed vectors, so that learning is tested without a model file."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from core.classifiers import Services
from core.settings import Settings


class HashEmbedder:
    """Unit vectors that depend on nothing but the text; counts what it was asked for."""

    name = "hash"
    dimensions = 8

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")
            row[:] = np.random.default_rng(seed).standard_normal(self.dimensions)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-9), dtype=np.float32)


def fake_services(embedder: HashEmbedder) -> Services:
    return Services(Settings(), lambda: embedder)
