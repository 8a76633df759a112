"""``draft``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit, json_lines_out, read_json_lines, say
from core.errors import InvalidInput, RatchetError

if TYPE_CHECKING:
    from core.assist import DraftResult
    from core.database import Database
    from core.settings import Settings

_AUTHORS = ("customer", "rep", "assistant")


def draft(
    conversation: Annotated[
        int | None, typer.Option("--conversation", help="Number of a stored conversation.")
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(
            "--inputs",
            help='JSON lines {"id","messages":[{"author","text"}],"locale"?}; - is standard input.',
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write results here, not to the output.")] = None,
    locale: Annotated[str | None, typer.Option("--locale", help="Language of the reply.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a draft without storing it: for a conversation, or for a file of inputs."""
    if (conversation is None) == (inputs is None):
        raise InvalidInput("Give either --conversation NUMBER or --inputs FILE.")
    with opened() as (database, settings):
        if inputs is not None:
            failed = _batch(inputs, database, settings, locale=locale, out=out)
            if failed:
                say(f"error: {failed:,} inputs could not be drafted; see their `error`")
                raise typer.Exit(1)
            return
        messages = _messages_of(conversation or 0, database)
        answer = _answer(messages, database, settings, locale=locale)
    if as_json:
        emit({"conversation": conversation, **answer})
    else:
        _print(answer)


def _batch(
    inputs: str, database: Database, settings: Settings, *, locale: str | None, out: Path | None
) -> int:
    """Draft for each line; a bad one gets an ``error`` and the rest goes on. Returns the bad ones."""
    failed = 0
    with json_lines_out(out) as handle:
        for number, entry in read_json_lines(inputs):
            answer: dict[str, Any] = {"line": number}
            try:
                if isinstance(entry, str):
                    raise InvalidInput(entry)
                answer = {"id": entry["id"]} if "id" in entry else answer
                messages, language = _checked(entry)
                answer |= _answer(messages, database, settings, locale=language or locale)
            except RatchetError as error:
                failed += 1
                answer["error"] = str(error)
            handle.write(json.dumps(answer, ensure_ascii=False) + "\n")
            handle.flush()
    return failed


def _answer(
    messages: list[dict[str, str]], database: Database, settings: Settings, *, locale: str | None
) -> dict[str, Any]:
    from core.assist import draft_now

    started = time.perf_counter()
    result = draft_now(messages, database=database, settings=settings, locale=locale)
    return _shown(result) | {"milliseconds": round((time.perf_counter() - started) * 1000, 1)}


def _shown(result: DraftResult) -> dict[str, Any]:
    return {
        "decision": result.decision,
        **({"reason": result.reason} if result.reason else {}),
        **({"question": result.question} if result.question else {}),
        "reply": result.text,
        "citations": [
            {"article": citation.hit.article_external_id, "quote": citation.quote}
            for citation in result.citations
        ],
        "confidence": round(result.confidence, 4),
    }


def _checked(entry: dict[str, Any]) -> tuple[list[dict[str, str]], str | None]:
    if "id" not in entry:
        raise InvalidInput("id is missing")
    given, locale = entry.get("messages"), entry.get("locale")
    if not isinstance(given, list) or not given:
        raise InvalidInput("messages: at least one is required")
    if locale is not None and not isinstance(locale, str):
        raise InvalidInput("locale must be a text")
    for number, message in enumerate(given, start=1):
        if not isinstance(message, dict) or not isinstance(message.get("text"), str):
            raise InvalidInput(f"messages[{number}].text must be a text")
        if message.get("author") not in _AUTHORS:
            raise InvalidInput(f"messages[{number}].author must be one of {', '.join(_AUTHORS)}")
    return [{"author": message["author"], "text": message["text"]} for message in given], locale


def _messages_of(conversation_id: int, database: Database) -> list[dict[str, str]]:
    from core.conversations import get_conversation
    from core.identity import SYSTEM

    with database.reading() as session:
        view = get_conversation(SYSTEM, conversation_id, session=session)
        return [
            {"author": message.author, "text": message.text}
            for message in view.messages
            if message.author in _AUTHORS
        ]


def _print(answer: dict[str, Any]) -> None:
    reason = f" ({answer['reason']})" if "reason" in answer else ""
    typer.echo(f"{answer['decision']}{reason}, confidence {answer['confidence']:.2f}")
    if question := answer.get("question"):
        typer.echo(f"to find out: {question}")
    if answer["reply"]:
        typer.echo(f"\n{answer['reply']}\n")
    for number, citation in enumerate(answer["citations"], start=1):
        typer.echo(f"[{number}] {citation['article']}: {citation['quote']}")
