"""Addresses an admin may connect to. The host is what was typed; no document and no model moves it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit

from core.errors import InvalidInput

_LONGEST = 500
_LOCAL = "localhost"


def check_address(address: str, *, plain_http: bool = False) -> str:
    """``address`` in its plain form, without a trailing slash.

    Args:
        address: an ``https://`` address; ``http://`` only for this machine.
        plain_http: allow ``http://`` for any host: a choice of the admin, shown as such.

    Raises:
        InvalidInput: it is no address that may be connected to.
    """
    address = address.strip()
    if len(address) > _LONGEST:
        raise InvalidInput(f"The address is longer than {_LONGEST} characters.")
    if any(character.isspace() or not character.isprintable() for character in address) or "\\" in address:
        raise InvalidInput("The address contains blanks, backslashes or invisible characters. Type it again.")
    try:
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "")
    except ValueError:
        raise InvalidInput(
            "The address cannot be understood. It looks like https://api.example.com"
        ) from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise InvalidInput("The address must begin with https:// and name a host: https://api.example.com")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput(
            "The address must not hold a user name or password. Put the secret into an environment variable."
        )
    if parts.query or parts.fragment:
        raise InvalidInput("Leave out everything after “?” or “#” in the address.")
    if any(part in {".", ".."} for part in parts.path.split("/")):
        raise InvalidInput("The address must not contain “/./” or “/../”.")
    if _is_link_local(host):
        raise InvalidInput("Link-local addresses such as 169.254.169.254 cannot be connected to.")
    if parts.scheme == "http" and not plain_http and not is_this_machine(host):
        raise InvalidInput(
            "The address begins with http://, so that secrets and customer data would travel unprotected. "
            "Use https://, or allow plain HTTP for this connection if its network is safe."
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def is_this_machine(host: str) -> bool:
    """Whether ``host`` is a loopback address or ``localhost``."""
    if host == _LOCAL:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_link_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address.is_link_local or (mapped is not None and mapped.is_link_local)
