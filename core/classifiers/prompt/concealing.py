"""Personal data stays here: what leaves was masked, or nothing leaves."""

from __future__ import annotations

from collections.abc import Sequence

from core.classifiers.kind import Example, Question, Services, Subject
from core.classifiers.prompt.wording import NONE, Shown, offered, split
from core.criteria import SEPARATOR
from core.errors import ConfigurationError


def concealed(subjects: Sequence[Subject], services: Services) -> list[Subject]:
    """The subjects as they may leave.

    Raises:
        ConfigurationError: there is nobody to mask them.
    """
    if services.mask is None:
        raise ConfigurationError(
            "This classifier sends texts to a model service, and nothing here hides personal data in them "
            "first. Nothing was sent. Open it with core.classifiers.open_services."
        )
    masked = list(services.mask(subjects))
    if len(masked) != len(subjects):
        raise ConfigurationError(f"Masking gave {len(masked)} texts for {len(subjects)}. Nothing was sent.")
    return masked


def shown_examples(question: Question, chosen: Sequence[Example], services: Services) -> tuple[Shown, ...]:
    """The criterion's own examples and the chosen ones, masked; each text once."""
    own = [
        (Subject(str(each.get("text", ""))), _joined(each.get("answer", ""))) for each in question.examples
    ]
    both = [*own, *((example.subject, example.answer) for example in chosen)]
    texts = list({(subject.text, subject.question): (subject, answer) for subject, answer in both}.values())
    if not texts:
        return ()
    masked = concealed([subject for subject, _ in texts], services)
    return tuple(
        Shown(subject.text, answer, subject.question)
        for subject, (_, answer) in zip(masked, texts, strict=True)
        if subject.text.strip() and _offered(question, answer)
    )


def _joined(answer: object) -> str:
    return SEPARATOR.join(map(str, answer)) if isinstance(answer, list | tuple) else str(answer)


def _offered(question: Question, answer: str) -> bool:
    if question.many:
        return all(part in question.answers for part in split(answer))
    return (answer or NONE) in offered(question)
