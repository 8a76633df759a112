"""The kind "rules": conditions that specialists write, judged in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.classifiers.kind import (
    Features,
    Model,
    Probabilities,
    Question,
    Scores,
    Subject,
    kind,
)
from core.classifiers.rules.conditions import Rules
from core.classifiers.rules.explaining import reasoner
from core.classifiers.rules.matching import Seen, holds
from core.classifiers.rules.parsing import parse_rules
from core.classifiers.rules.patterns import PatternTooSlow
from core.classifiers.rules.problems import RuleProblem, RulesError
from core.classifiers.unlearned import UnlearnedKind, UnlearnedModel

NO_RULE = "No rule matches."


class RulesModel(UnlearnedModel):
    """Rules ready to judge.

    The first rule that matches gives its answer, with probability 1; where several answers may be right,
    every matching rule does, and ``otherwise`` speaks when none of them matched. Where nothing matches and
    there is no ``otherwise``:

    - of one answer, nothing is known: all answers are equally likely and the familiarity is 0, so that any
      threshold of familiarity, or of confidence above one in the number of answers, abstains;
    - of several, none of them applies, which is an answer.
    """

    def __init__(self, rules: Rules, answers: Sequence[str], *, many: bool) -> None:
        self._answers = len(answers)
        self._many = many
        column = {answer: number for number, answer in enumerate(answers)}
        ready = [(rule.condition, column[rule.answer], reasoner(rule)) for rule in rules.rules]
        self._rules = [(holds(condition), number, why) for condition, number, why in ready if condition]
        self._otherwise = [(number, why) for condition, number, why in ready if condition is None]

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:  # noqa: ARG002
        """Probability 1 for what the rules say; see the class."""
        nothing = 0.0 if self._many else 1 / self._answers
        probabilities: Probabilities = np.full((len(subjects), self._answers), nothing, dtype=np.float32)
        familiarity = np.ones(len(subjects), dtype=np.float32)
        reasons, errors = [], {}
        for row, subject in enumerate(subjects):
            seen = Seen(subject)
            try:
                matched = self._matched(seen)
                reasons.append("; ".join(why(seen) for _, why in matched) or NO_RULE)
            except PatternTooSlow as error:
                probabilities[row] = np.nan
                reasons.append("")
                errors[row] = str(error)
                continue
            if matched:
                probabilities[row] = 0.0
                probabilities[row, [number for number, _ in matched]] = 1.0
            elif not self._many:
                familiarity[row] = 0.0
        return Scores(probabilities, familiarity, tuple(reasons), errors)

    def _matched(self, seen: Seen) -> list[tuple[int, Callable[[Seen], str]]]:
        """Columns of the answers that are given, and what says why."""
        matched = []
        for matches, number, why in self._rules:
            if matches(seen):
                matched.append((number, why))
                if not self._many:
                    break
        return matched or self._otherwise


@kind
class RulesKind(UnlearnedKind):
    """Settings: ``{"rules": text}``, as :func:`core.classifiers.rules.parse_rules` reads it."""

    name = "rules"
    title = "Rules"
    hint = "Conditions you write: words, channel, language, what is known of the customer."

    def read(self, question: Question, settings: Mapping[str, Any]) -> Model:
        """The rules as they stand.

        Raises:
            RulesError: they cannot be read, or there is none.
        """
        rules = parse_rules(str(settings.get("rules") or ""), question.answers)
        if not any(rule.condition for rule in rules.rules):
            example = f'{question.answers[0]} when text contains "…"'
            raise RulesError(
                [RuleProblem(1, 1, f"write at least one rule with a condition, such as: {example}")]
            )
        return RulesModel(rules, question.answers, many=question.many)
