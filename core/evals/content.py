"""What a case says, as runs and graders read it: apart from the row, which people may change meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from core.evals.tables import EvalCase, EvalCaseVersion


@dataclass(frozen=True, slots=True)
class CaseContent:
    """A case with everything that decides how it is answered and graded.

    Attributes:
        input: as :class:`~core.evals.tables.EvalCase` has it.
        expectations: see :mod:`core.evals.expecting`; their place is their identity within a version.
        version_id: of the stored version; 0 where there is none.
    """

    name: str
    input: Mapping[str, Any]
    snapshot_id: str
    expectations: tuple[Mapping[str, Any], ...]
    theme: str = ""
    tags: tuple[str, ...] = ()
    channel: str = ""
    locale: str = ""
    weight: float = 1.0
    polarity: str = ""
    critical: bool = False
    conversation_id: int | None = None
    case_id: int = field(default=0, compare=False)
    version_id: int = field(default=0, compare=False)

    @classmethod
    def of_case(cls, case: EvalCase) -> Self:
        """As the case is now."""
        names = (
            "name",
            "input",
            "snapshot_id",
            "theme",
            "channel",
            "locale",
            "weight",
            "polarity",
            "critical",
        )
        return cls(
            **{name: getattr(case, name) for name in names},
            expectations=tuple(case.expectations),
            tags=tuple(case.tags),
            conversation_id=case.conversation_id,
            case_id=case.key,
        )

    @classmethod
    def of_version(cls, version: EvalCaseVersion) -> Self:
        """As one version has it."""
        content = dict(version.content)
        return cls(
            **{
                **content,
                "expectations": tuple(content["expectations"]),
                "tags": tuple(content["tags"]),
                "case_id": version.case_id,
                "version_id": version.key,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """The stored form: :attr:`EvalCaseVersion.content`."""
        return {
            "name": self.name,
            "input": dict(self.input),
            "snapshot_id": self.snapshot_id,
            "expectations": [dict(each) for each in self.expectations],
            "theme": self.theme,
            "tags": list(self.tags),
            "channel": self.channel,
            "locale": self.locale,
            "weight": self.weight,
            "polarity": self.polarity,
            "critical": self.critical,
            "conversation_id": self.conversation_id,
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return _sha256(self.as_json())

    @property
    def input_digest(self) -> str:
        """SHA-256 of the input alone: answers to equal inputs by one build are alike."""
        return _sha256(dict(self.input))

    @property
    def question(self) -> str:
        """What the customer said last."""
        said = [each["text"] for each in self.input.get("messages", []) if each.get("author") == "customer"]
        return str(said[-1]) if said else ""

    @property
    def people(self) -> tuple[str, ...]:
        """Names, addresses and numbers of the customer and of those who wrote, to be hidden from models."""
        customer = self.input.get("customer") or {}
        told = [customer.get(name) for name in ("name", "email", "phone", "external_id")]
        told += [each.get("name") for each in self.input.get("messages", []) if isinstance(each, Mapping)]
        return tuple(dict.fromkeys(str(each).strip() for each in told if each and len(str(each).strip()) > 2))


def _sha256(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
