"""The cases of a guardrail: each says whether it is innocent, and whether it was held back from tuning."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

FOLDER = Path(__file__).parent / "cases"
Part = Literal["tuned", "held"]
PARTS: dict[Part, str] = {"tuned": "Cases the rules were tuned on", "held": "Held back from tuning"}


@dataclass(frozen=True)
class Case:
    """``fields`` is what the guardrail gets; ``innocent`` whether it should stay silent."""

    guardrail: str
    fields: dict[str, Any]
    innocent: bool
    note: str
    part: Part


def part_of(fields: dict[str, Any]) -> Part:
    """A third of all cases, chosen by a hash of what they say, is held back."""
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).digest()
    return "held" if digest[0] % 3 == 0 else "tuned"


@cache
def cases(guardrail: str) -> tuple[Case, ...]:
    """The cases of ``cases/<guardrail>.yaml``.

    Raises:
        ValueError: a case lies about its part, or is there twice.
    """
    found: list[Case] = []
    for entry in yaml.safe_load((FOLDER / f"{guardrail}.yaml").read_text("utf-8")):
        innocent, note, part = entry.pop("innocent"), str(entry.pop("note")), entry.pop("part")
        if part != part_of(entry):
            raise ValueError(f"{guardrail}: the part of {note!r} must be {part_of(entry)}")
        if any(case.fields == entry for case in found):
            raise ValueError(f"{guardrail}: {note!r} is there twice")
        found.append(Case(guardrail, entry, bool(innocent), note, part))
    return tuple(found)
