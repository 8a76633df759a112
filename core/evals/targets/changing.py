"""What a candidate changes: the settings and the instructions it is tried with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from core.errors import InvalidInput
from core.llm import check_allowed
from core.settings import Settings, get_settings

MAX_INSTRUCTIONS = 100_000
_PARTS = {"model", "instructions"}
_OF_MODEL = {
    "provider": "model_provider",
    "name": "model_name",
    "base_url": "model_base_url",
    "api": "model_api",
}


def changed_settings(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """The settings with the model of a candidate.

    Raises:
        InvalidInput: the changes are not of the form of :class:`core.evals.tables.EvalCandidate`, or the
            model's server is none that may be asked here.
    """
    check_changes(changes)
    model = changes.get("model") or {}
    changed = settings.model_copy(update={_OF_MODEL[name]: value for name, value in model.items()})
    check_allowed(changed, operator=get_settings())
    return changed


def changed_instructions(changes: Mapping[str, Any]) -> str:
    """The instructions of a candidate; empty where it leaves them as they are."""
    instructions = str(changes.get("instructions") or "")
    return instructions if instructions.strip() else ""


def check_changes(changes: Mapping[str, Any]) -> None:
    """Refuse changes that nobody knows how to make.

    Raises:
        InvalidInput: something is unknown or has the wrong form; says what.
    """
    unknown = sorted(set(changes) - _PARTS)
    if unknown:
        raise InvalidInput(f"A candidate changes model or instructions, not {', '.join(unknown)}.")
    instructions = changes.get("instructions", "")
    if not isinstance(instructions, str):
        raise InvalidInput("The instructions of a candidate are a text.")
    if len(instructions) > MAX_INSTRUCTIONS:
        raise InvalidInput(
            f"The instructions have {len(instructions):,} characters, and {MAX_INSTRUCTIONS:,} is the most."
        )
    model = changes.get("model") or {}
    if not isinstance(model, Mapping) or not all(isinstance(value, str) for value in model.values()):
        raise InvalidInput("The model of a candidate is provider, name, base_url and api, each a text.")
    if unknown := sorted(set(model) - set(_OF_MODEL)):
        raise InvalidInput(f"The model of a candidate has no {', '.join(unknown)}: {', '.join(_OF_MODEL)}.")
    for name in ("provider", "api"):
        allowed = get_args(Settings.model_fields[_OF_MODEL[name]].annotation)
        if name in model and model[name] not in allowed:
            raise InvalidInput(
                f"The {name} of the model is one of {', '.join(allowed)}, not {model[name]!r}."
            )
