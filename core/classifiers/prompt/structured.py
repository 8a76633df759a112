"""Asks for answers as JSON, by chat completions or responses, with token probabilities if there are any."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from core.classifiers.kind import Question, Subject
from core.classifiers.prompt.frozen import Frozen
from core.classifiers.prompt.outcomes import Outcome
from core.classifiers.prompt.reading import read_results
from core.classifiers.prompt.tokens import Token
from core.classifiers.prompt.wording import answer_schema, instructions, texts_message
from core.llm import DirectClient, RequestRefusedError

MOST_ALTERNATIVES = 20  # as many as OpenAI gives
_REFUSED = "The model declined to judge this text."
_CUT = "The model stopped in the middle of its answer. Put fewer texts in a request."


@dataclass(slots=True)
class Abilities:
    """What a server takes besides the messages; found out by asking, once a model object.

    Set from several tasks and threads: each only ever turns a flag off.
    """

    schema: bool = True
    logprobs: bool = True
    temperature: bool = True

    def without(self, refusal: str, asked: Abilities) -> bool:
        """Turn off what a refusal is about. Gives whether the request is worth sending again.

        Args:
            asked: what the refused request made use of.
        """
        said = refusal.lower()
        for name, words in _WORDS.items():
            if getattr(asked, name) and any(word in said for word in words):
                setattr(self, name, False)
                return True
        return False


_WORDS = {
    "logprobs": ("logprob", "include"),
    "temperature": ("temperature",),
    "schema": (
        "response_format",
        "json_schema",
        "text.format",
        "structured output",
        "guided",
        "grammar",
        "schema",
    ),
}


@dataclass(frozen=True, slots=True)
class Written:
    """What a server answered, whichever endpoint was asked."""

    text: str
    tokens: tuple[Token, ...] = ()
    refused: bool = False
    cut: bool = False
    used: tuple[int, int] = (0, 0)


async def ask_structured(
    client: DirectClient,
    question: Question,
    frozen: Frozen,
    subjects: Sequence[Subject],
    abilities: Abilities,
) -> list[Outcome]:
    """An outcome for each of the (masked) subjects, by one request.

    Raises:
        ProviderError: the request failed.
    """
    names = [_name(number, subject) for number, subject in enumerate(subjects, start=1)]
    system = instructions(question, frozen.instructions, structured=True)
    user = texts_message(frozen.shown, list(zip(names, subjects, strict=True)), question)
    written = await _written(client, question, system, user, abilities)
    if written.refused or written.cut:
        alone = len(subjects) == 1
        return [Outcome(error=_REFUSED if written.refused else _CUT, again=not alone)] * len(subjects)
    found = read_results(written.text, names, question, written.tokens)
    return [found[name] for name in names]


def _name(number: int, subject: Subject) -> str:
    """An id that a text cannot know of another one, so that no text can speak for it."""
    return f"{number}-{hashlib.sha256(subject.text.encode()).hexdigest()[:4]}"


async def _written(
    client: DirectClient, question: Question, system: str, user: str, abilities: Abilities
) -> Written:
    while True:
        asked = Abilities(abilities.schema, abilities.logprobs, abilities.temperature)

        async def send(sdk: AsyncOpenAI, asked: Abilities = asked) -> Written:
            if client.speaks_chat:
                return await _by_chat(sdk, client.model, question, system, user, asked)
            return await _by_responses(sdk, client.model, question, system, user, asked)

        try:
            return await client.ask(send, used=lambda written: written.used)
        except RequestRefusedError as error:
            if not abilities.without(str(error), asked):
                raise


async def _by_chat(
    sdk: AsyncOpenAI, model: str, question: Question, system: str, user: str, asked: Abilities
) -> Written:
    options: dict[str, Any] = {}
    if asked.schema:
        form = {"name": "results", "schema": answer_schema(question), "strict": True}
        options["response_format"] = {"type": "json_schema", "json_schema": form}
    if asked.logprobs and not question.many:
        options |= {"logprobs": True, "top_logprobs": MOST_ALTERNATIVES}
    if asked.temperature:
        options["temperature"] = 0
    completion: ChatCompletion = await sdk.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
        **options,
    )
    usage = completion.usage
    used = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    if not completion.choices:
        return Written("", used=used)
    choice = completion.choices[0]
    content = (choice.logprobs.content if choice.logprobs else None) or []
    return Written(
        text=choice.message.content or "",
        tokens=tuple(_token(each) for each in content),
        refused=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
        cut=choice.finish_reason == "length",
        used=used,
    )


async def _by_responses(
    sdk: AsyncOpenAI, model: str, question: Question, system: str, user: str, asked: Abilities
) -> Written:
    options: dict[str, Any] = {}
    if asked.schema:
        form = {"type": "json_schema", "name": "results", "schema": answer_schema(question), "strict": True}
        options["text"] = {"format": form}
    if asked.logprobs and not question.many:
        options |= {"include": ["message.output_text.logprobs"], "top_logprobs": MOST_ALTERNATIVES}
    if asked.temperature:
        options["temperature"] = 0
    response: Response = await sdk.responses.create(
        model=model, instructions=system, input=user, store=False, **options
    )
    parts = [part for item in response.output if item.type == "message" for part in item.content]
    texts = [part for part in parts if part.type == "output_text"]
    return Written(
        text="".join(part.text for part in texts),
        tokens=tuple(_token(each) for part in texts for each in part.logprobs or ()),
        refused=any(part.type == "refusal" for part in parts),
        cut=response.status == "incomplete",
        used=(response.usage.input_tokens, response.usage.output_tokens) if response.usage else (0, 0),
    )


def _token(given: Any) -> Token:
    top = tuple((_raw(each), float(each.logprob)) for each in given.top_logprobs or ())
    return Token(_raw(given), float(given.logprob), top)


def _raw(token: Any) -> bytes:
    """The bytes of a token: half a character has no other name."""
    return bytes(token.bytes) if token.bytes else str(token.token).encode()
