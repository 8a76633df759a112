"""The cost shown before running, against what a server then reports."""

from __future__ import annotations

import pytest

from core.classifiers import estimate_cost, measured_request_seconds
from core.classifiers.prompt.estimating import estimated_tokens
from core.database import Database
from core.llm import keep_usage
from tests.core.classifiers.prompt.making import ANGRY, INTENT, TOPICS, examples, installed, subjects
from tests.core.classifiers.prompt.serving import Judge, real_tokens

LETTER = (
    "refund please: we were charged twice for the team plan in October, once by card and once by invoice. "
    "Our accountant cannot close the month until one of the payments is back. Who can look into it?"
)
GERMAN = (
    "Die Rechnung enthält für September überhöhte Gebühren; bitte überprüfen Sie die Beträge für München."
)


def test_the_estimate_is_near_what_the_server_counts(judge: Judge) -> None:
    """The server counts with a real tokenizer, so this is the ratio held against reality."""
    judge.decide = lambda text: {
        "answer": "refund",
        "confidence": 0.93,
        "reason": "They were charged twice and ask for one of the two payments back.",
    }
    here = installed(judge.url)
    given = examples((LETTER, "refund"), ("please stop my plan at the end of the month", "cancel"))
    asked = subjects(*(f"{LETTER} Case {number}." for number in range(12)))
    estimate = estimate_cost(INTENT, {"batch": 4}, given, services=here.services, subjects=asked)
    scores = here.model(INTENT, {"batch": 4}, given).score(asked)
    assert estimate.requests == len(here.calls) == 3
    assert estimate.input_tokens == pytest.approx(sum(call.input_tokens for call in here.calls), rel=0.25)
    assert estimate.output_tokens == pytest.approx(sum(call.output_tokens for call in here.calls), rel=0.25)
    assert estimate.cost == pytest.approx(scores.cost, rel=0.25)


@pytest.mark.parametrize("text", [LETTER, "ok", "Export fails with error 500 on /api/v2/reports?limit=10"])
def test_four_plain_characters_are_a_token(text: str) -> None:
    assert estimated_tokens(text) == pytest.approx(real_tokens(text), rel=0.35, abs=1)


def test_other_letters_are_more_tokens() -> None:
    assert estimated_tokens(GERMAN) > estimated_tokens(GERMAN.encode("ascii", "replace").decode())
    assert estimated_tokens("返金してください") == pytest.approx(8 / 1.5)


def test_requests_and_time_follow_batch_and_concurrency() -> None:
    services = installed("http://127.0.0.1:1/v1", model_concurrency=4).services
    one = estimate_cost(INTENT, {"batch": 1}, [], services=services, texts=1000, seconds_a_request=2.0)
    ten = estimate_cost(INTENT, {"batch": 10}, [], services=services, texts=1000, seconds_a_request=2.0)
    assert (one.requests, one.seconds) == (1000, 500.0)
    assert (ten.requests, ten.seconds) == (100, 50.0)
    assert one.output_tokens == ten.output_tokens
    assert one.input_tokens > 3 * ten.input_tokens
    nothing = estimate_cost(INTENT, {}, [], services=services, texts=0)
    assert (nothing.requests, nothing.cost, nothing.seconds) == (0, 0.0, 0.0)


def test_a_missing_price_is_not_nought() -> None:
    free = installed("http://127.0.0.1:1/v1", model_price_input=0, model_price_output=0)
    assert estimate_cost(INTENT, {}, [], services=free.services, texts=10).cost is None
    offline = installed("", model_provider="offline")
    assert estimate_cost(TOPICS, {}, [], services=offline.services, texts=10).cost


def test_decisions_take_one_text_a_request() -> None:
    services = installed("", model_provider="openai", model_name="gpt-6-luna").services
    estimate = estimate_cost(ANGRY, {"batch": 10}, [], services=services, texts=100)
    assert estimate.requests == 100
    assert estimate.output_tokens < 1000


def test_latency_is_that_of_our_own_calls(judge: Judge, database: Database) -> None:
    here = installed(judge.url)
    with database.reading() as session:
        assert measured_request_seconds(session=session, settings=here.services.settings) is None
    here.score("refund", "cancel")
    judge.failing.extend([(400, "no")] * 2)
    here.score("other")
    keep_usage(here.calls, database=database)
    fine = [call.milliseconds / 1000 for call in here.calls if call.ok]
    with database.reading() as session:
        measured = measured_request_seconds(session=session, settings=here.services.settings)
        other = installed(judge.url, model_name="other").services.settings
        assert measured_request_seconds(session=session, settings=other) is None
    assert measured == pytest.approx(sum(fine) / len(fine))
