"""Which model servers may be asked: a key and masked texts go only where the operator lets them go."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from core.errors import InvalidInput
from core.settings import Settings

_OPENAI = "https://api.openai.com/v1"


def check_allowed(wanted: Settings, *, operator: Settings) -> None:
    """Refuse a model whose server the operator has not allowed.

    Allowed are the operator's own server, those of ``RATCHET_MODEL_SERVERS``, those on this machine, and
    OpenAI's where no other server is set up (without a key there it is refused later).

    Args:
        wanted: the settings with the model that somebody wants to try or to release.

    Raises:
        InvalidInput: the server is another one; says who can allow it.
    """
    if wanted.model_provider == "offline":
        return
    address = _address(wanted)
    allowed = {_same(each) for each in operator.model_servers.split(",") if each.strip()}
    allowed.add(_address(operator) if operator.model_provider != "offline" else _same(_OPENAI))
    if address not in allowed and not _is_here(address):
        raise InvalidInput(
            f"Nothing is sent to {address}: it is not among the servers this installation may use. Ask "
            "whoever runs Ratchet to add it to RATCHET_MODEL_SERVERS."
        )


def _address(settings: Settings) -> str:
    return _same(settings.model_base_url or _OPENAI)


def _same(address: str) -> str:
    return address.strip().rstrip("/").lower()


def _is_here(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
