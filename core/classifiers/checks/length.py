"""Whether a text has the wanted length."""

from __future__ import annotations

from core.classifiers.checks.registry import CheckParameter, Finding, Values, check
from core.classifiers.kind import Subject
from core.classifiers.rules import count_words

_LONGEST = 100_000


def _agree(values: Values) -> str:
    if int(values["least"]) > int(values["most"]):
        return f"At least {values['least']} and at most {values['most']}: no text can have that length."
    return ""


@check(
    "length",
    title="Length",
    subjects=("reply", "draft", "message", "conversation"),
    agree=_agree,
    parameters=(
        CheckParameter("least", "At least", "number", default=1, low=0, high=_LONGEST),
        CheckParameter("most", "At most", "number", default=200, low=0, high=_LONGEST),
        CheckParameter(
            "unit",
            "Counted in",
            "choice",
            default="words",
            choices=(("words", "words"), ("characters", "characters")),
            hint="Where a language puts no blanks between words, two characters count as one word.",
        ),
    ),
)
def length(subject: Subject, values: Values) -> Finding:
    """Yes: it has at least and at most so many words or characters."""
    count = count_words(subject.text) if values["unit"] == "words" else len(subject.text)
    fits = int(values["least"]) <= count <= int(values["most"])
    return Finding(fits, f"It has {count:,} {values['unit']}.")
