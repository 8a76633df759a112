"""Questions, subjects and installations for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.classifiers import Example, Question, Scores, Services, Subject
from core.classifiers.prompt import PromptKind, PromptModel
from core.llm import CallRecord, get_embedder
from core.settings import Settings

INTENT = Question(
    name="intent",
    question="What does the customer want?",
    guidance="Look at what they ask us to do.",
    kind="one_of",
    answers=("refund", "cancel", "other"),
)
ANGRY = Question("angry", "Is the customer angry?", "", "yes_no", ("yes", "no"))
TOPICS = Question("topics", "Which topics come up?", "", "many_of", ("billing", "login", "export"))
POLITE = Question("polite", "How polite is it?", "", "scale", ("1", "2", "3", "4", "5"))


@dataclass
class Installation:
    """What a deployment has: its services, and the calls that were counted."""

    services: Services
    calls: list[CallRecord] = field(default_factory=list)

    def model(
        self,
        question: Question = INTENT,
        settings: dict[str, Any] | None = None,
        examples: Sequence[Example] = (),
    ) -> PromptModel:
        several = {"batch": 5, **(settings or {})}  # texts a request: what may go wrong needs neighbours
        return PromptKind().fit(question, several, examples, services=self.services)

    def score(self, *texts: str, question: Question = INTENT, **settings: Any) -> Scores:
        return self.model(question, settings).score(subjects(*texts))


def installed(url: str = "", **more: Any) -> Installation:
    """An installation that asks the server at ``url`` by chat completions, and hides digits."""
    values: dict[str, Any] = {
        "model_provider": "compatible",
        "model_name": "tiny",
        "model_base_url": url,
        "model_api_key": "sk-test-123456",
        "model_api": "chat_completions",
        "model_timeout_seconds": 5,
        "model_price_input": 2.0,
        "model_price_output": 10.0,
        **more,
    }
    settings = Settings(_env_file=None, **values)
    calls: list[CallRecord] = []
    return Installation(
        Services(settings, lambda: get_embedder(settings), without_digits, calls.extend), calls
    )


def without_digits(given: Sequence[Subject]) -> list[Subject]:
    """A mask that can be seen."""
    return [replace(each, text="".join("#" if c.isdigit() else c for c in each.text)) for each in given]


def subjects(*texts: str) -> list[Subject]:
    return [Subject(text, subject_id=number) for number, text in enumerate(texts, start=1)]


def examples(*pairs: tuple[str, str]) -> list[Example]:
    return [
        Example(Subject(text), answer, example_id=number)
        for number, (text, answer) in enumerate(pairs, start=1)
    ]
