"""A model asked directly: who may be asked, and what is counted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI
from sqlmodel import select

from core.database import Database
from core.errors import ConfigurationError
from core.llm import CallRecord, DirectClient, ModelCall, keep_usage
from core.settings import Settings
from tests.serving import silent_port


def settings_for(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "RATCHET_MODEL_PROVIDER"),
        ({"model_provider": "openai"}, "RATCHET_MODEL_NAME"),
        ({"model_provider": "openai", "model_name": "m"}, "RATCHET_MODEL_API_KEY"),
        ({"model_provider": "compatible", "model_name": "m"}, "RATCHET_MODEL_BASE_URL"),
    ],
)
def test_settings_without_a_service_are_refused(values: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        DirectClient(settings_for(**values), purpose="test")


def test_a_request_that_is_cancelled_is_counted() -> None:
    """And gives its slot back: the second one gets it."""
    records: list[CallRecord] = []

    async def run(settings: Settings) -> None:
        async with DirectClient(settings, purpose="test", sink=records.append) as client:
            for _ in range(2):
                asked = asyncio.create_task(client.ask(_models, used=lambda _: (0, 0)))
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(asked, 0.1)

    with silent_port() as address:
        asyncio.run(
            run(
                settings_for(
                    model_provider="compatible",
                    model_name="m",
                    model_base_url=f"{address}/v1",
                    model_concurrency=1,
                )
            )
        )
    assert [(record.ok, record.error) for record in records] == [
        (False, "stopped before it was finished")
    ] * 2


async def _models(client: AsyncOpenAI) -> None:
    await client.models.retrieve("m")


def test_usage_is_kept_and_a_broken_database_loses_no_answer(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    record = CallRecord(purpose="test", provider="compatible", model="m", input_tokens=7, cost=0.5)
    keep_usage([record, record], database=database)
    with database.reading() as session:
        assert [call.input_tokens for call in session.exec(select(ModelCall))] == [7, 7]
    keep_usage([record], database=Database("sqlite:////nowhere/at/all.sqlite"))
    assert "1 model calls are not counted" in caplog.text
