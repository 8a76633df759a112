"""A web API as a system that carries actions out.

What an answer means, for an effect: 2xx done (202: accepted); 301, 307, 308 and 4xx refused, nothing
was changed; 429 and everything before the request left: not reached. A timeout or lost connection
after that, 302, 303, 408 and every 5xx, 502, 503 and 504 included, leave open what became of it: a
gateway may answer while the system behind it goes on. Look-ups have no such doubt: without an
answer they were not reached. Only look-ups follow redirects, within the same host.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from core.actions.connectors.answers import Answer, as_result
from core.actions.connectors.chosen import Chosen
from core.actions.connectors.http.requests import Request, build
from core.actions.connectors.http.sending import Lost, NotSent, Response, send
from core.actions.connectors.secrets import Secret, read_secret
from core.actions.connectors.shapes import brief
from core.actions.connectors.system import ConnectedSystem, NotThere
from core.actions.declaration import ActionRefused, NotReached, OutcomeUnknown

_MOST_HOPS = 3
_LONGEST_REASON = 300
_NO_DOUBT = {301, 307, 308}
_MESSAGES = ("detail", "message", "error_description", "title", "error", "errors")


class HTTPSystem(ConnectedSystem):
    """Operations of an OpenAPI document, on the host an admin typed."""

    def __init__(
        self,
        name: str,
        label: str,
        chosen: Sequence[Chosen],
        *,
        base_url: str,
        secret_name: str,
        seconds: float,
    ) -> None:
        super().__init__(name, label, chosen)
        self._base_url = base_url
        self._secret_name = secret_name
        self._seconds = seconds

    def send(self, chosen: Chosen, values: Mapping[str, Any], *, key: str) -> Answer:
        secret = read_secret(self._secret_name)
        request = build(self._base_url, chosen, values, secret, key=key)
        reads = chosen.action.reads_only
        try:
            response = self._exchange(request, follow=reads)
        except NotSent as error:
            raise NotReached(f"{self._label} could not be reached: {error}. Nothing was sent.") from None
        except Lost as error:
            if reads:
                raise NotReached(f"{self._label} gave no answer: {error}.") from None
            raise OutcomeUnknown(
                f"It was sent to {self._label}, but {error}. It may or may not have happened."
            ) from None
        if 200 <= response.status < 300:
            return self._answer(response, secret, reads=reads)
        raise self._failure(response, secret, reads=reads)

    def _exchange(self, request: Request, *, follow: bool) -> Response:
        url = request.url
        for _ in range(_MOST_HOPS):
            response = send(
                request.method, url, headers=request.headers, content=request.content, seconds=self._seconds
            )
            target = urljoin(url, response.headers.get("location", "") or url)
            if not (follow and 300 <= response.status < 400 and _same_host(target, self._base_url)):
                return response
            url = target
        return response

    def _answer(self, response: Response, secret: Secret, *, reads: bool) -> Answer:
        if not response.complete:
            if reads:
                raise ActionRefused(f"The answer of {self._label} is too large. Narrow the look-up.")
            result: dict[str, Any] = {"note": "The answer was too large to keep."}
        else:
            result = secret.scrub_json(as_result(_decoded(response)))
        location = urlsplit(secret.scrub(response.headers.get("location", ""))).path
        return Answer(result, brief(location, 200), finished=reads or response.status != 202)

    def _failure(self, response: Response, secret: Secret, *, reads: bool) -> Exception:
        status, label = response.status, self._label
        said = brief(secret.scrub(_reason(response)), _LONGEST_REASON)
        detail = f": {said.rstrip('.')}." if said else "."
        if status == 429:
            after = response.headers.get("retry-after", "")
            wait = f" It asks to wait {after} seconds." if after.isascii() and after.isdigit() else ""
            return NotReached(f"{label} takes no more calls at the moment (HTTP 429).{wait}")
        if 300 <= status < 400:
            if reads or status in _NO_DOUBT:
                return ActionRefused(
                    f"{label} redirects (HTTP {status}), which is not followed. Its address may have "
                    "changed: an admin can look at the connection."
                )
            return OutcomeUnknown(f"{label} answered with a redirect (HTTP {status}); it may have happened.")
        if status >= 500 or status == 408 or status < 200:
            if reads:
                return NotReached(f"{label} has a problem (HTTP {status}){detail}")
            return OutcomeUnknown(
                f"{label} failed while carrying it out (HTTP {status}){detail} "
                "It may or may not have happened."
            )
        if status in {401, 403}:
            return ActionRefused(
                f"{label} does not let Ratchet do this (HTTP {status}){detail} "
                "An admin can check the connection's secret."
            )
        if status == 404 and reads:
            return NotThere(f"{label} knows nothing under that (HTTP 404){detail}")
        return ActionRefused(f"{label} refused (HTTP {status}){detail}")


def _same_host(target: str, base_url: str) -> bool:
    there, here = urlsplit(target), urlsplit(base_url)
    return (there.scheme, there.netloc) == (here.scheme, here.netloc)


def _decoded(response: Response) -> Any:
    if not response.body.strip():
        return None
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        kind = response.headers.get("content-type", "")
        text = response.body.decode("utf-8", "replace")
        return {"text": brief(text, 1_000)} if kind.startswith("text/plain") else {}


def _reason(response: Response) -> str:
    """What the system says about a failure: a sentence of its JSON, never a page of HTML."""
    value = _decoded(response)
    for _ in range(3):
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = next((value[name] for name in _MESSAGES if value.get(name)), value.get("text", ""))
    return value if isinstance(value, str) else ""
