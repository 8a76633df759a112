"""Arguments of an operation, made flat: nested objects become single values with a path.

What a form field and a strict tool schema cannot show is named: a required one makes the operation
unsupported, an optional one is left out. Nothing is half supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.actions.connectors.references import References, Unsupported

Kind = Literal["text", "amount", "whole_number", "choice", "flag", "date"]
Place = Literal["path", "query", "header", "body"]

_DEEPEST = 4
_MOST_ARGUMENTS = 40
_MOST_CHOICES = 60
_LONGEST_TEXT = 2_000
_LONGEST_DESCRIPTION = 300


@dataclass(frozen=True, slots=True)
class Argument:
    """One value an operation takes.

    Attributes:
        name: flat and unique in the operation: ``address_city``.
        path: where it goes in the request: ``("address", "city")``.
        choices: the allowed values of kind ``choice``, as JSON scalars.
        minimum, maximum: inclusive, for numbers; ``above`` and ``below`` the exclusive ones.
        shortest, longest: characters, for texts.
    """

    name: str
    path: tuple[str, ...]
    place: Place
    kind: Kind
    required: bool
    description: str = ""
    choices: tuple[str | int | float, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    shortest: int = 0
    longest: int = _LONGEST_TEXT

    @property
    def label(self) -> str:
        return " ".join(
            re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", self.name).replace("_", " ").split()
        ).capitalize()


@dataclass(frozen=True, slots=True)
class Shape:
    """All arguments of an operation; ``left_out``: optional ones that cannot be shown, with the reason."""

    arguments: tuple[Argument, ...] = ()
    left_out: tuple[str, ...] = ()


def flatten(
    schema: Any, *, references: References, place: Place, path: tuple[str, ...] = (), required: bool = True
) -> Shape:
    """The arguments that ``schema`` (of an object) asks for.

    Raises:
        Unsupported: something required cannot be shown as single values.
    """
    resolved = references.schema(schema)
    if _type(resolved)[0] not in {"object", ""} or ("properties" not in resolved and "type" not in resolved):
        raise Unsupported(f"{'.'.join(path) or 'its content'} is not an object with named properties")
    properties = resolved.get("properties", {})
    if not isinstance(properties, dict):
        raise Unsupported("properties that are not an object")
    if not properties and resolved.get("additionalProperties") is not False:
        raise Unsupported(f"{'.'.join(path) or 'its content'} is an object of any content")
    if len(path) >= _DEEPEST:
        raise Unsupported(f"{'.'.join(path)} is nested deeper than {_DEEPEST} levels")
    demanded = resolved.get("required")
    names = {name for name in demanded if isinstance(name, str)} if isinstance(demanded, list) else set()
    if missing := names - set(properties):
        raise Unsupported(f"{min(missing)} is required but not described")
    shape = Shape()
    for name, inner in properties.items():
        here = (*path, name)
        is_required = required and name in names
        shape = _joined(shape, _part(inner, references, place, here, is_required=is_required))
    return shape


def _part(
    schema: Any, references: References, place: Place, path: tuple[str, ...], *, is_required: bool
) -> Shape:
    try:
        resolved = references.schema(schema)
        if resolved.get("readOnly") is True:
            return Shape()
        if _type(resolved)[0] == "object" or "properties" in resolved:
            return flatten(resolved, references=references, place=place, path=path, required=is_required)
        return Shape((single(resolved, place=place, path=path, required=is_required),))
    except Unsupported as problem:
        if is_required:
            raise
        return Shape(left_out=(f"{'.'.join(path)} ({problem})",))


def single(schema: dict[str, Any], *, place: Place, path: tuple[str, ...], required: bool) -> Argument:
    """The argument for a resolved schema of one value.

    Raises:
        Unsupported: a list, a free-form object, or several types.
    """
    kind_of, _ = _type(schema)
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    kind: Kind
    if values is not None:
        kind, choices = "choice", _choices(values, path)
    else:
        choices = ()
        match kind_of, schema.get("format"):
            case "string", "date":
                kind = "date"
            case "string", "binary" | "byte":
                raise Unsupported(f"{'.'.join(path)} is a file")
            case "string", _:
                kind = "text"
            case "integer", _:
                kind = "whole_number"
            case "number", _:
                kind = "amount"
            case "boolean", _:
                kind = "flag"
            case "array", _:
                raise Unsupported(f"{'.'.join(path)} is a list")
            case _:
                raise Unsupported(f"{'.'.join(path)} has no single type")
    minimum, above = _bound(schema, "minimum", "exclusiveMinimum")
    maximum, below = _bound(schema, "maximum", "exclusiveMaximum")
    return Argument(
        name=_identifier("_".join(path)),
        path=path,
        place=place,
        kind=kind,
        required=required,
        description=brief(schema.get("description") or schema.get("title")),
        choices=choices,
        minimum=minimum,
        maximum=maximum,
        above=above,
        below=below,
        shortest=min(_length(schema.get("minLength"), 0), _LONGEST_TEXT),
        longest=min(_length(schema.get("maxLength"), _LONGEST_TEXT), _LONGEST_TEXT),
    )


def unique(parts: Iterable[Argument]) -> tuple[Argument, ...]:
    """The arguments, required ones first, with names that differ: a later one gets its place in front.

    Raises:
        Unsupported: too many, or names that stay the same.
    """
    found: dict[str, Argument] = {}
    for part in parts:
        name = part.name if part.name not in found else _identifier(f"{part.place}_{part.name}")
        if name in found:
            raise Unsupported(f"two arguments that are both called {name}")
        found[name] = replace(part, name=name)
    if len(found) > _MOST_ARGUMENTS:
        raise Unsupported(f"{len(found)} arguments; at most {_MOST_ARGUMENTS} fit a form")
    return tuple(sorted(found.values(), key=lambda argument: not argument.required))


def brief(text: Any, longest: int = _LONGEST_DESCRIPTION) -> str:
    """``text`` of another system on one line, without invisible characters, shortened."""
    if not isinstance(text, str):
        return ""
    visible = "".join(c if c.isprintable() else " " for c in text[: longest * 8])
    flat = " ".join(visible.split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


def _joined(first: Shape, second: Shape) -> Shape:
    return Shape(first.arguments + second.arguments, first.left_out + second.left_out)


def _type(schema: dict[str, Any]) -> tuple[str, bool]:
    """The one type and whether null is allowed too; an empty text when there is no single one."""
    stated = schema.get("type")
    nullable = schema.get("nullable") is True
    if isinstance(stated, list):
        real = [item for item in stated if item != "null"]
        nullable = nullable or len(real) < len(stated)
        stated = real[0] if len(real) == 1 else ""
    return (stated if isinstance(stated, str) else ""), nullable


def _choices(values: Any, path: tuple[str, ...]) -> tuple[str | int | float, ...]:
    real = [value for value in values if value is not None] if isinstance(values, list) else []
    fits = all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in real)
    if not real or not fits or len(real) > _MOST_CHOICES:
        raise Unsupported(f"{'.'.join(path)} has choices that a form cannot show")
    if len({str(value) for value in real}) < len(real):
        raise Unsupported(f"{'.'.join(path)} has choices that look the same")
    return tuple(real)


def _bound(schema: dict[str, Any], inclusive: str, exclusive: str) -> tuple[float | None, float | None]:
    """Inclusive and exclusive bound; OpenAPI 3.0 writes the exclusive one as a flag on the other."""
    plain, strict = _number(schema.get(inclusive)), schema.get(exclusive)
    if strict is True:
        return None, plain
    return plain, _number(strict)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _length(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default


def _identifier(text: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")[:64]
    if not clean:
        raise Unsupported("an argument without a usable name")
    return clean
