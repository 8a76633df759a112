"""The kind "check": code we ship that answers yes or no, the same way every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.classifiers.checks.registry import Check, Values, filled_in, get_check
from core.classifiers.kind import (
    Features,
    Model,
    Probabilities,
    Question,
    Scores,
    Subject,
    kind,
)
from core.classifiers.unlearned import UnlearnedKind, UnlearnedModel
from core.errors import InvalidInput


class CheckModel(UnlearnedModel):
    """A check with its parameters.

    Probability 1 for what it finds. Where it cannot tell, both answers are equally likely and the familiarity
    is 0, so that any threshold of familiarity, or of confidence above one half, abstains.
    """

    def __init__(self, made: Check, values: Values, answers: Sequence[str]) -> None:
        self._check, self._values = made, values
        self._yes = list(answers).index("yes")

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:  # noqa: ARG002
        """Run the check on each subject."""
        probabilities: Probabilities = np.full((len(subjects), 2), 0.5, dtype=np.float32)
        familiarity = np.ones(len(subjects), dtype=np.float32)
        reasons = []
        for row, subject in enumerate(subjects):
            found = self._check.run(subject, self._values)
            reasons.append(found.why)
            if found.yes is None:
                familiarity[row] = 0.0
            else:
                probabilities[row] = 0.0
                probabilities[row, self._yes if found.yes else 1 - self._yes] = 1.0
        return Scores(probabilities, familiarity, tuple(reasons))


@kind
class CheckKind(UnlearnedKind):
    """Settings: ``{"check": name, "parameters": {name: value}}``; parameters left out have their default."""

    name = "check"
    title = "Check"
    hint = "Something a program can tell for sure, such as the length or the language of a reply."

    def read(self, question: Question, settings: Mapping[str, Any]) -> Model:
        """The check as it is set.

        Raises:
            InvalidInput: there is no such check, or a parameter is wrong.
        """
        if question.kind != "yes_no":
            raise InvalidInput(
                f"A check answers yes or no, and “{question.question}” asks for something else. Choose a "
                "question with the answers yes and no."
            )
        if not settings.get("check"):
            raise InvalidInput("Choose a check.")
        made = get_check(str(settings["check"]))
        parameters = settings.get("parameters") or {}
        if not isinstance(parameters, Mapping):
            raise InvalidInput("The parameters of a check are names with values.")
        return CheckModel(made, filled_in(made, parameters), question.answers)
