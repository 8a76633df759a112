"""The cases of ``data/halyard/cases``, which a specialist wrote by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from core.errors import ConfigurationError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """One case as it is written down; the README of the folder explains the fields.

    Attributes:
        id: stands for it in recorded answers and in its provenance.
        at: the moment it is frozen at, which is also when it was written.
        messages: author and text, oldest first.
        steps: results of look-ups.
    """

    id: str
    name: str
    theme: str
    locale: str
    channel: str
    at: datetime
    by: str
    owner: str
    customer: Mapping[str, Any]
    messages: Sequence[tuple[str, str]]
    expectations: Sequence[Mapping[str, Any]]
    steps: Sequence[Mapping[str, Any]] = field(default=())
    tags: Sequence[str] = field(default=())
    weight: float = 1.0
    polarity: str = ""
    critical: bool = False
    state: str = "accepted"
    reason: str = ""
    held_out: bool = False
    at_first: Mapping[str, Any] = field(default_factory=dict)
    """``expect``, ``weight`` and ``critical`` as they were until somebody revised the case."""


def read_written(folder: Path) -> list[WrittenCase]:
    """Every case of every file, in the order of their names.

    Raises:
        ConfigurationError: a file cannot be read, or a case is broken or there twice.
    """
    cases: dict[str, WrittenCase] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe one
        except (OSError, yaml.YAMLError) as error:
            raise ConfigurationError(f"The sample company cannot be read: {path.name}: {error}") from error
        for raw in found:
            name = raw.get("id", "?")
            if name in cases:
                raise ConfigurationError(f"{path.name}: there are two cases {name}")
            try:
                cases[name] = _case(raw)
            except (KeyError, ValueError, TypeError) as error:
                raise ConfigurationError(f"{path.name}: case {name} is broken: {error!r}") from error
    return list(cases.values())


def _case(raw: Mapping[str, Any]) -> WrittenCase:
    fields = {**raw}
    at: datetime = fields.pop("at")
    said = fields.pop("said")
    looked_up = fields.pop("looked_up", ())
    return WrittenCase(
        **{name: value for name, value in fields.items() if name not in ("expect", "owner")},
        at=at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC),
        owner=fields.get("owner", fields["by"]),
        messages=[("customer", each) if isinstance(each, str) else (each[0], each[1]) for each in said],
        expectations=fields["expect"],
        steps=[{"locale": raw["locale"], **step} for step in looked_up],
    )
