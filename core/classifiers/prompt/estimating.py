"""What judging many texts will cost and how long it will take, before anything is sent."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.classifiers.kind import Example, Features, Question, Services, Subject
from core.classifiers.prompt.choosing import choose_examples
from core.classifiers.prompt.frozen import Frozen
from core.classifiers.prompt.model import PURPOSE, PromptModel
from core.classifiers.prompt.options import Options, chosen_method
from core.classifiers.prompt.wording import (
    Shown,
    answer_schema,
    examples_json,
    instructions,
    texts_message,
)
from core.llm import ModelCall, cost_of
from core.settings import Settings

PLAIN_CHARACTERS_A_TOKEN = 4.0
OTHER_CHARACTERS_A_TOKEN = 1.5
"""Letters outside ASCII: 1 to 3 make a token, by script and model."""
TOKENS_A_REQUEST = 12
"""What the chat form adds around two messages."""
TOKENS_A_RESULT = 45
"""Of one result in JSON: id, answer, confidence and a reason of about 15 words."""
TOKENS_A_DECISION = 4
"""Of one answer of the decisions endpoint, which writes no reasons."""
SECONDS_A_REQUEST = 1.0
TOKENS_A_SECOND = 60.0
"""Where no latency was measured: a hosted model's usual first answer and writing speed."""
MEAN_CHARACTERS = 400
"""Of a customer's message, where nobody says how long they are."""
_NEWEST = 200


_SAMPLE = 1000
_OTHER = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Before running. ``cost`` is USD, None where the settings have no price; ``seconds`` is wall time."""

    texts: int
    requests: int
    input_tokens: int
    output_tokens: int
    cost: float | None
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For storing beside a report or a backtest."""
        return asdict(self)


def estimate_cost(
    question: Question,
    settings: Mapping[str, Any],
    examples: Sequence[Example],
    *,
    services: Services,
    subjects: Sequence[Subject] = (),
    texts: int | None = None,
    mean_characters: float = MEAN_CHARACTERS,
    seconds_a_request: float | None = None,
    features: Features | None = None,
) -> Estimate:
    """What judging some texts will cost. Sends nothing and works without a model service.

    Tokens are estimated from characters (:func:`estimated_tokens`), which is within a third for English
    and rougher for other scripts. Texts asked about twice, and what a provider gives for a repeated
    beginning of a prompt, are not counted.

    Args:
        examples: those a version would choose from.
        subjects: the texts, or a fair sample of them.
        texts: how many there are; without it, as many as ``subjects``.
        mean_characters: of a text, used where there are no subjects.
        seconds_a_request: measured latency, see :func:`measured_request_seconds`; without it a usual one.

    Raises:
        InvalidInput: the settings are wrong.
    """
    options = Options.of(settings)
    frozen = Frozen(
        method=chosen_method(question, options.method, services.settings),
        provider=services.settings.model_provider,
        model=services.settings.model_name,
        batch=options.batch,
        instructions=options.instructions,
        shown=_shown(question, choose_examples(question, examples, options, features)),
    )
    return estimate_judging(
        PromptModel(question, frozen, services),
        subjects=subjects,
        texts=texts,
        mean_characters=mean_characters,
        seconds_a_request=seconds_a_request,
    )


def estimate_judging(
    model: PromptModel,
    *,
    subjects: Sequence[Subject] = (),
    texts: int | None = None,
    mean_characters: float = MEAN_CHARACTERS,
    seconds_a_request: float | None = None,
) -> Estimate:
    """As :func:`estimate_cost`, for a version with its own examples."""
    question, frozen = model.question, model.frozen
    decisions = frozen.method == "decisions"
    count = len(subjects) if texts is None else texts
    requests = math.ceil(count / frozen.texts_a_request)
    a_request = _fixed_tokens(question, frozen, decisions=decisions)
    a_result = _result_tokens(question, decisions=decisions)
    input_tokens = round(requests * a_request + count * _text_tokens(subjects, mean_characters, question))
    output_tokens = count * a_result
    if seconds_a_request is None:
        a_request_writes = output_tokens / max(requests, 1)
        seconds_a_request = SECONDS_A_REQUEST + a_request_writes / TOKENS_A_SECOND
    chosen = model.services.settings
    priced = chosen.model_price_input > 0 or chosen.model_price_output > 0
    return Estimate(
        texts=count,
        requests=requests,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cost=cost_of(input_tokens, output_tokens, settings=chosen) if priced else None,
        seconds=math.ceil(requests / chosen.model_concurrency) * seconds_a_request,
    )


def estimated_tokens(text: str) -> float:
    """Tokens of a text: four plain characters, or one and a half others, make one."""
    others = len(_OTHER.findall(text))
    return (len(text) - others) / PLAIN_CHARACTERS_A_TOKEN + others / OTHER_CHARACTERS_A_TOKEN


def measured_request_seconds(*, session: Session, settings: Settings) -> float | None:
    """Mean seconds of the newest classifying requests to the model of the settings; None before the first."""
    newest = session.exec(
        select(ModelCall.milliseconds)
        .where(
            col(ModelCall.purpose) == PURPOSE,
            col(ModelCall.provider) == settings.model_provider,
            col(ModelCall.model) == settings.model_name,
            col(ModelCall.ok).is_(True),
        )
        .order_by(col(ModelCall.id).desc())
        .limit(_NEWEST)
    ).all()
    return sum(newest) / len(newest) / 1000 if newest else None


def _shown(question: Question, chosen: Sequence[Example]) -> tuple[Shown, ...]:
    """The examples as long as they are; masking changes little about that."""
    own = (Shown(str(each.get("text", "")), str(each.get("answer", ""))) for each in question.examples)
    return *own, *(Shown(each.subject.text, each.answer, each.subject.question) for each in chosen)


def _fixed_tokens(question: Question, frozen: Frozen, *, decisions: bool) -> float:
    """What every request has, whatever it is about."""
    system = instructions(question, frozen.instructions, structured=not decisions)
    if decisions:
        user = examples_json(frozen.shown, question) if frozen.shown else ""
        times = len(question.answers) if question.many else 1
        asked = "".join(question.answers) + question.question * times
        return estimated_tokens(system + user + asked) + TOKENS_A_REQUEST
    schema = json.dumps(answer_schema(question), ensure_ascii=False)
    return estimated_tokens(system + texts_message(frozen.shown, [], question) + schema) + TOKENS_A_REQUEST


def _text_tokens(subjects: Sequence[Subject], mean_characters: float, question: Question) -> float:
    """Mean tokens of one text with its id, from a thousand of them at most."""
    if not subjects:
        return estimated_tokens(
            texts_message([], [("1-0000", Subject("x" * round(mean_characters)))], question)
        )
    sample = subjects[:: max(1, len(subjects) // _SAMPLE)]
    rows = (texts_message([], [("1-0000", subject)], question) for subject in sample)
    return sum(map(estimated_tokens, rows)) / len(sample)


def _result_tokens(question: Question, *, decisions: bool) -> int:
    if decisions:
        return TOKENS_A_DECISION * (len(question.answers) if question.many else 1)
    return TOKENS_A_RESULT + (TOKENS_A_RESULT // 2 if question.many else 0)
