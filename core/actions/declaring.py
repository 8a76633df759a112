"""Make an :class:`Action` from a pydantic model of its arguments: schema, form and validation in one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo

from core.actions.declaration import Action, Field, InvalidArguments, Risk
from core.identity import Role

_WRITTEN = re.compile(r"\d{1,9}([.,]\d{1,2})?")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_IN_STRICT = ("title", "default", "minLength", "maxLength")  # strict tool calling refuses these


def _read_amount(value: Any) -> Any:
    """What a person or a model may write for money: 29, 29.5, "29.50", "29,50"."""
    if isinstance(value, Decimal) or value is None:
        return value
    text = str(value).strip()
    if isinstance(value, str) and not text:
        return None
    if isinstance(value, bool) or not _WRITTEN.fullmatch(text.removesuffix(".0")):
        raise ValueError("Write an amount with at most two decimals and no thousands mark, such as 1250.00.")
    return Decimal(text.replace(",", "."))


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("The amount must be more than 0.")
    return value


def _plain_text(value: str) -> str:
    if _UNSTORABLE.search(value):
        raise ValueError("Remove the control characters.")
    return value.strip()


Amount = Annotated[
    Decimal,
    BeforeValidator(_read_amount),
    AfterValidator(_positive),
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number"}),
]
"""More than 0, at most two decimals. A JSON number in arguments; read it back with :func:`as_amount`."""

OptionalAmount = Annotated[
    Decimal | None,
    BeforeValidator(_read_amount),
    AfterValidator(lambda value: value if value is None else _positive(value)),
    PlainSerializer(lambda value: None if value is None else float(value), return_type=float | None),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]}),
]
"""An :data:`Amount`, or None (an empty field of a form) for all there is."""


class Arguments(BaseModel):
    """Parent of argument models. ``Field(title=, description=)`` make the label and the help of the form.

    Allowed types: str, :data:`Amount`, :data:`OptionalAmount`, int, bool, date, Literal of strings,
    and each of them ``| None``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def as_amount(value: float | int | str | Decimal) -> Decimal:
    """Money in clean arguments, as a decimal with two places.

    Raises:
        InvalidInput: it is not a number.
    """
    try:
        return Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise InvalidArguments({"amount": f"{value!r} is not an amount."}) from error


def declare(
    name: str,
    *,
    title: str,
    description: str,
    arguments: type[BaseModel],
    risk: Risk,
    policy: str = "",
    policy_article: str = "",
    limits: Mapping[Role, Decimal] | None = None,
    approvers: frozenset[Role] = frozenset({Role.REP, Role.SPECIALIST, Role.MANAGER}),
    idempotent: bool = False,
) -> Action:
    """An action whose arguments are ``arguments``, best a child of :class:`Arguments`.

    The schema is fit for strict tool calling: no additional properties, every property required. An
    argument with a default may be left out all the same; the default then counts.

    Raises:
        TypeError: an argument has a type no form can show.
    """
    fields = tuple(_field(key, info) for key, info in arguments.model_fields.items())
    return Action(
        name=name,
        title=title,
        description=description,
        schema=_schema(arguments),
        fields=fields,
        validate=_validator(arguments, fields),
        risk=risk,
        policy=policy,
        policy_article=policy_article,
        limits=limits,
        approvers=approvers,
        idempotent=idempotent,
    )


def _schema(arguments: type[BaseModel]) -> dict[str, Any]:
    properties = arguments.model_json_schema(mode="validation").get("properties", {})
    return {
        "type": "object",
        "properties": {
            name: {key: part for key, part in each.items() if key not in _NOT_IN_STRICT}
            for name, each in properties.items()
        },
        "required": list(properties),
        "additionalProperties": False,
    }


def _field(name: str, info: FieldInfo) -> Field:
    kind, choices = _kind(info.annotation, name)
    label = info.title or name.replace("_", " ").capitalize()
    return Field(name, label, kind, info.is_required(), choices, info.description or "")


def _kind(annotation: Any, name: str) -> tuple[Any, tuple[str, ...]]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        (annotation,) = (each for each in get_args(annotation) if each is not NoneType)
        origin = get_origin(annotation)
    if origin is Literal:
        return "choice", tuple(str(each) for each in get_args(annotation))
    kinds = {str: "text", Decimal: "amount", int: "whole_number", bool: "flag", date: "date"}
    if annotation not in kinds:
        raise TypeError(f"{name}: no form for {annotation!r}")
    return kinds[annotation], ()


def _validator(
    arguments: type[BaseModel], fields: tuple[Field, ...]
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    by_name = {field.name: field for field in fields}

    def validate(raw: Mapping[str, Any]) -> dict[str, Any]:
        problems: dict[str, str] = {}
        given: dict[str, Any] = {}
        for key, value in raw.items():
            field = by_name.get(key)
            if value is None and field is not None and not field.required:
                continue  # the default counts
            try:
                prepared = _prepared(value, field)
                if prepared is not None or field is None or field.required:
                    given[key] = prepared
            except ValueError as error:
                problems[key] = str(error)
        try:
            clean: dict[str, Any] = arguments.model_validate(given).model_dump(mode="json")
        except ValidationError as error:
            for each in error.errors():
                key = str(each["loc"][0]) if each["loc"] else "arguments"
                problems.setdefault(key, _in_plain_words(each, by_name.get(key)))
            clean = {}
        if problems:
            raise InvalidArguments(problems)
        return clean

    return validate


def _prepared(value: Any, field: Field | None) -> Any:
    """``value`` with what pydantic would let pass, and a person would not mean, taken out."""
    if isinstance(value, str):
        value = _plain_text(value)
        if value == "" and field is not None:
            if field.required:
                raise ValueError("This is needed.")
            if field.kind != "text":
                return None
    if field is not None and field.kind == "whole_number" and isinstance(value, bool):
        raise ValueError("Write a whole number, such as 3.")
    return value


def _in_plain_words(error: Any, field: Field | None) -> str:
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if kind == "extra_forbidden":
        return "There is no such argument; leave it out."
    if kind == "missing" or (error.get("input", "") in (None, "") and field is not None):
        return "This is needed."
    limits = {
        "greater_than_equal": ("ge", "At least {}."),
        "greater_than": ("gt", "More than {}."),
        "less_than_equal": ("le", "At most {}."),
        "less_than": ("lt", "Less than {}."),
        "string_too_short": ("min_length", "At least {} characters."),
        "string_too_long": ("max_length", "At most {} characters."),
    }
    if kind in limits:
        name, sentence = limits[kind]
        return sentence.format(context[name])
    shapes = {
        "choice": f"Choose one of {', '.join(field.choices)}." if field else "",
        "whole_number": "Write a whole number, such as 3.",
        "amount": "Write an amount, such as 29.00.",
        "date": "Write a date as 2026-11-30.",
        "flag": "Say yes or no.",
        "text": "This does not have the form that is expected.",
    }
    return shapes[field.kind] if field is not None else str(error["msg"])
