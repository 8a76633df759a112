"""How a request proves who it is from, as the document's security scheme says."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Literal

from core.actions.connectors.references import References, Unsupported
from core.actions.connectors.secrets import Secret

Way = Literal["none", "bearer", "basic", "header", "query"]


def authentication_of(
    document: Mapping[str, Any], operation: Mapping[str, Any], references: References
) -> dict[str, str]:
    """``{"way", "name"}``: the first of the alternatives that needs one secret only.

    OAuth and OpenID Connect are taken as a bearer token that somebody has put into the environment.

    Raises:
        Unsupported: authentication is demanded, in ways that one secret cannot satisfy.
    """
    demanded = operation.get("security", document.get("security"))
    if not isinstance(demanded, list) or not demanded:
        return {"way": "none", "name": ""}
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    optional = False
    for alternative in demanded[:20]:
        if alternative == {}:
            optional = True
        if not isinstance(alternative, dict) or len(alternative) != 1 or not isinstance(schemes, dict):
            continue
        scheme = schemes.get(next(iter(alternative)))
        if scheme is not None and (found := _way(references.resolve(scheme))) is not None:
            return found
    if optional:
        return {"way": "none", "name": ""}
    raise Unsupported("authentication that one secret cannot give")


def _way(scheme: Mapping[str, Any]) -> dict[str, str] | None:
    kind, name = scheme.get("type"), scheme.get("name")
    where = scheme.get("in")
    if kind == "http":
        said = str(scheme.get("scheme", "")).lower()
        return {"way": said, "name": ""} if said in {"bearer", "basic"} else None
    if kind in {"oauth2", "openIdConnect"}:
        return {"way": "bearer", "name": ""}
    if kind == "apiKey" and where in {"header", "query"} and isinstance(name, str) and is_header_name(name):
        return {"way": where, "name": name}
    return None


def is_header_name(name: str) -> bool:
    """Whether ``name`` may be sent as the name of a header or of a query parameter."""
    return 0 < len(name) <= 100 and name.isascii() and all(c.isalnum() or c in "-_" for c in name)


def authenticate(
    authentication: Mapping[str, str], secret: Secret, headers: dict[str, str], query: list[tuple[str, str]]
) -> None:
    """Add the secret where it belongs; nothing without one. A document that says nothing gets a bearer."""
    if not secret.value:
        return
    match authentication.get("way"):
        case "header":
            headers[authentication["name"]] = secret.value
        case "query":
            query.append((authentication["name"], secret.value))
        case "basic":
            headers["Authorization"] = f"Basic {base64.b64encode(secret.value.encode()).decode()}"
        case _:
            headers["Authorization"] = f"Bearer {secret.value}"
