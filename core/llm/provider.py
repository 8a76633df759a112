"""The one place that turns settings into models."""

from __future__ import annotations

import asyncio
import os
import weakref

from agents import Model, ModelProvider, OpenAIChatCompletionsModel, OpenAIResponsesModel
from agents.tracing import set_trace_provider
from agents.tracing.provider import DefaultTraceProvider
from openai import AsyncOpenAI

from core.errors import ConfigurationError
from core.llm.embeddings import Embedder
from core.llm.lenient import LenientModel
from core.llm.metered import MeteredModel
from core.llm.offline import MODEL_NAME, OfflineModel
from core.llm.pacing import Pace
from core.llm.served import ServedModel, Terms
from core.llm.slots import Turns, process_slots
from core.llm.usage import UsageSink
from core.settings import Settings

# A provider of our own from the start: the SDK's default one would send every trace to OpenAI.
# Whoever wants traces adds a processor with agents.add_trace_processor.
set_trace_provider(DefaultTraceProvider())


def provider_name(settings: Settings) -> str:
    """How a build and a usage record name the model: ``offline`` or ``provider/model``."""
    if settings.model_provider == "offline":
        return MODEL_NAME
    return f"{settings.model_provider}/{settings.model_name}"


def model_provider(
    settings: Settings,
    *,
    sink: UsageSink | None = None,
    purpose: str = "draft",
    embedder: Embedder | None = None,
    pace: Pace | None = None,
) -> ModelProvider:
    """The provider of drafting models the settings ask for.

    Close it (``await provider.aclose()``) on each event loop that used it, before that loop ends.

    Args:
        sink: gets a record of every request, failed ones included; it must not block.
        purpose: what the requests are for, in those records.
        embedder: lets the offline model compare meanings; served models do not need it.
        pace: lets the calls of a served model start; None: what the settings allow this process.

    Raises:
        ConfigurationError: a setting is missing; the message names it.
    """
    if settings.model_provider == "offline":
        return _OfflineProvider(settings, sink=sink, purpose=purpose, embedder=embedder)
    return _ServedProvider(settings, sink=sink, purpose=purpose, pace=pace)


class _OfflineProvider(ModelProvider):
    def __init__(
        self, settings: Settings, *, sink: UsageSink | None, purpose: str, embedder: Embedder | None
    ) -> None:
        offline = OfflineModel(organisation=settings.organisation, embedder=embedder)
        self._model = MeteredModel(offline, provider="offline", model=MODEL_NAME, purpose=purpose, sink=sink)

    def get_model(self, model_name: str | None) -> Model:  # noqa: ARG002 - there is one model
        return self._model


class _ServedProvider(ModelProvider):
    def __init__(
        self, settings: Settings, *, sink: UsageSink | None, purpose: str, pace: Pace | None
    ) -> None:
        check_served(settings)
        self._settings = settings
        self._key = api_key(settings)
        self._sink = sink
        self._purpose = purpose
        self._turns: Turns = pace or process_slots(settings.model_concurrency)
        # Connections belong to the event loop that opened them.
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = (
            weakref.WeakKeyDictionary()
        )
        self._models: dict[str, Model] = {}

    def get_model(self, model_name: str | None) -> Model:
        name = model_name or self._settings.model_name
        if name not in self._models:
            terms = Terms(
                settings=self._settings,
                model=name,
                key=self._key,
                purpose=self._purpose,
                turns=self._turns,
                sink=self._sink,
            )
            self._models[name] = LenientModel(ServedModel(lambda: self._sdk_model(name), terms), name=name)
        return self._models[name]

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    def _sdk_model(self, name: str) -> Model:
        client = self._client()
        if self._settings.model_api == "chat_completions":
            return OpenAIChatCompletionsModel(model=name, openai_client=client)
        return OpenAIResponsesModel(model=name, openai_client=client)

    def _client(self) -> AsyncOpenAI:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = AsyncOpenAI(
                api_key=self._key,
                base_url=self._settings.model_base_url or None,
                timeout=self._settings.model_timeout_seconds,
                max_retries=0,  # ServedModel is the one place that tries again
            )
            self._clients[loop] = client
        return client


def check_served(settings: Settings) -> None:
    """Refuse settings that name no model service.

    Raises:
        ConfigurationError: there is none, or a setting is missing; the message names it.
    """
    if settings.model_provider == "offline":
        raise ConfigurationError(
            "RATCHET_MODEL_PROVIDER is 'offline', so there is no model to ask. Set it to 'openai' or "
            "'compatible', with RATCHET_MODEL_NAME."
        )
    if not settings.model_name:
        raise ConfigurationError(
            f"RATCHET_MODEL_PROVIDER is {settings.model_provider!r} but RATCHET_MODEL_NAME is empty. "
            "Set it to the name of a model the provider offers."
        )
    if settings.model_provider == "compatible" and not settings.model_base_url:
        raise ConfigurationError(
            "RATCHET_MODEL_PROVIDER is 'compatible' but RATCHET_MODEL_BASE_URL is empty. "
            "Set it to the server's address, for example http://127.0.0.1:8080/v1."
        )
    api_key(settings)


def api_key(settings: Settings) -> str:
    """The key for the configured provider, from the settings or OPENAI_API_KEY.

    Raises:
        ConfigurationError: OpenAI is configured without a key.
    """
    key = settings.model_api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")
    if key:
        return key
    if settings.model_provider == "openai":
        raise ConfigurationError(
            "RATCHET_MODEL_PROVIDER is 'openai' but there is no key. Set RATCHET_MODEL_API_KEY or "
            "OPENAI_API_KEY."
        )
    return "none"  # the client insists on one; most local servers do not look at it
