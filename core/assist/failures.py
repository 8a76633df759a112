"""Why a draft failed, in words for the rep."""

from __future__ import annotations

import openai
from agents.exceptions import (
    MaxTurnsExceeded,
    ModelBehaviorError,
    ModelRefusalError,
    ModelTimeoutError,
)

from core.errors import ProviderError, RatchetError
from core.llm import MalformedAnswerError

_WORKABLE = "You can write the reply yourself, or try again."


def explain(error: BaseException) -> str:
    """For the rep: what went wrong, and that the case stays workable."""
    return f"{reason_of(error)} {_WORKABLE}"


def reason_of(error: BaseException) -> str:
    """One or two plain sentences. Unexpected errors are not quoted: they may hold parts of the case."""
    match error:
        case ModelTimeoutError() | TimeoutError() | openai.APITimeoutError():
            reason = "The model took too long to answer."
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            reason = "The model provider refused our key. Somebody who runs Ratchet has to check it."
        case openai.RateLimitError():
            reason = "The model provider accepts no more requests at the moment."
        case openai.APIConnectionError():
            reason = "The model provider could not be reached."
        case MaxTurnsExceeded():
            reason = "The model searched again and again without coming to an answer."
        case ModelRefusalError():
            reason = "The model refused to answer this case."
        case ModelBehaviorError():
            reason = "The model's answer did not have the form it was asked for."
        case ProviderError() | RatchetError():
            reason = str(error)
        case openai.OpenAIError():
            reason = "The model provider reported an error."
        case _:
            reason = "Something went wrong while drafting; the details are in the server's log."
    return reason


def as_provider_error(error: BaseException) -> ProviderError | None:
    """The failure for whoever asked a model rather than for a rep; None: it is a defect of ours."""
    if not is_expected(error):
        return None
    kind = MalformedAnswerError if isinstance(error, ModelBehaviorError) else ProviderError
    return kind(reason_of(error))


def is_expected(error: BaseException) -> bool:
    """Whether the failure is the provider's rather than a defect of ours."""
    return not reason_of(error).startswith("Something went wrong")
