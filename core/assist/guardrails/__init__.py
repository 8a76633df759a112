"""Guardrails: named checks before a model sees a text, on its tools, and after it wrote a reply.

All of them are rules that run on this machine in a few milliseconds; none asks a model. What they
find is told to the representative in plain words with the words that were seen. How good they are is
measured by ``python -m benchmarks.guardrails``.
"""

# Importing a check registers it; the order here is the order in which findings are shown.
from core.assist.guardrails import (  # isort: skip
    injection as injection,
    personal_data as personal_data,
    tools as tools,
    unsupported as unsupported,
    promise as promise,
    internal_content as internal_content,
    secrets as secrets,
    language as language,
    tone as tone,
)
from core.assist.guardrails.checking import blocks, check_customer, check_reply, check_source
from core.assist.guardrails.registry import GUARDRAILS, Finding, Guardrail, Severity, Stage
from core.assist.guardrails.texts import (
    Cleaned,
    CustomerTexts,
    Origin,
    ReplyCheck,
    SentenceCheck,
    SourceText,
)

__all__ = [
    "GUARDRAILS",
    "Cleaned",
    "CustomerTexts",
    "Finding",
    "Guardrail",
    "Origin",
    "ReplyCheck",
    "SentenceCheck",
    "Severity",
    "SourceText",
    "Stage",
    "blocks",
    "check_customer",
    "check_reply",
    "check_source",
]
