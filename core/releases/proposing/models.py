"""Which model should write the drafts: checked before it is proposed, and shown beside the one now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import urlsplit

from sqlmodel import Session

from core.assist import MODEL_PARTS, Released
from core.errors import ConfigurationError, InvalidInput
from core.identity import Actor, Permission, require
from core.llm import check_allowed, check_served, provider_name
from core.releases.kinds import MODEL
from core.releases.kinds.settings import setting_in_force, setting_words
from core.settings import Settings, get_settings

MAX_NAME, MAX_ADDRESS = 200, 500


def model_content(content: Mapping[str, Any]) -> dict[str, Any]:
    """A model as it is stored; empty for the one that the operator has set.

    Raises:
        InvalidInput: a part is unknown, missing or cannot be; says what to do.
    """
    unknown = sorted(set(content) - set(MODEL_PARTS))
    if unknown:
        raise InvalidInput(f"A model has no {', '.join(unknown)}: {', '.join(MODEL_PARTS)}.")
    parts = {name: str(value).strip() for name, value in content.items() if value is not None}
    if not any(parts.values()):
        return {}
    for name in ("provider", "api"):
        allowed = get_args(Settings.model_fields[MODEL_PARTS[name]].annotation)
        if name in parts and parts[name] not in allowed:
            raise InvalidInput(f"The {name} is one of {', '.join(allowed)}, not {parts[name]!r}.")
    if "provider" not in parts:
        raise InvalidInput("Say which provider the model is of.")
    parts = {"name": "", "base_url": "", **parts}
    if parts["provider"] != "offline":
        _check_served(parts)
    elif parts["name"] or parts["base_url"]:
        raise InvalidInput("Without a model service there is neither a model's name nor an address.")
    return parts


def same_model(value: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both contents let the very same model write, for example because the operator has set it."""
    one, two = (Released(model=each).settings(get_settings()) for each in (value, other))
    return all(getattr(one, name) == getattr(two, name) for name in MODEL_PARTS.values())


def preview_model(actor: Actor, content: Mapping[str, Any] | None, *, session: Session) -> str:
    """A model in words, before it is proposed.

    Args:
        content: as :func:`core.releases.propose_change` takes it; None: the one that writes now.

    Raises:
        PermissionDenied: the actor may not propose.
        InvalidInput: it cannot be proposed; says what is missing.
    """
    require(actor, Permission.RELEASES_PROPOSE)
    value = setting_in_force(MODEL, session=session) if content is None else model_content(content)
    said = setting_words(MODEL, value)
    return said if value else f"{said}\n{provider_name(get_settings()).capitalize()}"


def _check_served(parts: Mapping[str, str]) -> None:
    """Refuse what names no model that could be asked."""
    name, base_url = parts["name"], parts["base_url"]
    if not name:
        raise InvalidInput("Say which model, as its provider calls it.")
    if len(name) > MAX_NAME or any(each.isspace() or not each.isprintable() for each in name):
        raise InvalidInput(
            f"The name of a model has no spaces and at most {MAX_NAME} characters. Copy it from its provider."
        )
    if parts["provider"] == "compatible" and not base_url:
        raise InvalidInput("Say at which address the server is, for example http://127.0.0.1:8080/v1.")
    if base_url:
        _check_address(base_url)
    operator = get_settings()
    wanted = operator.model_copy(update={MODEL_PARTS[part]: value for part, value in parts.items()})
    check_allowed(wanted, operator=operator)
    try:
        check_served(wanted)
    except ConfigurationError as error:  # all that can be missing still is the operator's
        raise InvalidInput(
            "There is no key for OpenAI here, so its models cannot be asked. Ask whoever runs Ratchet to set "
            "RATCHET_MODEL_API_KEY, then propose."
        ) from error


def _check_address(base_url: str) -> None:
    try:
        address = urlsplit(base_url)
        whole = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        whole = False
    if not whole or len(base_url) > MAX_ADDRESS or any(each.isspace() for each in base_url):
        raise InvalidInput("The address of a server begins with http:// or https:// and names the server.")
    if address.username or address.password:
        raise InvalidInput("Leave name and password out of the address: everybody here can read it.")
