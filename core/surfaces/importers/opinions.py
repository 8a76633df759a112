"""What people thought, as it comes with a conversation: answers to questions, and suggestions picked.

One that cannot be read costs itself only; the conversation goes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.conversations import JudgementRecord, SuggestionRecord
from core.errors import InvalidInput
from core.surfaces.importers.fields import clean_text, mapping, shown, when, words
from core.surfaces.importers.options import ImportOptions

MAX_JUDGEMENTS = 500
MAX_OFFERED = 1_000
_MAX_REASON = 10_000
_OURS = ("rep", "assistant")


@dataclass(frozen=True, slots=True)
class Refused:
    """A judgement or suggestion that was left out, and why."""

    reason: str
    value: object


def read_judgements(
    given: object, *, options: ImportOptions, refused: list[Refused]
) -> tuple[JudgementRecord, ...]:
    """The ``judgements`` of a conversation; those that cannot be read are added to ``refused``."""
    if given is None:
        return ()
    if not isinstance(given, list | tuple) or len(given) > MAX_JUDGEMENTS:
        problem = f"{shown(given)}; it must be a list of at most {MAX_JUDGEMENTS} answers"
        refused.append(Refused(_left_out(f"judgements is {problem}"), given))
        return ()
    found = []
    for number, entry in enumerate(given, start=1):
        try:
            found.append(_judgement(entry, f"judgements[{number}]", options))
        except InvalidInput as error:
            refused.append(Refused(_left_out(str(error)), entry))
    return tuple(found)


def read_suggestion(
    fields: Mapping[str, Any], where: str, *, refused: list[Refused]
) -> SuggestionRecord | None:
    """The ``suggestion`` of a message; one that cannot be read is added to ``refused``."""
    given = fields.get("suggestion")
    if given is None:
        return None
    where = f"{where}.suggestion"
    try:
        if fields.get("author") not in _OURS:
            raise InvalidInput(f"{where}: only a message of ours (rep or assistant) can come from one")
        return _suggestion(mapping(given, where), where)
    except InvalidInput as error:
        refused.append(Refused(_left_out(str(error)), given))
        return None


def _left_out(problem: str) -> str:
    return f"{problem} (only this was left out, not its conversation)"


def _judgement(raw: object, where: str, options: ImportOptions) -> JudgementRecord:
    fields = mapping(raw, where)
    criterion = words(fields, "criterion", limit=101, where=f"{where}.")
    question = words(fields, "question", limit=501, where=f"{where}.")
    if not (criterion or question):
        raise InvalidInput(f"{where} names neither a criterion nor a question")
    if len(criterion) > 100 or len(question) > 500:
        raise InvalidInput(f"{where}: a criterion has up to 100, a question up to 500 characters")
    reason = fields.get("reason")
    if reason is not None and (not isinstance(reason, str) or len(reason) > _MAX_REASON):
        raise InvalidInput(f"{where}.reason must be text of at most {_MAX_REASON:,} characters")
    at = fields.get("at")
    return JudgementRecord(
        answer=_answer(fields.get("answer"), where),
        criterion=criterion,
        question=question,
        person=_person(fields.get("judge"), f"{where}.judge"),
        reason=clean_text(reason or "").strip(),
        at=None if at in (None, "") else when(at, f"{where}.at", options),
        choices=_texts(fields.get("choices"), f"{where}.choices"),
        good=_texts(fields.get("good"), f"{where}.good"),
    )


def _answer(value: object, where: str) -> bool | int | str | tuple[str, ...]:
    if value is None or value == "" or value == []:
        raise InvalidInput(f"{where}.answer is missing")
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return _texts(value, f"{where}.answer")
    if not isinstance(value, str):
        raise InvalidInput(f"{where}.answer is {shown(value)}; it must be true, false, a number or text")
    answer = clean_text(value).strip()
    if not 0 < len(answer) <= _MAX_REASON:
        raise InvalidInput(f"{where}.answer is empty or longer than {_MAX_REASON:,} characters")
    return answer


def _person(value: object, where: str) -> str:
    """The name of the person who judged; empty for the customer."""
    if value == "customer":
        return ""
    name = words(value, "person", limit=180, where=f"{where}.") if isinstance(value, Mapping) else ""
    if not name:
        raise InvalidInput(f'{where} is {shown(value)}; it must be "customer" or {{"person": NAME}}')
    return name


def _suggestion(fields: Mapping[str, Any], where: str) -> SuggestionRecord:
    labels = _texts(fields.get("labels"), f"{where}.labels")
    offered = _count(fields.get("offered"), f"{where}.offered")
    if offered is None and labels:
        offered = len(labels)
    picked = _count(fields.get("picked"), f"{where}.picked")
    edited = fields.get("edited") or False
    if not isinstance(edited, bool):
        raise InvalidInput(f"{where}.edited is {shown(edited)}; it must be true or false")
    if picked is None and edited:
        raise InvalidInput(f"{where}.edited is true, but no suggestion was picked")
    if picked is not None and offered is not None and picked > offered:
        raise InvalidInput(f"{where}.picked is {picked}, but only {offered} were offered")
    if offered is not None and len(labels) > offered:
        raise InvalidInput(f"{where}.labels names {len(labels)}, but only {offered} were offered")
    return SuggestionRecord(offered=offered, picked=picked, edited=edited, labels=labels)


def _count(value: object, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_OFFERED:
        raise InvalidInput(f"{where} is {shown(value)}; it must be a whole number from 1 to {MAX_OFFERED:,}")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise InvalidInput(f"{where} is {shown(value)}; it must be a list of texts")
    return tuple(dict.fromkeys(" ".join(clean_text(each).split())[:200] for each in value))
