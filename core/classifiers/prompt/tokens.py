"""How likely each answer was, read from the probabilities of the tokens a model wrote."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One written token, and the likeliest ones for its place with their natural logarithms."""

    raw: bytes
    logprob: float
    top: tuple[tuple[bytes, float], ...] = ()


def answer_probabilities(
    text: str, tokens: Sequence[Token], name: str, answers: Sequence[str]
) -> dict[str, float] | None:
    """Probabilities of all answers for the text ``name``, from where its answer stands in ``text``.

    Token by token along the answer: an alternative token leads away from the answer that was written, to
    those that begin with what stands there up to and including it, and its probability goes to them in
    equal parts. What is left when only one answer is possible goes to that one. Alternatives that lead to
    no answer (another spelling, a blank) are left out and the rest adds up to 1.

    Returns:
        None where the tokens do not make up the text, the answer is not found, or the server gave no
        alternatives.
    """
    written = text.encode()
    if b"".join(token.raw for token in tokens) != written:
        return None
    start = _place(text, name)
    if start is None:
        return None
    spelled = {answer: _spelled(answer) for answer in answers}
    found = dict.fromkeys(answers, 0.0)
    mass, consumed, position, alternatives = 1.0, b"", 0, False
    for token in tokens:
        end = position + len(token.raw)
        if end > start:
            lead = token.raw[: max(0, start - position)]
            for raw, logprob in token.top:
                if raw == token.raw or not raw.startswith(lead) or raw == lead:
                    continue
                possible = _possible(consumed + raw[len(lead) :], spelled)
                alternatives = True
                for answer in possible:
                    found[answer] += mass * math.exp(logprob) / len(possible)
            mass *= math.exp(min(token.logprob, 0.0))
            consumed += token.raw[len(lead) :]
            possible = _possible(consumed, spelled)
            if len(possible) <= 1:
                for answer in possible:
                    found[answer] += mass
                break
        position = end
    total = sum(found.values())
    if not alternatives or total <= 0:
        return None
    return {answer: value / total for answer, value in found.items()}


def _place(text: str, name: str) -> int | None:
    """The byte at which the answer for a text starts, after its opening quote."""
    match = re.search(rf'"id"\s*:\s*{re.escape(json.dumps(name))}\s*,\s*"answer"\s*:\s*"', text)
    return len(text[: match.end()].encode()) if match else None


def _spelled(answer: str) -> bytes:
    """An answer as it stands in JSON, with the quote that ends it."""
    return json.dumps(answer, ensure_ascii=False)[1:].encode()


def _possible(beginning: bytes, spelled: dict[str, bytes]) -> list[str]:
    return [
        answer
        for answer, whole in spelled.items()
        if whole.startswith(beginning) or beginning.startswith(whole)
    ]
