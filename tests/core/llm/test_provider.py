"""The served providers against a server that misbehaves in every way we know."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool
from agents.tracing import get_trace_provider
from sqlmodel import select

from core.database import open_database
from core.errors import ConfigurationError, ProviderError
from core.llm import (
    CallRecord,
    DraftOutput,
    ModelCall,
    model_provider,
    partial_sentences,
    provider_name,
    record_usage,
)
from core.settings import Settings
from tests.fake_openai import Answer, FakeOpenAI, draft_json, fake_openai

APIS = ["responses", "chat_completions"]
PASSAGE = {
    "id": "P1",
    "title": "Refunds",
    "heading": "Refunds",
    "text": "Refunds take 5 days.",
    "locale": "en",
}
KEY = "sk-test-123456789"


@function_tool
def search_knowledge(query: str) -> str:
    """Search the knowledge base."""
    return json.dumps({"passages": [{**PASSAGE, "audience": "public", "score": 0.9, "query": query}]})


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the server names no time to wait, do not wait."""
    monkeypatch.setattr("core.llm.repeating._backoff", lambda _: 0.0)


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with fake_openai(key=KEY) as fake:
        yield fake


def settings_for(server: FakeOpenAI | None, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "model_provider": "compatible",
        "model_name": "tiny",
        "model_base_url": server.url if server else "",
        "model_api_key": KEY,
        "model_api": "responses",
        "model_timeout_seconds": 5,
        **more,
    }
    return Settings(_env_file=None, **values)


def draft(
    settings: Settings, *, stream: bool = False, text: str = "How long do refunds take?"
) -> tuple[DraftOutput, list[CallRecord], str]:
    """Run the agent once: the draft, the calls counted, and the text streamed."""
    records: list[CallRecord] = []
    streamed = ""

    async def run() -> DraftOutput:
        nonlocal streamed
        provider = model_provider(settings, sink=records.append)
        agent = Agent(name="draft", instructions="Answer.", tools=[search_knowledge], output_type=DraftOutput)
        config = RunConfig(model_provider=provider)
        try:
            if not stream:
                result = await Runner.run(agent, text, run_config=config)
                return result.final_output_as(DraftOutput)
            streaming = Runner.run_streamed(agent, text, run_config=config)
            async for event in streaming.stream_events():
                if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                    streamed += event.data.delta
            return streaming.final_output_as(DraftOutput)
        finally:
            await provider.aclose()

    return asyncio.run(run()), records, streamed


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", APIS)
def test_a_draft_goes_through_tool_and_answer_and_is_counted(
    server: FakeOpenAI, api: str, stream: bool
) -> None:
    settings = settings_for(server, model_api=api, model_price_input=1.0, model_price_output=10.0)
    output, records, streamed = draft(settings, stream=stream)
    assert output.sentences[0].cites[0].quote == "Refunds take 5 days."
    assert [(r.ok, r.input_tokens, r.output_tokens) for r in records] == [(True, 100, 20)] * 2
    assert records[0].cost == pytest.approx((100 * 1.0 + 20 * 10.0) / 1e6)
    assert all(r.milliseconds > 0 and r.purpose == "draft" for r in records)
    if stream:
        assert partial_sentences(streamed) == ["Refunds take 5 days."]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", APIS)
def test_rate_limits_and_server_errors_are_retried_by_one_policy(
    server: FakeOpenAI, api: str, stream: bool
) -> None:
    server.answer_with(
        Answer(status=429, headers={"retry-after": "0"}),
        Answer(status=503, headers={"retry-after-ms": "1"}),
        Answer(text=draft_json("Hello.")),
    )
    output, records, _ = draft(settings_for(server, model_api=api), stream=stream)
    assert output.sentences[0].text == "Hello."
    assert [r.ok for r in records] == [False, False, True]
    assert len(server.requests) == 3


@pytest.mark.parametrize("stream", [False, True])
def test_attempts_are_capped(server: FakeOpenAI, stream: bool) -> None:
    server.answer_with(*[Answer(status=500, headers={"retry-after": "0"})] * 10)
    with pytest.raises(ProviderError, match="status 500"):
        draft(settings_for(server), stream=stream)
    assert len(server.requests) == 3


