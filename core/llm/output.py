"""What every model must return for a draft, and how its sentences become a text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, field_validator

Decision = Literal["answer", "abstain", "escalate"]
Reason = Literal[
    "", "missing_knowledge", "several_resolutions", "conflicting_sources", "needs_tool", "policy"
]


def _without_default(schema: dict[str, Any]) -> None:
    # Strict JSON-schema output knows no defaults: a model has to say every field.
    schema.pop("default", None)


class Cite(BaseModel):
    """Where a sentence comes from: an exact ``quote`` from the passage with that id (``P1`` ...)."""

    model_config = ConfigDict(extra="forbid")

    passage: str
    quote: str


class DraftSentence(BaseModel):
    """One sentence of the reply. Greetings and the like have no cites; facts have at least one.

    ``text`` may begin with line breaks where a paragraph or a list item starts.
    """

    model_config = ConfigDict(extra="forbid")

    text: str
    cites: list[Cite] = Field(default_factory=list, json_schema_extra=_without_default)


class DraftOutput(BaseModel):
    """A draft, or why there is none.

    ``reason`` and ``question`` belong to ``abstain`` and ``escalate``: the question is for the
    rep, in English, and names the one thing that would unblock the draft. ``confidence`` is 0..1.
    """

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    reason: Reason = Field(default="", json_schema_extra=_without_default)
    question: str = Field(default="", json_schema_extra=_without_default)
    sentences: list[DraftSentence] = Field(default_factory=list, json_schema_extra=_without_default)
    confidence: float = Field(default=0.0, json_schema_extra=_without_default)

    @field_validator("confidence")
    @classmethod
    def _within_bounds(cls, value: float) -> float:
        return 0.0 if math.isnan(value) else min(1.0, max(0.0, value))


def join_sentences(texts: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Join sentence texts into one reply.

    A space goes between two sentences unless the later one brings its own line break.

    Returns:
        The text, and for each sentence its ``(start, end)`` in it, without surrounding white space.
    """
    joined = ""
    spans: list[tuple[int, int]] = []
    for text in texts:
        body = text.strip()
        if not joined:
            lead = ""
        elif text[: len(text) - len(text.lstrip())].count("\n"):
            lead = "\n" * min(2, text[: len(text) - len(text.lstrip())].count("\n"))
        else:
            lead = " " if body else ""
        joined += lead + body
        spans.append((len(joined) - len(body), len(joined)))
    return joined, spans


def partial_sentences(text: str) -> list[str]:
    """The sentence texts in a :class:`DraftOutput` JSON that is still being streamed.

    Args:
        text: the JSON so far; leading prose or a code fence before it is skipped.

    Returns:
        The texts seen so far, the last one possibly cut; empty when there is nothing yet.
    """
    start = text.find("{")
    if start < 0:
        return []
    try:
        value = pydantic_core.from_json(text[start:], allow_partial="trailing-strings")
    except ValueError:
        return []
    sentences = value.get("sentences") if isinstance(value, dict) else None
    if not isinstance(sentences, list):
        return []
    found = [item.get("text") for item in sentences if isinstance(item, dict)]
    return [item for item in found if isinstance(item, str)]
