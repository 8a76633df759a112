"""Whether a text promises something."""

from __future__ import annotations

from core.classifiers import promise_words
from core.classifiers.checks.registry import CheckParameter, Finding, Values, check
from core.classifiers.checks.texts import lines_and_sentences, plain
from core.classifiers.kind import Subject

_SHOWN = 120


@check(
    "contains_promise",
    title="Contains a promise",
    parameters=(
        CheckParameter(
            "done",
            "Also what is said to be done",
            "switch",
            default=False,
            hint="“I have refunded you” counts like “I will refund you”.",
        ),
    ),
)
def contains_promise(subject: Subject, values: Values) -> Finding:
    """Yes: it promises money, an exception, a date or a guarantee. English, German, Spanish and French."""
    for sentence in lines_and_sentences(subject.text):
        said = plain(sentence)
        if said.endswith("?") or promise_words.DENIES.search(said) or promise_words.HANDS_OVER.search(said):
            continue
        kinds = (*promise_words.PROMISES, promise_words.DONE) if values["done"] else promise_words.PROMISES
        if any(kind.search(said) for kind in kinds):
            shown = sentence if len(sentence) <= _SHOWN else f"{sentence[:_SHOWN]}…"
            return Finding(True, f"It promises: “{shown}”")
    return Finding(False, "It promises nothing that is known as a promise.")
