"""The kinds of answer a criterion may ask for, and what counts as one."""

from __future__ import annotations

from collections.abc import Sequence

from core.criteria.tables import Criterion
from core.errors import InvalidInput

KINDS = ("yes_no", "one_of", "many_of", "scale", "span", "note")
SUBJECTS = ("conversation", "message", "draft", "reply")
RESULT = "result"
"""An answer to an eval case: whatever may be asked about a draft or a reply may be asked about it."""
MARKED, NOTHING_MARKED, NOTED = "marked", "none", "noted"
SEPARATOR = " | "
"""Between the answers of one many_of judgement; so no answer may contain a ``|``."""
MAX_STORED = 1000
"""Characters of one stored answer, with all that were chosen."""

_FIXED = {
    "yes_no": ("yes", "no"),
    "scale": ("1", "2", "3", "4", "5"),
    "span": (MARKED, NOTHING_MARKED),
    "note": (NOTED,),
}


def choices(criterion: Criterion) -> tuple[str, ...]:
    """What may be answered, in the order of the keys 1 to 9."""
    return _FIXED.get(criterion.kind) or tuple(criterion.answers)


def may_ask(criterion: Criterion, subject_type: str) -> bool:
    """Whether the criterion may be asked about such a subject."""
    if subject_type == RESULT:
        return "draft" in criterion.subjects or "reply" in criterion.subjects
    return subject_type in criterion.subjects


def given(answer: str) -> tuple[str, ...]:
    """The single answers in a stored one: several for many_of, else one."""
    return tuple(answer.split(SEPARATOR))


def is_good(criterion: Criterion, answer: str) -> bool | None:
    """Whether the answer speaks for us; None where the criterion does not say what does."""
    if not criterion.good:
        return None
    return all(each in criterion.good for each in given(answer))


def checked_answer(criterion: Criterion, answer: str | Sequence[str]) -> str:
    """The answer as it is stored.

    Args:
        answer: one of :func:`choices`; for many_of one or several of them, in any order.

    Raises:
        InvalidInput: it is none of the criterion's answers.
    """
    parts = list(given(answer) if isinstance(answer, str) else answer)
    allowed = choices(criterion)
    unknown = next((part for part in parts if part not in allowed), None)
    if unknown is not None or not parts:
        wrong = f"{unknown!r} does not answer" if unknown is not None else "Nothing was chosen for"
        raise InvalidInput(f"{wrong} “{criterion.question}”: choose one of {_listed(allowed)}.")
    if criterion.kind != "many_of" and len(parts) > 1:
        raise InvalidInput(f"“{criterion.question}” takes one answer, and {len(parts)} were given.")
    joined = SEPARATOR.join(sorted(set(parts), key=allowed.index))
    if len(joined) > MAX_STORED:
        raise InvalidInput(f"{len(set(parts))} answers at once are too many to store: choose fewer.")
    return joined


def _listed(allowed: Sequence[str]) -> str:
    """The answers in words; of many, the first ones and how many more there are."""
    most = 12
    if len(allowed) <= most:
        return ", ".join(allowed)
    return f"{', '.join(allowed[:most])} and {len(allowed) - most:,} more"
