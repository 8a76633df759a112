"""The model alone: the system message and the messages of a case in one request, its text as the answer.

It is much lighter than a draft: no knowledge, no tools, no checks. What it measures is the model and the
words of the system message.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from core.assist import Build, Known, Masker, build_of, store_build
from core.errors import InvalidInput
from core.evals.content import CaseContent
from core.evals.output import Output
from core.evals.targets.bill import PURPOSE, Ledger
from core.evals.targets.changing import changed_instructions, changed_settings
from core.evals.targets.registry import Asked, target
from core.llm import DirectClient, MalformedAnswerError, Pace, provider_name
from core.settings import Settings

TARGET = "model"
PLACEHOLDERS = (
    "Placeholders such as [NAME_1] or [EMAIL_2] stand for hidden personal data. Copy them exactly where you "
    "need the value; never guess what is behind one and never invent one."
)
"""What a model is told besides, where something was hidden."""
_ROLES = {"customer": "user", "rep": "assistant", "assistant": "assistant", "system": "system"}


@target(TARGET)
def open_model(asked: Asked) -> ModelTarget:
    """See the module.

    Raises:
        InvalidInput: there is no model service to ask, or the changes are wrong.
        ConfigurationError: the settings do not name a usable model.
    """
    settings = changed_settings(asked.settings, asked.changes)
    if settings.model_provider == "offline":
        raise InvalidInput(
            "The target “model” asks a model service, and none is set: the offline model only writes drafts. "
            "Choose the target “assist”, or set RATCHET_MODEL_PROVIDER and RATCHET_MODEL_NAME."
        )
    pace = Pace(
        start=asked.concurrency,
        most=asked.most_concurrency,
        requests_a_minute=asked.requests_a_minute,
        tokens_a_minute=asked.tokens_a_minute,
    )
    ledger = Ledger(asked.database)
    client = DirectClient(settings, purpose=PURPOSE, sink=ledger.add, pace=pace)
    instructions = changed_instructions(asked.changes)
    build = _build(settings, instructions)
    with asked.database.transaction() as session:
        store_build(build, session=session)
    return ModelTarget(build.id, client, settings=settings, pace=pace, ledger=ledger, system=instructions)


class ModelTarget:
    """See :class:`core.evals.targets.Target`. Open it with :func:`open_model`."""

    def __init__(
        self,
        build_id: str,
        client: DirectClient,
        *,
        settings: Settings,
        pace: Pace,
        ledger: Ledger,
        system: str,
    ) -> None:
        self.build_id = build_id
        self._client = client
        self._entered: asyncio.Future[Any] | None = None
        self._settings = settings
        self._pace = pace
        self._ledger = ledger
        self._system = system

    @property
    def room(self) -> int:
        """See :class:`Target`."""
        return self._pace.room

    async def answer(self, case: CaseContent, repeat: int) -> Output:  # noqa: ARG002 - each repeat is asked anew
        """See :class:`Target`."""
        await self._enter()
        started = time.perf_counter()
        messages, masker = _messages(case.input, self._system)
        with self._ledger.bill() as bill:
            reply = await self._client.ask_plainly(*self._request(messages), used=_used)
        text, refused = _said(reply)
        output = Output(
            text=masker.unmask(text),
            decision="abstain" if refused else "answer",
            locale=case.locale,
            model=provider_name(self._settings),
            build_id=self.build_id,
            requests=bill.requests,
            input_tokens=bill.input_tokens,
            output_tokens=bill.output_tokens,
            cost=bill.cost,
            milliseconds=(time.perf_counter() - started) * 1000 - bill.waited,
        )
        await self._ledger.store()
        return output

    async def aclose(self) -> None:
        """See :class:`Target`."""
        await self._client.__aexit__(None, None, None)
        await self._ledger.store(at_least=1)

    async def _enter(self) -> None:
        if self._entered is None:
            self._entered = asyncio.ensure_future(self._client.__aenter__())
        await asyncio.shield(self._entered)

    def _request(self, messages: list[dict[str, str]]) -> tuple[str, dict[str, Any]]:
        """Endpoint and body."""
        chat = self._client.speaks_chat
        body: dict[str, Any] = {"model": self._client.model, "messages" if chat else "input": messages}
        if self._settings.model_provider == "openai":
            body["store"] = False
        return "chat/completions" if chat else "responses", body


def _build(settings: Settings, instructions: str) -> Build:
    """What shapes an answer besides the case: the model, and the system message that replaces the case's."""
    return build_of(
        {
            "target": TARGET,
            "model": {
                "provider": settings.model_provider,
                "name": settings.model_name,
                "base_url": settings.model_base_url,
                "api": settings.model_api,
            },
            "system": instructions,
            "placeholders": PLACEHOLDERS,
            "sdk": {"openai": version("openai")},
        }
    )


