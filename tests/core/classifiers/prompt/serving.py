"""A server that judges texts by chat completions, responses or decisions, and fails as a test wants it to."""

from __future__ import annotations

import asyncio
import json
import math
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tokenizers import Tokenizer

from tests.serving import running

Row = dict[str, Any]
_FOLLOWS = "The texts to judge, as JSON:\n"


@dataclass
class Judge:
    """The running server.

    Attributes:
        decide: the result for one text, without its id; by default the answer whose name is in the text.
        edit: changes the list of results before it is written.
        write: the whole content, instead of the results.
        failing: answers given first, in order: a status, or a status with a code or message.
        logprobs: of the first token of an answer: what else could have stood there.
        refuses: words of requests that are refused with status 400.
        delay: seconds before an answer.
    """

    url: str = ""
    decide: Callable[[str], Row] = lambda text: {
        "answer": text.split()[0],
        "confidence": 0.9,
        "reason": "said so",
    }
    edit: Callable[[list[Row]], list[Row]] = lambda rows: rows
    write: Callable[[list[Row]], str] | None = None
    refusal: Callable[[str], bool] = lambda _: False
    failing: deque[tuple[int, str]] = field(default_factory=deque)
    always: tuple[int, str] | None = None
    logprobs: dict[str, float] | None = None
    refuses: tuple[str, ...] = ()
    delay: float = 0.0
    decision: Callable[[Row, str], Row] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    def reset(self) -> None:
        fresh = Judge(url=self.url)
        self.__dict__.update(fresh.__dict__)

    @property
    def sent(self) -> str:
        """Everything that was sent, as one text."""
        return json.dumps([request["body"] for request in self.requests], ensure_ascii=False)


@contextmanager
def judging() -> Iterator[Judge]:
    """Run the server until the block ends."""
    judge = Judge()
    routes = {"chat/completions": _chat, "responses": _responses, "decisions": _decisions}
    app = Starlette(
        routes=[
            Route(f"/v1/{path}", _endpoint(judge, speak), methods=["POST"]) for path, speak in routes.items()
        ]
    )
    with running(app) as address:
        judge.url = f"{address}/v1"
        yield judge


def texts_in(body: dict[str, Any]) -> list[Row]:
    """The texts of a structured request."""
    user = body["messages"][-1]["content"] if "messages" in body else body["input"]
    found: list[Row] = json.loads(user.rpartition(_FOLLOWS)[2])
    return found


def real_tokens(text: str) -> int:
    """Tokens of a text by a real tokenizer (that of all-MiniLM-L6-v2, which is on this machine)."""
    return len(_tokenizer().encode(text, add_special_tokens=False).ids)


@cache
def _tokenizer() -> Tokenizer:
    spec = find_spec("all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    with zipfile.ZipFile(Path(spec.submodule_search_locations[0]) / "model.zip") as files:
        tokenizer = Tokenizer.from_str(files.read("tokenizer.json").decode())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _endpoint(judge: Judge, speak: Any) -> Any:
    async def handle(request: Request) -> Response:
        body = await request.json()
        judge.requests.append({"path": request.url.path, "body": body})
        judge.in_flight += 1
        judge.most_in_flight = max(judge.most_in_flight, judge.in_flight)
        try:
            if judge.delay:
                await asyncio.sleep(judge.delay)
            failure = judge.failing.popleft() if judge.failing else judge.always
            if failure is not None:
                return _error(*failure)
            refused = next((word for word in judge.refuses if word in json.dumps(body)), None)
            if refused is not None:
                return _error(400, f"Unsupported parameter: '{refused}' with this model.")
            return JSONResponse(speak(judge, body))
        finally:
            judge.in_flight -= 1

    return handle


def _error(status: int, message: str) -> Response:
    code = "insufficient_quota" if "quota" in message else None
    payload = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return JSONResponse(payload, status_code=status)


def _content(judge: Judge, body: dict[str, Any]) -> str:
    rows = judge.edit([{"id": row["id"], **judge.decide(row["text"])} for row in texts_in(body)])
    return judge.write(rows) if judge.write else json.dumps({"results": rows}, ensure_ascii=False)


def _refused(judge: Judge, body: dict[str, Any]) -> bool:
    return any(judge.refusal(row["text"]) for row in texts_in(body))


def _tokens(judge: Judge, content: str) -> list[Row] | None:
    """The content in pieces of a few characters; alternatives wherever an answer begins."""
    if judge.logprobs is None:
        return None
    pieces, begins = [], '"answer": "'
    for number, part in enumerate(content.split(begins)):
        if number:
            pieces.append((begins, False))
            written = next(name for name in judge.logprobs if part.startswith(name))
            pieces.append((written, True))
            part = part.removeprefix(written)
        pieces += [(part[at : at + 3], False) for at in range(0, len(part), 3)]
    tokens = []
    for piece, chosen in pieces:
        top = {piece: 1.0} if not chosen else judge.logprobs
        tokens.append({**_token(piece, top[piece]), "top_logprobs": [_token(*each) for each in top.items()]})
    return tokens


def _token(text: str, probability: float) -> Row:
    return {"token": text, "bytes": list(text.encode()), "logprob": math.log(probability)}


def _chat(judge: Judge, body: dict[str, Any]) -> Row:
    content = _content(judge, body)
    refused = _refused(judge, body)
    message = {
        "role": "assistant",
        "content": None if refused else content,
        "refusal": "No." if refused else None,
    }
    tokens = _tokens(judge, content) if body.get("logprobs") else None
    prompt = sum(real_tokens(each["content"]) for each in body["messages"])
    prompt += real_tokens(json.dumps(body.get("response_format", "")))
    written = real_tokens(content)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "stop",
                "logprobs": {"content": tokens, "refusal": None} if tokens else None,
            }
        ],
        "usage": {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written},
    }


def _responses(judge: Judge, body: dict[str, Any]) -> Row:
    content = _content(judge, body)
    part: Row = {"type": "output_text", "text": content, "annotations": [], "logprobs": []}
    if "message.output_text.logprobs" in body.get("include", []):
        part["logprobs"] = _tokens(judge, content) or []
    if _refused(judge, body):
        part = {"type": "refusal", "refusal": "No."}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": body["model"],
        "status": "completed",
        "output": [
            {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
        ],
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "usage": {
            "input_tokens": 300,
            "output_tokens": 40,
            "total_tokens": 340,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def _decisions(judge: Judge, body: dict[str, Any]) -> Row:
    assert judge.decision is not None
    text = body["input"][-1]["content"]
    answers = [
        {"name": question.get("name"), **judge.decision(question, text)} for question in body["questions"]
    ]
    return {
        "model": body["model"],
        "answers": answers,
        "usage": {
            "input_tokens": 120,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 3,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 123,
        },
    }
