"""OpenAI's decisions endpoint: typed questions about one input, answered with probabilities.

A yes-or-no question is a predicate, one answer of several a choice, several answers a predicate each, a
scale a score. A refusal answers one question and is an error of the text; nothing is made of it.
"""

from __future__ import annotations

from typing import Any, cast

from openai import AsyncOpenAI
from openai.types import Decision
from openai.types.decision_create_params import Question as Asked

from core.classifiers.kind import Question, Subject
from core.classifiers.prompt.frozen import Frozen
from core.classifiers.prompt.outcomes import Outcome
from core.classifiers.prompt.wording import (
    examples_json,
    instructions,
    offered,
    reference_words,
    subject_data,
)
from core.llm import DirectClient

_REFUSED = "The model declined to judge this text."
_ODD = "The model service did not answer the question in the form of the decisions endpoint."


async def ask_decisions(
    client: DirectClient, question: Question, frozen: Frozen, subject: Subject
) -> Outcome:
    """The outcome of one (masked) subject.

    Raises:
        ProviderError: the request failed.
    """
    messages = _messages(question, frozen, subject)
    asked = _questions(question)

    async def send(sdk: AsyncOpenAI) -> Decision:
        return await sdk.decisions.create(model=client.model, input=messages, questions=asked)

    decision = await client.ask(send, used=_used)
    answers = decision.answers
    if any(answer.type == "refusal" for answer in answers):
        return Outcome(error=_REFUSED)
    if len(answers) != len(asked) or any(
        answer.type != each["type"] for answer, each in zip(answers, asked, strict=True)
    ):
        return Outcome(error=_ODD)
    likely = _likely(question, answers)
    return Outcome(likely) if likely is not None else Outcome(error=_ODD)


def _messages(question: Question, frozen: Frozen, subject: Subject) -> list[Any]:
    said = []
    if frozen.shown:
        said.append(f"Examples that people have judged, as JSON:\n{examples_json(frozen.shown, question)}")
    data = subject_data(subject)
    if "customer_asked" in data:
        said.append(f"The customer had asked, as data:\n{data['customer_asked']}")
    if subject.reference:
        said.append(reference_words(subject))
    said.append(data["text"])
    system = instructions(question, frozen.instructions, structured=False)
    return [
        {"role": "developer", "content": system},
        *({"role": "user", "content": content} for content in said),
    ]


def _questions(question: Question) -> list[Asked]:
    about = f"About the last message, the text to judge: {question.question}"
    asked: list[Any]
    if question.many:
        asked = [
            {
                "type": "predicate",
                "name": f"answer {number}",
                "instructions": f"{about}\nThe answer “{answer}” applies.",
            }
            for number, answer in enumerate(question.answers, start=1)
        ]
    elif question.kind == "yes_no":
        asked = [{"type": "predicate", "name": "yes", "instructions": f"{about}\nThe answer is yes."}]
    elif question.kind == "scale":
        levels = [{"label": answer} for answer in question.answers]
        asked = [{"type": "score", "name": "scale", "instructions": about, "levels": levels}]
    else:
        choices = [{"value": answer} for answer in offered(question)]
        asked = [{"type": "choice", "name": "answer", "instructions": about, "choices": choices}]
    return cast(list[Asked], asked)


def _likely(question: Question, answers: list[Any]) -> dict[str, float] | None:
    """Probabilities of the answers; None where they do not make sense."""
    if question.many:
        likely = {name: answer.probability for name, answer in zip(question.answers, answers, strict=True)}
    elif question.kind == "yes_no":
        yes = answers[0].probability
        likely = {"yes": yes, "no": 1 - yes}
    elif question.kind == "scale":
        likely = {each.label: each.probability for each in answers[0].probabilities}
    else:
        likely = {str(each.value): each.probability for each in answers[0].probabilities}
    if set(likely) - set(offered(question)) or not all(0 <= value <= 1 for value in likely.values()):
        return None
    total = sum(likely.values())
    if question.many:
        return likely
    return {name: value / total for name, value in likely.items()} if total > 0 else None


def _used(decision: Decision) -> tuple[int, int]:
    return decision.usage.input_tokens, decision.usage.output_tokens
