"""Criteria written in a JSON or YAML file."""

from __future__ import annotations

import json
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import InvalidInput


class WrittenExample(BaseModel):
    """A text, the answer it deserves, and why."""

    model_config = ConfigDict(extra="forbid")

    text: str
    answer: str | list[str]
    why: str = ""


class WrittenCriterion(BaseModel):
    """One criterion of a file. With ``version`` it is published only on top of exactly that version."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    version: int | None = Field(default=None, ge=1)
    question: str
    guidance: str = ""
    kind: str
    subjects: list[str]
    answers: list[str] = []
    good: list[str] = []
    examples: list[WrittenExample] = []
    change_note: str = ""

    # what `criteria show --json` says besides; known, so that its output can be edited and published
    retired: Any = None
    published: Any = None
    last_change: Any = None
    judgements: Any = None


_ONE_OR_SEVERAL: TypeAdapter[list[WrittenCriterion]] = TypeAdapter(list[WrittenCriterion])


def read_criteria(text: str, *, as_yaml: bool) -> list[WrittenCriterion]:
    """The criteria of a file: one object, or a list of them.

    Every YAML scalar is read as the text it is, so that ``answers: [yes, no]`` are words.

    Raises:
        InvalidInput: it cannot be read, or a field is missing, unknown or of the wrong type.
    """
    try:
        value = yaml.load(text, Loader=yaml.CBaseLoader) if as_yaml else json.loads(text)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = " ".join(str(error).split())
        raise InvalidInput(f"This is not {'YAML' if as_yaml else 'JSON'}: {first}") from None
    try:
        return _ONE_OR_SEVERAL.validate_python(value if isinstance(value, list) else [value])
    except ValidationError as error:
        wrong = error.errors()[0]
        number, *where = wrong["loc"]
        field = ".".join(str(part) for part in where) or "as a whole"
        raise InvalidInput(f"Criterion {int(number) + 1}, {field}: {wrong['msg'].lower()}.") from None
