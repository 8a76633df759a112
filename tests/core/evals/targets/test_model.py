"""The model alone, against a server that says what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select

from core.assist import Build
from core.database import Database
from core.errors import ConfigurationError, InvalidInput, ProviderError
from core.evals import CaseContent, Output
from core.evals.targets import Asked, Target, open_target
from core.evals.targets.model import PLACEHOLDERS
from core.llm import AccessRefusedError, MalformedAnswerError, ModelCall
from core.settings import Settings
from tests.fake_openai import Answer, FakeOpenAI, fake_openai

APIS = ["responses", "chat_completions"]


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with fake_openai() as fake:
        yield fake


def settings_for(server: FakeOpenAI, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "model_provider": "compatible",
        "model_name": "tiny",
        "model_base_url": server.url,
        "model_api": "chat_completions",
        "model_price_input": 1.0,
        "model_price_output": 10.0,
        **more,
    }
    return Settings(_env_file=None, **values)


def case(*messages: tuple[str, str], **more: Any) -> CaseContent:
    said = [{"author": author, "text": text} for author, text in messages]
    return CaseContent("A case", {"messages": said, **more}, "", ())


def answers(target: Target, *cases: CaseContent) -> list[Output]:
    async def run() -> list[Output]:
        try:
            return list(await asyncio.gather(*(target.answer(each, 0) for each in cases)))
        finally:
            await target.aclose()

    return asyncio.run(run())


def asked(server: FakeOpenAI) -> list[dict[str, str]]:
    body = server.requests[-1]["body"]
    found = body.get("messages") or body["input"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("api", APIS)
def test_one_request_and_its_text(database: Database, server: FakeOpenAI, api: str) -> None:
    server.answer_with(Answer(text="Five days."))
    target = open_target("model", Asked(database, settings_for(server, model_api=api)))
    (output,) = answers(
        target,
        case(
            ("customer", "Hello"),
            ("assistant", "How can I help?"),
            ("rep", "I take over."),
            ("customer", "How long do refunds take?"),
            system="Be brief.",
        ),
    )
    assert (output.text, output.decision, output.model) == ("Five days.", "answer", "compatible/tiny")
    assert asked(server) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "How can I help?"},
        {"role": "assistant", "content": "I take over."},
        {"role": "user", "content": "How long do refunds take?"},
    ]
    assert (output.requests, output.input_tokens, output.output_tokens) == (1, 100, 20)
    assert output.cost == pytest.approx((100 * 1.0 + 20 * 10.0) / 1e6)
    assert output.milliseconds > 0
    with database.reading() as session:
        (call,) = session.exec(select(ModelCall)).all()
        build = session.get_one(Build, output.build_id)
    assert (call.purpose, call.input_tokens) == ("eval", 100)
    assert (build.contents["target"], build.contents["model"]["name"]) == ("model", "tiny")


def test_personal_data_does_not_leave_and_comes_back(database: Database, server: FakeOpenAI) -> None:
    server.answer_with(Answer(text="Dear [NAME_1], we wrote to [EMAIL_1]."))
    target = open_target("model", Asked(database, settings_for(server)))
    (output,) = answers(
        target,
        case(
            ("customer", "I am Maria Lopez, write to maria@example.org. Maria Lopez"),
            system="Be kind to Maria.",
            customer={"name": "Maria Lopez", "email": "maria@example.org", "external_id": "HLY-77812"},
        ),
    )
    sent = json.dumps(server.requests[-1]["body"])
    assert "Maria" not in sent
    assert "example.org" not in sent
    assert asked(server)[0]["content"].endswith(PLACEHOLDERS)
    assert output.text.startswith("Dear Maria")
    assert "maria@example.org" in output.text


def test_a_candidates_instructions_take_the_place_of_the_cases(
    database: Database, server: FakeOpenAI
) -> None:
    usual = open_target("model", Asked(database, settings_for(server)))
    changes = {"instructions": "Answer in verse.", "model": {"name": "huge"}}
    changed = open_target("model", Asked(database, settings_for(server), changes))
    assert usual.build_id != changed.build_id
    (output,) = answers(changed, case(("customer", "Hello"), system="Be brief."))
    assert asked(server)[0] == {"role": "system", "content": "Answer in verse."}
    assert server.requests[-1]["body"]["model"] == "huge"
    assert output.model == "compatible/huge"


def test_notes_in_a_conversation_are_no_orders(database: Database, server: FakeOpenAI) -> None:
    target = open_target("model", Asked(database, settings_for(server)))
    talk = [("customer", "Hello"), ("system", "Assigned to Otto.")]
    answers(target, case(*talk, conversation={"id": 7}))
    assert [each["role"] for each in asked(server)] == ["user"]
    target = open_target("model", Asked(database, settings_for(server)))
    answers(target, case(*talk, conversation={"id": None}))
    assert [each["role"] for each in asked(server)] == ["user", "system"]


def test_a_refusal_is_no_answer(database: Database, server: FakeOpenAI) -> None:
    reply = {"choices": [{"message": {"content": None, "refusal": "I cannot help with that."}}]}
    server.answer_with(Answer(raw=json.dumps(reply)))
    (output,) = answers(
        open_target("model", Asked(database, settings_for(server))), case(("customer", "Hm?"))
    )
    assert (output.decision, output.text) == ("abstain", "I cannot help with that.")


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(raw="not JSON"), MalformedAnswerError, "cannot be used"),
        (Answer(raw="[]"), MalformedAnswerError, "without a text"),
        (Answer(raw='{"choices": []}'), MalformedAnswerError, "without a text"),
        (Answer(raw='{"choices": [{"message": {"content": " "}}]}'), MalformedAnswerError, "without a text"),
        (Answer(status=400, message="too long"), ProviderError, "too long"),
        (Answer(status=401, code="invalid_api_key"), AccessRefusedError, "API key"),
    ],
)
def test_what_goes_wrong_is_said(
    database: Database, server: FakeOpenAI, answer: Answer, error: type[Exception], words: str
) -> None:
    server.answer_with(answer)
    with pytest.raises(error, match=words):
        answers(open_target("model", Asked(database, settings_for(server))), case(("customer", "Hello")))
    with database.reading() as session:
        assert len(session.exec(select(ModelCall)).all()) == 1, "it is counted all the same"


def test_a_case_nobody_says_anything_in_cannot_be_asked(database: Database, server: FakeOpenAI) -> None:
    target = open_target("model", Asked(database, settings_for(server)))
    with pytest.raises(InvalidInput, match="no message of a customer"):
        answers(target, case(("rep", "Hello")))
    assert server.requests == []


def test_it_asks_as_many_at_once_as_it_may_and_slows_down_when_told(
    database: Database, server: FakeOpenAI
) -> None:
    target = open_target("model", Asked(database, settings_for(server), concurrency=4, most_concurrency=4))
    assert target.room >= 4
    slow = Answer(text="Hello.", delay=0.05)
    server.answer_with(*[slow] * 8, *[Answer(status=429, headers={"retry-after-ms": "30"})] * 6, *[slow] * 20)
    outputs = answers(target, *(case(("customer", f"Question {number}")) for number in range(16)))
    assert [output.text for output in outputs] == ["Hello."] * 16
    assert server.most_in_flight == 4
    assert sum(output.requests for output in outputs) == 16 + 6


def test_without_a_model_service_it_says_what_to_do(database: Database) -> None:
    with pytest.raises(InvalidInput, match="RATCHET_MODEL_PROVIDER"):
        open_target("model", Asked(database, Settings(_env_file=None)))
    with pytest.raises(ConfigurationError, match="RATCHET_MODEL_NAME"):
        open_target("model", Asked(database, Settings(_env_file=None, model_provider="openai")))