def test_retry_after_is_honoured_and_a_long_one_is_not_waited_for(server: FakeOpenAI) -> None:
    server.answer_with(Answer(status=429, headers={"retry-after": "0.3"}), Answer(text=draft_json("Hello.")))
    started = asyncio.new_event_loop()
    begin = started.time()
    draft(settings_for(server))
    waited = started.time() - begin
    started.close()
    assert waited >= 0.3
    server.answer_with(Answer(status=429, headers={"retry-after": "3600"}))
    count = len(server.requests)
    with pytest.raises(ProviderError, match="3600 seconds"):
        draft(settings_for(server))
    assert len(server.requests) == count + 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(status=404, code="model_not_found"), "does not know the model 'tiny'"),
        (Answer(status=403), "does not allow"),
        (
            Answer(status=400, message="context length exceeded"),
            "refused the request: context length exceeded",
        ),
        (Answer(status=429, code="insufficient_quota"), "no credit left"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_other_failures_are_told_at_once(
    server: FakeOpenAI, answer: Answer, message: str, stream: bool
) -> None:
    server.answer_with(answer)
    with pytest.raises(ProviderError, match=message):
        draft(settings_for(server), stream=stream)
    assert len(server.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_wrong_key_is_named_and_never_shown(server: FakeOpenAI, stream: bool) -> None:
    with pytest.raises(ProviderError) as caught:
        draft(settings_for(server, model_api_key="sk-wrong-987654321"), stream=stream)
    assert "RATCHET_MODEL_API_KEY" in str(caught.value)
    assert "987654321" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_slow_server_times_out(server: FakeOpenAI, api: str, stream: bool) -> None:
    server.answer_with(*[Answer(text=draft_json("Late."), delay=1.0)] * 3)
    settings = settings_for(server, model_api=api, model_timeout_seconds=0.15)
    with pytest.raises(ProviderError, match=r"did not answer within 0\.15 seconds"):
        draft(settings, stream=stream)


def test_an_unreachable_server_is_named() -> None:
    with fake_openai() as gone:
        settings = settings_for(gone, model_timeout_seconds=2)
    with pytest.raises(ProviderError, match=r"127\.0\.0\.1:\d+ cannot be reached"):
        draft(settings)


@pytest.mark.parametrize("raw", ["<html>Welcome to nginx</html>", "{}", "not json"])
@pytest.mark.parametrize("api", APIS)
def test_a_server_that_speaks_something_else(server: FakeOpenAI, raw: str, api: str) -> None:
    server.answer_with(*[Answer(raw=raw)] * 3)
    with pytest.raises(ProviderError):
        draft(settings_for(server, model_api=api))


@pytest.mark.parametrize("api", APIS)
def test_a_stream_that_breaks_off_is_an_error_and_not_repeated(server: FakeOpenAI, api: str) -> None:
    server.answer_with(Answer(text=draft_json("A long enough text to be cut in the middle."), cut=2))
    with pytest.raises(ProviderError):
        draft(settings_for(server, model_api=api), stream=True)
    assert len(server.requests) == 1


LOOSE = [
    "```json\n" + draft_json("Hello.") + "\n```",
    "Sure! Here is the draft: " + draft_json("Hello.") + "\nAnything else?",
    '{"decision": "answer", "sentences": [{"text": "Hello."}], "thoughts": "..."}',
    '{"decision": "answer", "confidence": "0.7", "sentences": [{"text": "Hello.", "cites": []}]}',
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("text", LOOSE)
def test_loose_json_is_read(server: FakeOpenAI, text: str, stream: bool) -> None:
    server.answer_with(Answer(text=text))
    output, records, _ = draft(settings_for(server, model_api="chat_completions"), stream=stream)
    assert [s.text for s in output.sentences] == ["Hello."]
    assert len(records) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", APIS)
def test_one_repair_is_asked_for(server: FakeOpenAI, api: str, stream: bool) -> None:
    server.answer_with(Answer(text="I think refunds take 5 days."), Answer(text=draft_json("5 days.")))
    output, records, _ = draft(settings_for(server, model_api=api), stream=stream)
    assert output.sentences[0].text == "5 days."
    assert len(records) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_two_unreadable_answers_are_an_error(server: FakeOpenAI, stream: bool) -> None:
    server.answer_with(Answer(text="No."), Answer(text="Still no."))
    with pytest.raises(ProviderError, match="twice"):
        draft(settings_for(server), stream=stream)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", APIS)
def test_a_server_without_schemas_gets_them_as_an_instruction(
    server: FakeOpenAI, api: str, stream: bool
) -> None:
    server.refuses_schema = True
    output, _, _ = draft(settings_for(server, model_api=api), stream=stream)
    assert output.decision == "answer"
    assert "JSON schema" in json.dumps(server.requests[-1]["body"])


def test_calls_in_flight_are_capped_across_event_loops(server: FakeOpenAI) -> None:
    server.answer_with(*[Answer(text=draft_json("Hello."), delay=0.05)] * 12)
    settings = settings_for(server, model_concurrency=3)

    def many() -> None:
        async def run() -> None:
            provider = model_provider(settings)
            agent = Agent(name="draft", output_type=DraftOutput)
            await asyncio.gather(
                *(Runner.run(agent, "Hi", run_config=RunConfig(model_provider=provider)) for _ in range(6))
            )
            await provider.aclose()

        asyncio.run(run())

    async def both() -> None:
        await asyncio.gather(asyncio.to_thread(many), asyncio.to_thread(many))

    asyncio.run(both())
    assert len(server.requests) == 12
    assert server.most_in_flight <= 3


def test_a_cancelled_draft_gives_its_slot_back(server: FakeOpenAI) -> None:
    settings = settings_for(server, model_concurrency=1)
    records: list[CallRecord] = []

    async def run() -> None:
        provider = model_provider(settings, sink=records.append)
        config = RunConfig(model_provider=provider)
        agent = Agent(name="draft", output_type=DraftOutput)
        server.answer_with(Answer(text=draft_json("Never seen."), delay=2))
        task = asyncio.create_task(Runner.run(agent, "Hi", run_config=config))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        result = await asyncio.wait_for(Runner.run(agent, "Hi", run_config=config), timeout=5)
        assert result.final_output_as(DraftOutput).sentences
        await provider.aclose()

    asyncio.run(run())
    assert [r.ok for r in records] == [False, True]
    assert records[0].error == "stopped before it was finished"


def test_a_broken_sink_loses_no_draft(server: FakeOpenAI) -> None:
    def broken(_: CallRecord) -> None:
        raise RuntimeError("sink is full")

    async def run() -> DraftOutput:
        provider = model_provider(settings_for(server), sink=broken)
        agent = Agent(name="draft", output_type=DraftOutput)
        result = await Runner.run(agent, "Hi", run_config=RunConfig(model_provider=provider))
        await provider.aclose()
        return result.final_output_as(DraftOutput)

    assert asyncio.run(run()).decision == "answer"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"model_provider": "openai", "model_name": ""}, "RATCHET_MODEL_NAME"),
        ({"model_provider": "openai", "model_api_key": ""}, "OPENAI_API_KEY"),
        ({"model_base_url": ""}, "RATCHET_MODEL_BASE_URL"),
    ],
)
def test_missing_settings_are_named(more: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        model_provider(settings_for(None, **more))


def test_names() -> None:
    assert provider_name(Settings(_env_file=None)) == "offline"
    assert provider_name(settings_for(None)) == "compatible/tiny"


def test_no_trace_leaves_the_machine() -> None:
    processors = get_trace_provider()._multi_processor._processors  # type: ignore[attr-defined]
    # our own recorder may be among them once a run was recorded; the SDK's exporter never is
    assert [each for each in processors if type(each).__module__.partition(".")[0] != "core"] == []


def test_usage_is_stored(database_url: str) -> None:
    database = open_database(Settings(_env_file=None, database_url=database_url))
    try:
        with database.transaction() as session:
            record_usage(
                CallRecord(purpose="draft", provider="openai", model="m", cost=0.5, error="x" * 900),
                session=session,
            )
        with database.reading() as session:
            row = session.exec(select(ModelCall)).one()
            assert (row.cost, row.ok, len(row.error)) == (0.5, True, 300)
    finally:
        database.dispose()
