"""What guardrails look at: a customer's texts, a reply with what it rests on, a text made safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.assist.guardrails.registry import Finding

Origin = Literal["article", "tool", "customer"]


@dataclass(frozen=True, slots=True)
class CustomerTexts:
    """Everything a customer can write into. ``html`` is the HTML part of an e-mail, as it came."""

    text: str
    subject: str = ""
    file_names: Sequence[str] = ()
    html: str = ""


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a sentence rests on: a passage, what an action gave, or what the representative answered.

    Attributes:
        text: the words that are cited; for an action, its statements.
        audience: ``public`` or ``internal``.
        done: for an action, whether it was carried out.
    """

    text: str
    audience: str = "public"
    kind: Literal["passage", "action", "person"] = "passage"
    done: bool = True

    @property
    def usable(self) -> bool:
        """Whether a customer may be told what stands here."""
        return self.audience == "public" and (self.kind != "action" or self.done)


@dataclass(frozen=True, slots=True)
class SentenceCheck:
    """One sentence of a reply, as the verification judged it, with the sources it cites."""

    text: str
    kind: Literal["fact", "courtesy"] = "fact"
    sources: Sequence[SourceText] = ()


@dataclass(frozen=True, slots=True)
class ReplyCheck:
    """A reply before a representative may insert it.

    Attributes:
        text: the whole reply, un-masked.
        sentences: its sentences; empty when a person wrote it and nothing was verified.
        language: the customer's language, ``de``; empty: that of ``customer_text``.
        customer_text: what the customer wrote.
        internal_passages: internal texts that must not reach the customer: those retrieved, or all.
        removed: sentences the verification took out.
    """

    text: str
    sentences: Sequence[SentenceCheck] = ()
    language: str = ""
    customer_text: str = ""
    internal_passages: Sequence[str] = ()
    removed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``text`` may go to a model; people read the original. ``findings`` say what was taken out."""

    text: str
    findings: Sequence[Finding] = field(default=())
