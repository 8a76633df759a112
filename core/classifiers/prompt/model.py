"""The model of a version: sends texts, and takes what comes back as scores."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.classifiers.kind import Features, Question, Scores, Services, Subject
from core.classifiers.prompt.concealing import concealed
from core.classifiers.prompt.decisions import ask_decisions
from core.classifiers.prompt.frozen import Frozen
from core.classifiers.prompt.outcomes import Outcome, as_scores
from core.classifiers.prompt.requests import Requests
from core.classifiers.prompt.structured import Abilities, ask_structured
from core.llm import CallRecord, DirectClient

PURPOSE = "classify"
"""How these calls are named in usage records."""
_EMPTY = "There is no text to judge."
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PromptModel:
    """See :class:`core.classifiers.Model`."""

    question: Question
    frozen: Frozen
    services: Services
    abilities: Abilities = field(default_factory=Abilities)
    features: str = ""

    def score(self, subjects: Sequence[Subject], features: Features | None = None) -> Scores:  # noqa: ARG002
        """Ask the model service about each subject, several at a time.

        A text whose answer cannot be used is asked about once more by itself; then it is an error of its
        row. No row is guessed.

        Raises:
            ProviderError: the service did not answer a single request; nothing was judged.
            ConfigurationError: personal data cannot be masked, so nothing was sent.
        """
        spoken = [row for row, subject in enumerate(subjects) if subject.text.strip()]
        outcomes = [Outcome(error=_EMPTY)] * len(subjects)
        records: list[CallRecord] = []
        if spoken:
            masked = concealed([subjects[row] for row in spoken], self.services)
            try:
                answered = _run(self._ask(masked, records))
            finally:
                if records and self.services.usage is not None:
                    self.services.usage(records)
            for row, outcome in zip(spoken, answered, strict=True):
                outcomes[row] = outcome
        return as_scores(outcomes, self.question, cost=sum(record.cost for record in records))

    def dump(self) -> bytes:
        """The prompt with its examples, as JSON."""
        return self.frozen.dump()

    async def _ask(self, masked: Sequence[Subject], records: list[CallRecord]) -> list[Outcome]:
        settings = self.services.settings
        client = DirectClient(settings, model=self.frozen.model, purpose=PURPOSE, sink=records.append)
        size = self.frozen.texts_a_request

        async def ask(rows: Sequence[int]) -> list[Outcome]:
            texts = [masked[row] for row in rows]
            if self.frozen.method == "decisions":
                return [await ask_decisions(client, self.question, self.frozen, texts[0])]
            return await ask_structured(client, self.question, self.frozen, texts, self.abilities)

        batches = [range(start, min(start + size, len(masked))) for start in range(0, len(masked), size)]
        async with client:
            return await Requests(ask, limit=settings.model_concurrency).run(batches)


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run it to its end, also where an event loop is already running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
