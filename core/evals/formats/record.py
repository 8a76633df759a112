"""A case as files carry it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from core.evals.content import CaseContent

AUTHORS = ("customer", "rep", "assistant", "system")
MAX_WEIGHT = 1_000.0


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One case of a file, in any format.

    Attributes:
        input: complete as :class:`core.evals.tables.EvalCase` has it, or only ``messages`` (``{author,
            text}``, oldest first), ``system`` and ``customer`` where the file comes from elsewhere.
        complete: whether the input is complete.
        digest: of the case in the installation that exported it; empty when it comes from elsewhere.
        masked: personal data was replaced when it was exported.
        provenance: what the file says that has no place here.
        notes: what could not be taken over, in plain words.
        line: where it stands in the file, 1-based line or entry.
    """

    name: str = ""
    input: Mapping[str, Any] = field(default_factory=dict)
    expectations: tuple[Mapping[str, Any], ...] = ()
    complete: bool = False
    theme: str = ""
    tags: tuple[str, ...] = ()
    channel: str = ""
    locale: str = ""
    weight: float = 1.0
    polarity: str = ""
    critical: bool = False
    digest: str = ""
    snapshot_id: str = ""
    masked: bool = False
    provenance: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    line: int = 0

    @classmethod
    def of_content(cls, content: CaseContent, **rest: Any) -> Self:
        """A case of this installation. ``rest``: fields that the content does not have."""
        return cls(
            name=content.name,
            input=content.input,
            expectations=content.expectations,
            complete=True,
            theme=content.theme,
            tags=content.tags,
            channel=content.channel,
            locale=content.locale,
            weight=content.weight,
            polarity=content.polarity,
            critical=content.critical,
            snapshot_id=content.snapshot_id,
            **rest,
        )

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """Author and text, oldest first."""
        return tuple((str(each["author"]), str(each["text"])) for each in self.input.get("messages", ()))

    @property
    def system(self) -> str:
        """The system message of a case from elsewhere."""
        return str(self.input.get("system") or "")

    def noting(self, *notes: str) -> Self:
        """The same with more notes."""
        return replace(self, notes=(*self.notes, *notes)) if notes else self


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry that cannot be read, or a file from here on. ``line``: 1-based line or entry."""

    line: int
    reason: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file is to be understood.

    Attributes:
        expected_as: what an expected text without any more said is: contains, equals, starts_with or
            reference; empty: ``contains`` for one short line, else ``reference``.
    """

    expected_as: str = ""


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a format may want to know besides the cases.

    Attributes:
        title: of the suite.
        questions: of criteria by name, for formats whose judges are asked in words.
        provider: what promptfoo is to measure, such as ``openai:chat:NAME``; empty: ``echo``.
        base_url: of an OpenAI-compatible server.
    """

    title: str = ""
    questions: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    base_url: str = ""


Read = Iterator[CaseRecord | Problem]
