"""How near the reply comes to a reference."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz

from core.classifiers import Services, Subject
from core.errors import ConfigurationError
from core.evals.content import CaseContent
from core.evals.expecting.folding import compared, quoted
from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
)

log = logging.getLogger(__name__)


@expectation("reference")
class Reference(Expectation):
    """A reply that would be right."""

    title = "Resembles a reference"
    hint = "A reply that would be right. Judges read it; with a minimum, the reply must also resemble it."
    fields = (
        ExpectationField("text", "Reference reply", "long_text", required=True),
        ExpectationField(
            "at_least",
            "How alike at least",
            "number",
            low=0.0,
            high=1.0,
            hint="0 to 1: 1 is the same; about 0.6 says much the same. Empty: only shown to judges.",
        ),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Resembles “We refund ...” (0.6 or more)."""
        said = quoted([" ".join(given["text"].split())])
        if given.get("at_least") is None:
            return f"A right reply would be {said}"
        return f"Resembles {said} ({given['at_least']:g} or more of 1)"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Measure the likeness, see :func:`likeness`."""
        at_least = given.get("at_least")
        if at_least is None:
            return Checked(None, "Shown to judges as the reference.", counts=False)
        wanted = f"{at_least:g} or more alike"
        if not answered.output.text.strip():
            return Checked(False, "There is no reply.", wanted=wanted, score=0.0)
        alike, how = likeness(answered.output.text, given["text"], answered.services, about=answered.case)
        said = f"{alike:.2f} alike by {how}; {at_least:g} was wanted."
        return Checked(alike >= at_least, said, answer=f"{alike:.2f}", wanted=wanted, score=alike)


def likeness(
    one: str, other: str, services: Services, *, about: CaseContent | None = None
) -> tuple[float, str]:
    """How alike two texts are, 0..1, and by what that was measured.

    The cosine of their embeddings, negative ones as 0. Where no embedder is configured, the share of words
    they have in common: rapidfuzz's ``token_sort_ratio`` (normalised indel similarity of the sorted words).
    Personal data is hidden before texts leave this machine; ``about`` says whose.

    Raises:
        ProviderError: the embedding service failed.
    """
    try:
        embedder = services.embedder()
    except ConfigurationError:
        log.info("no embedder: likeness is measured by words")
        words = [compared(each, ignore_case=True) for each in (one, other)]
        return fuzz.token_sort_ratio(*words) / 100, "their words"
    texts = [one, other]
    if services.mask is not None and services.settings.embedder != "minilm":
        people = about.people if about is not None else ()
        conversation_id = (about.conversation_id if about is not None else None) or 0
        subjects = [Subject(text=each, conversation_id=conversation_id, people=people) for each in texts]
        texts = [each.text for each in services.mask(subjects)]
    rows = embedder.embed(texts)
    return float(min(1.0, max(0.0, float(rows[0] @ rows[1])))), "meaning"
