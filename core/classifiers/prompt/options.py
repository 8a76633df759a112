"""What an author may choose about a prompt classifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from core.classifiers.kind import Question
from core.errors import InvalidInput
from core.settings import Settings

Method = Literal["structured", "decisions"]

METHODS = ("auto", "structured", "decisions")
MAX_INSTRUCTIONS = 8_000
MAX_SHOWN = 60
"""Examples in one prompt."""
MAX_BATCH = 25
DEFAULT_BATCH = 1
"""Texts a request. More cost less, but orders hidden in one text may then bend the answers about others."""
DECISION_MODELS = ("gpt-6-luna",)
"""Models that OpenAI's decisions endpoint takes, says its documentation."""
MAX_CHOICES = 255
MAX_QUESTIONS = 400
"""Choices a question, and questions a request, of the decisions endpoint."""

_KNOWN = frozenset({"instructions", "examples", "method", "batch"})


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a prompt classifier, read and checked.

    Attributes:
        instructions: the author's words, beside the criterion's guidance.
        examples: how many examples to show, or the ids of those to show; None lets the number of
            answers decide.
        method: ``structured`` asks for JSON, ``decisions`` uses the endpoint of that name, ``auto`` uses
            it where the model is one it takes.
        batch: texts a structured request. One text may sway the answer to the others of its request, so
            1 is the careful choice and more is the cheap one.
    """

    instructions: str = ""
    examples: int | tuple[int, ...] | None = None
    method: str = "auto"
    batch: int = DEFAULT_BATCH

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Read stored settings.

        Raises:
            InvalidInput: something in them is wrong; all of it is said.
        """
        wrong = setting_problems(settings)
        if wrong:
            raise InvalidInput(" ".join(wrong))
        examples = settings.get("examples")
        return cls(
            instructions=str(settings.get("instructions", "")).strip(),
            examples=tuple(examples) if isinstance(examples, list | tuple) else examples,
            method=settings.get("method", "auto"),
            batch=settings.get("batch", DEFAULT_BATCH),
        )


def setting_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings, each in a sentence."""
    wrong = [f"There is no setting {name!r}: remove it." for name in sorted(set(settings) - _KNOWN)]
    instructions = settings.get("instructions", "")
    if not isinstance(instructions, str):
        wrong.append("The instructions have to be a text.")
    elif len(instructions) > MAX_INSTRUCTIONS:
        wrong.append(
            f"The instructions have {len(instructions):,} characters; at most {MAX_INSTRUCTIONS:,} are sent "
            "with every request. Shorten them."
        )
    examples = settings.get("examples")
    if isinstance(examples, list | tuple):
        if not all(_whole(each) for each in examples):
            wrong.append("The chosen examples have to be a list of example ids.")
        elif len(examples) > MAX_SHOWN:
            wrong.append(f"{len(examples)} examples were chosen; a prompt shows at most {MAX_SHOWN}.")
    elif examples is not None and not (_whole(examples) and 0 <= examples <= MAX_SHOWN):
        wrong.append(f"The number of examples has to be from 0 to {MAX_SHOWN}.")
    if settings.get("method", "auto") not in METHODS:
        wrong.append(f"There is no method {settings['method']!r}: choose {', '.join(METHODS)}.")
    batch = settings.get("batch", DEFAULT_BATCH)
    if not (_whole(batch) and 1 <= batch <= MAX_BATCH):
        wrong.append(f"The number of texts in a request has to be from 1 to {MAX_BATCH}.")
    return wrong


def service_problems(question: Question, method: str, settings: Settings) -> list[str]:
    """Why the installation's model service cannot answer this question by this method."""
    if settings.model_provider == "offline":
        return [
            "This kind asks a model service, and none is set up: an administrator has to set "
            "RATCHET_MODEL_PROVIDER (and RATCHET_MODEL_NAME). Until then choose “examples”, which learns "
            "from labelled texts on this machine, or “rules”, whose conditions you write yourself."
        ]
    if not settings.model_name:
        return ["RATCHET_MODEL_NAME is empty: an administrator has to set it to a model of the provider."]
    if method != "decisions":
        return []
    if settings.model_provider != "openai":
        return ["The decisions endpoint is OpenAI's; this installation uses another. Choose “structured”."]
    if question.many and len(question.answers) > MAX_QUESTIONS:
        return [_too_many(question, MAX_QUESTIONS)]
    if question.kind == "one_of" and len(question.answers) >= MAX_CHOICES:  # one is “none of these”
        return [_too_many(question, MAX_CHOICES - 1)]
    return []


def chosen_method(question: Question, method: str, settings: Settings) -> Method:
    """The method ``auto`` stands for with this question and these settings."""
    if method == "decisions":
        return "decisions"
    if method == "structured" or settings.model_name not in DECISION_MODELS:
        return "structured"
    return "structured" if service_problems(question, "decisions", settings) else "decisions"


def _too_many(question: Question, most: int) -> str:
    return (
        f"The question has {len(question.answers)} answers; the decisions endpoint takes at most {most}. "
        "Choose “structured”."
    )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
