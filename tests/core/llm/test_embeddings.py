"""Embedders: the model on this machine, and a service that speaks OpenAI's protocol."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import numpy as np
import pytest

from core.errors import ConfigurationError, ProviderError
from core.llm.embeddings import MiniLMEmbedder, OpenAIEmbedder, _model_bytes, _tokenizer_bytes, get_embedder
from core.settings import Settings


@pytest.fixture(scope="module")
def minilm() -> MiniLMEmbedder:
    return MiniLMEmbedder()


def test_the_files_are_the_ones_that_were_measured() -> None:
    model, tokenizer = (hashlib.sha256(part).hexdigest() for part in (_model_bytes(), _tokenizer_bytes()))
    assert model == "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
    assert tokenizer == "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


def test_loading_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    MiniLMEmbedder().embed(["quiet"])
    assert capsys.readouterr() == ("", "")


def test_rows_are_unit_and_mean_something(minilm: MiniLMEmbedder) -> None:
    rows = minilm.embed(["How do I get my money back?", "Refund of a payment", "Weather in Lisbon"])
    assert rows.shape == (3, minilm.dimensions)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.4 > rows[0] @ rows[2]


def test_the_company_of_other_texts_does_not_matter(minilm: MiniLMEmbedder) -> None:
    texts = ["short", "a somewhat longer text about invoices", "word " * 900, "", "日本語", "short"]
    together = minilm.embed(texts)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(row, minilm.embed([text])[0], atol=2e-5)
    np.testing.assert_array_equal(together[0], together[-1])


def test_no_texts_no_rows(minilm: MiniLMEmbedder) -> None:
    assert minilm.embed([]).shape == (0, 384)


def test_threads_share_one_embedder() -> None:
    embedder = MiniLMEmbedder()
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: embedder.embed([text])[0], ["same text"] * 8))
    assert all(np.array_equal(row, rows[0]) for row in rows)


class _Service(BaseHTTPRequestHandler):
    """Answers ``POST /v1/embeddings``: out of order, and after as many failures as ``script`` asks for."""

    script: ClassVar[list[int]] = []
    requests: ClassVar[list[dict[str, Any]]] = []
    drop: ClassVar[int] = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).requests.append({"path": self.path, "key": self.headers["Authorization"], **body})
        status = type(self).script.pop(0) if type(self).script else 200
        data = [
            {"object": "embedding", "index": index, "embedding": [3.0, 4.0 * len(text), 0.0]}
            for index, text in enumerate(body["input"])
        ]
        answer: dict[str, Any] = {
            "object": "list",
            "data": data[::-1][type(self).drop :],
            "model": body["model"],
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }
        if status != 200:
            answer = {"error": {"message": "try later", "type": "server_error"}}
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    _Service.script, _Service.requests, _Service.drop = [], [], 0
    with ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_a_service_is_asked_in_batches_and_its_order_restored(service: str) -> None:
    embedder = OpenAIEmbedder("some-model", api_key="secret", base_url=service)
    texts = ["x" * (number + 1) for number in range(300)]
    rows = embedder.embed(texts)
    assert embedder.name == "openai:some-model"
    assert embedder.dimensions == 3
    assert [len(request["input"]) for request in _Service.requests] == [128, 128, 44]
    assert {request["path"] for request in _Service.requests} == {"/v1/embeddings"}
    assert {request["key"] for request in _Service.requests} == {"Bearer secret"}
    for row, text in zip(rows, texts, strict=True):
        np.testing.assert_allclose(
            row, np.array([3, 4 * len(text), 0]) / np.hypot(3, 4 * len(text)), atol=1e-6
        )


def test_a_service_is_asked_again_after_passing_trouble(service: str) -> None:
    _Service.script = [500, 429]
    assert OpenAIEmbedder("m", api_key="k", base_url=service).embed(["text"]).shape == (1, 3)
    assert len(_Service.requests) == 3


def test_a_service_that_stays_down_is_a_provider_error(service: str) -> None:
    _Service.script = [500] * 10
    with pytest.raises(ProviderError, match="did not answer"):
        OpenAIEmbedder("m", api_key="k", base_url=service, retries=1).embed(["text"])
    assert len(_Service.requests) == 2


def test_a_wrong_key_is_not_tried_again(service: str) -> None:
    _Service.script = [401] * 10
    with pytest.raises(ProviderError):
        OpenAIEmbedder("m", api_key="k", base_url=service).embed(["text"])
    assert len(_Service.requests) == 1


def test_missing_vectors_are_noticed(service: str) -> None:
    _Service.drop = 1
    with pytest.raises(ProviderError, match="1 vectors"):
        OpenAIEmbedder("m", api_key="k", base_url=service).embed(["one", "two"])


def test_empty_texts_and_no_texts(service: str) -> None:
    embedder = OpenAIEmbedder("m", api_key="k", base_url=service)
    assert embedder.embed(["", "y" * 100_000]).shape == (2, 3)
    assert _Service.requests[0]["input"][0] == " "
    assert len(_Service.requests[0]["input"][1]) == 24_000
    assert embedder.embed([]).shape == (0, 3)


def test_settings_choose_the_embedder(service: str) -> None:
    assert get_embedder(Settings()) is get_embedder(Settings())
    assert get_embedder(Settings()).name == "all-MiniLM-L6-v2"
    with pytest.raises(ConfigurationError, match="RATCHET_MODEL_API_KEY"):
        get_embedder(Settings(embedder="openai"))
    compatible = Settings(
        embedder="openai", embedding_model="local", model_provider="compatible", model_base_url=service
    )
    assert get_embedder(compatible).embed(["text"]).shape == (1, 3)
