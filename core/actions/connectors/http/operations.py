"""The operations of an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.actions.connectors.http.authentication import authentication_of, is_header_name
from core.actions.connectors.operation import Operation, digest_of
from core.actions.connectors.references import References, Unsupported
from core.actions.connectors.shapes import Argument, Place, Shape, brief, flatten, single, unique
from core.errors import InvalidInput

METHODS = ("get", "post", "put", "patch", "delete")
_MOST_OPERATIONS = 1_000
_JSON = "application/json"
_NOT_OURS_TO_SEND = {  # OpenAPI says to ignore the first three; the others belong to the transport
    "accept", "content-type", "authorization",
    "host", "connection", "cookie", "content-length", "transfer-encoding", "te", "upgrade", "expect",
}  # fmt: skip


def list_operations(document: Mapping[str, Any]) -> list[Operation]:
    """Everything the document offers, in its order; what cannot be chosen says why.

    Raises:
        InvalidInput: more operations than can be chosen from.
    """
    found: list[Operation] = []
    for method, path, item, body in _methods(document):
        if len(found) == _MOST_OPERATIONS:
            raise InvalidInput(
                f"The document has more than {_MOST_OPERATIONS:,} operations. Reduce it to those you need."
            )
        found.append(_operation(document, method, path, item, body))
    return found


def find_operation(document: Mapping[str, Any], operation_id: str) -> Operation | None:
    """One operation by its id (``POST /refunds``), or None when the document has none of that name."""
    for method, path, item, body in _methods(document):
        if f"{method.upper()} {path}" == operation_id:
            return _operation(document, method, path, item, body)
    return None


def _methods(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if not isinstance(item, dict) or not path.startswith("/") or len(path) > 250:
            continue
        if "$ref" in item:
            try:
                item = References(document).resolve(item)
            except Unsupported:
                continue
        for method in METHODS:
            if isinstance(body := item.get(method), dict):
                yield method, path, item, body


def _operation(
    document: Mapping[str, Any], method: str, path: str, item: dict[str, Any], body: dict[str, Any]
) -> Operation:
    references = References(document)
    verb = method.upper()
    title = brief(body.get("summary"), 120) or brief(body.get("operationId"), 120) or f"{verb} {path}"
    description = brief(body.get("description"), 600) or title
    shape, unsupported = Shape(), ""
    wire: dict[str, Any] = {"method": verb, "path": path}
    try:
        wire["authentication"] = authentication_of(document, body, references)
        shape = _parameters(item, body, references)
        content, needed = _content(body, references)
        if content is not None:
            wire["body"] = "required" if needed else "optional"
            inner = flatten(content, references=references, place="body", required=needed)
            shape = Shape(shape.arguments + inner.arguments, shape.left_out + inner.left_out)
        if header := _idempotency_header(item, body, references):
            wire["idempotency_header"] = header
        _check_path(path, shape.arguments)
        shape = Shape(unique(shape.arguments), shape.left_out)
    except Unsupported as problem:
        unsupported, shape = f"Not possible here: {problem}.", Shape()
    except RecursionError:
        unsupported, shape = "Not possible here: its description is nested too deeply.", Shape()
    reads = verb == "GET"
    return Operation(
        id=f"{verb} {path}",
        title=title,
        description=description,
        arguments=shape.arguments,
        left_out=shape.left_out,
        unsupported=unsupported,
        suggested_risk="read" if reads else "irreversible",
        hint="GET should change nothing." if reads else f"{verb} changes something.",
        pinned=digest_of([wire, title, description, sorted(map(repr, shape.arguments)), unsupported]),
        wire=wire,
    )


def _parameters(item: dict[str, Any], body: dict[str, Any], references: References) -> Shape:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for source in (item.get("parameters"), body.get("parameters")):  # the operation's own come last and win
        for parameter in source if isinstance(source, list) else ():
            resolved = references.resolve(parameter)
            found[str(resolved.get("in")), str(resolved.get("name"))] = resolved
    arguments: list[Argument] = []
    left_out: list[str] = []
    for (where, name), parameter in found.items():
        required = parameter.get("required") is True or where == "path"
        if where == "header" and (name.lower() in _NOT_OURS_TO_SEND or "idempotency" in name.lower()):
            continue
        try:
            arguments.append(_parameter(where, name, parameter, references, required=required))
        except Unsupported as problem:
            if required:
                raise
            left_out.append(f"{name} ({problem})")
    return Shape(tuple(arguments), tuple(left_out))


def _idempotency_header(item: dict[str, Any], body: dict[str, Any], references: References) -> str:
    """The header that the document declares for it, if any. Ratchet fills it in, so it is no argument."""
    for source in (body.get("parameters"), item.get("parameters")):
        for parameter in source if isinstance(source, list) else ():
            resolved = references.resolve(parameter)
            name = str(resolved.get("name"))
            if resolved.get("in") == "header" and "idempotency" in name.lower() and is_header_name(name):
                return name
    return ""


def _parameter(
    where: str, name: str, parameter: dict[str, Any], references: References, *, required: bool
) -> Argument:
    place: Place
    match where:
        case "path":
            place = "path"
        case "query":
            place = "query"
        case "header" if is_header_name(name):
            place = "header"
        case _:
            raise Unsupported(f"{brief(name, 40)} in {brief(where, 20) or 'no place'}")
    if "schema" not in parameter:
        raise Unsupported(f"{brief(name, 40)} without a schema")
    schema = references.schema(parameter["schema"])
    schema = {**schema, "description": parameter.get("description") or schema.get("description")}
    return single(schema, place=place, path=(name,), required=required)


def _content(body: dict[str, Any], references: References) -> tuple[Any, bool]:
    """The schema of the JSON body and whether one must be sent; None when the operation takes none."""
    if "requestBody" not in body:
        return None, False
    request = references.resolve(body["requestBody"])
    needed = request.get("required") is True
    content = request.get("content")
    for kind, described in content.items() if isinstance(content, dict) else ():
        plain = kind.partition(";")[0].strip().lower()
        if (plain == _JSON or plain.endswith("+json")) and isinstance(described, dict):
            return described.get("schema", {}), needed
    if needed:
        raise Unsupported("a body that is not JSON")
    return None, False


def _check_path(path: str, arguments: tuple[Argument, ...]) -> None:
    rest = path
    for argument in arguments:
        if argument.place == "path":
            rest = rest.replace(f"{{{argument.path[0]}}}", "")
    if "{" in rest or "}" in rest:
        raise Unsupported("a path argument that is not described")
    if (
        any(step in {".", ".."} for step in path.split("/"))
        or not path.isprintable()
        or set(path) & set(" ?#\\")
    ):
        raise Unsupported("a path with characters that do not belong there")