def _messages(content: Mapping[str, Any], system: str) -> tuple[list[dict[str, str]], Masker]:
    """The chat, masked, and what un-masks the reply."""
    spoken = [each for each in content.get("messages", ()) if str(each.get("text", "")).strip()]
    if not any(each["author"] == "customer" for each in spoken):
        raise InvalidInput("This case has no message of a customer to answer.")
    stored = (content.get("conversation") or {}).get("id") is not None
    masker = Masker(_known(content))
    chat = [
        {"role": _ROLES.get(each["author"], "assistant"), "content": masker.mask(each["text"])}
        for each in spoken
        if not (stored and each["author"] == "system")  # a note in a conversation is no order to a model
    ]
    told = [masker.mask(system or str(content.get("system") or ""))]
    if masker.mapping:
        told.append(PLACEHOLDERS)
    order = "\n\n".join(each for each in told if each.strip())
    return ([{"role": "system", "content": order}, *chat] if order else chat), masker


def _known(content: Mapping[str, Any]) -> Known:
    customer = content.get("customer") or {}
    names = [customer.get("name"), *(each.get("name") for each in content.get("messages", ()))]
    return Known(
        names=tuple(dict.fromkeys(str(name).strip() for name in names if name and str(name).strip())),
        values=tuple(str(customer[name]) for name in ("email", "phone") if customer.get(name)),
        numbers=tuple(
            str(customer[name]) for name in ("external_id",) if len(str(customer.get(name) or "")) >= 4
        ),
        locale=str(content.get("locale") or customer.get("locale") or ""),
    )


def _used(reply: Mapping[str, Any]) -> tuple[int, int]:
    usage = reply.get("usage") or {}
    asked = usage.get("prompt_tokens", usage.get("input_tokens")) or 0
    written = usage.get("completion_tokens", usage.get("output_tokens")) or 0
    return int(asked), int(written)


def _said(reply: Mapping[str, Any]) -> tuple[str, bool]:
    """The text, and whether it is a refusal, from a chat completion or a response.

    Raises:
        MalformedAnswerError: there is no text in it.
    """
    try:
        if "choices" in reply:
            message = reply["choices"][0]["message"]
            parts = message.get("content")
            parts = [{"type": "text", "text": parts}] if isinstance(parts, str) else list(parts or ())
            if message.get("refusal"):
                parts.append({"type": "refusal", "refusal": message["refusal"]})
        else:
            parts = [part for item in reply["output"] for part in item.get("content") or ()]
        text = "".join(str(part["text"]) for part in parts if part.get("type") in ("text", "output_text"))
        refusal = "".join(str(part["refusal"]) for part in parts if part.get("type") == "refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        text, refusal = "", ""
    if not text.strip() and not refusal:
        raise MalformedAnswerError(
            "The model sent an answer without a text. Try again; if it stays, check RATCHET_MODEL_API "
            "and the model's name."
        )
    return (text, False) if text.strip() else (refusal, True)
