"""Plain requests: the failures are the SDK's own, so that the one policy reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from core.llm.failures import may_help_again, retry_after
from core.llm.plain import open_plainly, post_json
from tests.fake_openai import Answer, FakeOpenAI, fake_openai
from tests.serving import silent_port

BODY = {"model": "tiny", "messages": [{"role": "user", "content": "Grüße"}]}


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with fake_openai() as fake:
        yield fake


def post(url: str, *, seconds: float = 5.0) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        async with open_plainly(seconds=seconds) as http:
            return await post_json(
                http, f"{url}/chat/completions", BODY, headers={"Content-Type": "application/json"}
            )

    return asyncio.run(run())


def test_the_reply_is_what_the_server_sent(server: FakeOpenAI) -> None:
    server.answer_with(Answer(text="Hello."))
    assert post(server.url)["choices"][0]["message"]["content"] == "Hello."
    assert server.requests[0]["body"] == BODY


@pytest.mark.parametrize(
    ("status", "kind", "again"),
    [
        (400, openai.BadRequestError, False),
        (401, openai.AuthenticationError, False),
        (403, openai.PermissionDeniedError, False),
        (404, openai.NotFoundError, False),
        (418, openai.APIStatusError, False),
        (422, openai.UnprocessableEntityError, False),
        (429, openai.RateLimitError, True),
        (503, openai.InternalServerError, True),
    ],
)
def test_each_status_is_the_error_the_sdk_makes_of_it(
    server: FakeOpenAI, status: int, kind: type[openai.APIStatusError], *, again: bool
) -> None:
    server.answer_with(
        Answer(status=status, code="some_code", message="because", headers={"retry-after-ms": "30"})
    )
    with pytest.raises(kind, match="because") as caught:
        post(server.url)
    assert (caught.value.code, caught.value.status_code) == ("some_code", status)
    assert may_help_again(caught.value) is again
    assert retry_after(caught.value) == 0.03


def test_no_answer_and_no_server_are_told_apart() -> None:
    with silent_port() as address, pytest.raises(openai.APITimeoutError):
        post(address, seconds=0.2)
    with pytest.raises(openai.APIConnectionError) as caught:
        post("http://127.0.0.1:9")
    assert not isinstance(caught.value, openai.APITimeoutError)
