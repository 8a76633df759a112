"""Whether a reply is in the language of what it answers."""

from __future__ import annotations

from core.classifiers.checks.registry import CheckParameter, Finding, Values, check
from core.classifiers.checks.texts import prose
from core.classifiers.kind import Subject
from core.llm import detect_language

_READ = 5_000  # characters; more change nothing


@check(
    "language_matches",
    title="Language matches",
    parameters=(
        CheckParameter(
            "fewest_letters",
            "Letters a reply needs",
            "number",
            default=12,
            low=1,
            high=500,
            hint="The language of a shorter reply is not judged: “OK” is in every language.",
        ),
    ),
)
def language_matches(subject: Subject, values: Values) -> Finding:
    """Yes: the reply is in the language of the question.

    Where the question does not show its language, that of the conversation counts.
    """
    if sum(character.isalpha() for character in subject.text) < int(values["fewest_letters"]):
        return Finding(None, "The reply is too short to tell its language.")
    locale = subject.locale.lower().replace("_", "-").partition("-")[0]
    asked = detect_language(prose(subject.question[:_READ]), fallback=locale)
    if not asked:
        return Finding(None, "The language of the question is not known.")
    spoken = detect_language(prose(subject.text[:_READ]), fallback="")
    if not spoken:
        return Finding(None, "The language of the reply cannot be told.")
    told = f"The question is in “{asked}”, the reply in “{spoken}”."
    return Finding(spoken == asked, told)
