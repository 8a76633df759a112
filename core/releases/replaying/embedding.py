"""The embedder of a replay: what is asked twice is computed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from core.llm import Embedder

_MOST = 5_000


class RememberingEmbedder:
    """An embedder that keeps the vectors of the texts it saw last. Safe to share by threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """See :class:`core.llm.Embedder`."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """See :class:`core.llm.Embedder`."""
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See :meth:`core.llm.Embedder.embed`."""
        with self._lock:
            missing = [each for each in dict.fromkeys(texts) if each not in self._known]
        if missing:
            vectors = self._embedder.embed(missing)
            with self._lock:
                self._known.update(zip(missing, vectors, strict=True))
        with self._lock:
            found = [self._known[each] for each in texts if each in self._known]
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        if len(found) < len(texts):  # more than are kept
            return self._embedder.embed(texts)
        return np.stack(found) if found else self._embedder.embed(texts)
