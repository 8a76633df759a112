"""One label as files carry it, whatever their format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.criteria import MARKED, NOTED, NOTHING_MARKED
from core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """An answer by somebody about a subject.

    Attributes:
        external_id: what the file calls it; empty when it does not say.
        subject_id: our key; None where only ``conversation`` says what it is about.
        conversation: SOURCE/ID of the conversation the subject belongs to; empty when not said.
        criterion, version: empty and None when the file does not say.
        judge: user name or e-mail address, or what the file calls somebody without account.
        text: of the subject, for reading; an import does not use it.
        line: where it stands in the file, 1-based line or task.
    """

    subject_type: str
    subject_id: int | None
    answers: tuple[str, ...]
    judge: str
    conversation: str = ""
    criterion: str = ""
    version: int | None = None
    reason: str = ""
    span: dict[str, Any] | None = None
    created_at: datetime | None = None
    external_id: str = ""
    text: str = ""
    line: int = 0


def answered(
    kind: str, chosen: tuple[str, ...], spans: list[dict[str, Any]], reason: str
) -> tuple[tuple[str, ...], dict[str, Any] | None]:
    """Answers and span of a criterion of this kind from what was chosen and marked.

    Raises:
        InvalidInput: several passages are marked, or what the kind needs is not there.
    """
    if len(spans) > 1:
        raise InvalidInput(f"{len(spans)} passages are marked, and an answer has one")
    span = spans[0] if spans else None
    if kind == "span":
        return ((MARKED,), span) if span else ((NOTHING_MARKED,), None)
    if kind == "note":
        if not reason.strip():
            raise InvalidInput("the note is empty")
        return (NOTED,), span
    if not chosen:
        raise InvalidInput("nothing is answered")
    return chosen, span


def read_moment(value: object) -> datetime | None:
    """An ISO date and time with its zone; None when there is none.

    Raises:
        InvalidInput: it is neither.
    """
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidInput(f"{str(value)[:40]!r} is not a date and time") from None
    if moment.tzinfo is None:
        raise InvalidInput(f"{str(value)[:40]!r} names no time zone")
    return moment
