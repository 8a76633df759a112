"""Keeps the vectors of sentences that were compared before."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.llm.embeddings import Embedder


class CachingEmbedder:
    """An embedder that computes each text once while it is in use. Safe to share by threads.

    Popular passages come up in draft after draft; their sentences need not be embedded each time.

    Args:
        inner: computes what is not known yet.
        size: texts kept, least recently used out first; 4,096 vectors of MiniLM are 6 MB.
    """

    def __init__(self, inner: Embedder, *, size: int = 4096) -> None:
        self._inner = inner
        self._size = size
        self._lock = threading.Lock()
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See :meth:`core.llm.embeddings.Embedder.embed`."""
        with self._lock:
            rows = {text: self._known[text] for text in texts if text in self._known}
            for text in rows:
                self._known.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in rows]
        if missing:
            rows.update(zip(missing, self._inner.embed(missing), strict=True))
            with self._lock:
                for text in missing:
                    self._known[text] = rows[text]
                while len(self._known) > self._size:
                    self._known.popitem(last=False)
        return np.stack([rows[text] for text in texts]) if texts else self._inner.embed([])
