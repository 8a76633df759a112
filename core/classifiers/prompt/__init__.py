"""The kind "prompt": a language model answers the criterion, with its guidance and chosen examples.

What leaves this machine: the criterion's question, guidance and answers, the author's instructions, and
the texts of examples and subjects with personal data hidden (:attr:`core.classifiers.Services.mask`; without
it nothing is sent). No facts about customers leave. Texts are data: they travel as JSON strings, never in
the system message, and the model is told that they instruct nobody.

Where answers come from: chat completions or responses with a JSON schema (``structured``), or OpenAI's
``decisions`` endpoint. Settings ``RATCHET_MODEL_*`` name the service; RATCHET_MODEL_API chooses between the
first two, RATCHET_MODEL_CONCURRENCY caps requests in flight (drafts included), and the two prices make the
cost. What a version asks, and of which model, never changes.

:func:`estimate_cost` says what judging costs before anything is sent.
"""

from core.classifiers.prompt.estimating import (
    Estimate,
    estimate_cost,
    estimate_judging,
    measured_request_seconds,
)
from core.classifiers.prompt.kind import PromptKind
from core.classifiers.prompt.model import PromptModel
from core.classifiers.prompt.options import DEFAULT_BATCH, MAX_BATCH, MAX_INSTRUCTIONS, MAX_SHOWN, METHODS

__all__ = [
    "DEFAULT_BATCH",
    "MAX_BATCH",
    "MAX_INSTRUCTIONS",
    "MAX_SHOWN",
    "METHODS",
    "Estimate",
    "PromptKind",
    "PromptModel",
    "estimate_cost",
    "estimate_judging",
    "measured_request_seconds",
]
