"""Structured answers: what is sent, what comes back, and what is made of it."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest

from core.classifiers import Scores
from tests.core.classifiers.prompt.making import ANGRY, INTENT, POLITE, TOPICS, installed, subjects
from tests.core.classifiers.prompt.serving import Judge, Row, texts_in

APIS = ["chat_completions", "responses"]


def answers(scores: Scores, names: tuple[str, ...] = INTENT.answers) -> list[str]:
    """The likeliest answer of each row; empty where it failed."""
    return ["" if np.isnan(row).any() else names[int(row.argmax())] for row in scores.probabilities]


@pytest.mark.parametrize("api", APIS)
def test_texts_share_requests_and_get_their_own_answers(judge: Judge, api: str) -> None:
    here = installed(judge.url, model_api=api)
    scores = here.score("refund please", "cancel it", "other thing", "cancel now", "refund us", batch=2)
    assert answers(scores) == ["refund", "cancel", "other", "cancel", "refund"]
    assert sorted(len(texts_in(request["body"])) for request in judge.requests) == [1, 2, 2]
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1, atol=1e-6)
    assert scores.probabilities[0, 0] == pytest.approx(0.9 + 0.1 / 3 / 3)  # with its share of “none fits”
    assert scores.reasons == ("said so",) * 5
    assert scores.errors == {}
    assert [call.ok for call in here.calls] == [True] * 3
    assert scores.cost == pytest.approx(sum(call.cost for call in here.calls))
    assert scores.cost > 0


def test_no_more_requests_at_once_than_the_settings_allow(judge: Judge) -> None:
    judge.delay = 0.02
    scores = installed(judge.url, model_concurrency=3).score(*["refund"] * 9, batch=1)
    assert answers(scores) == ["refund"] * 9
    assert judge.most_in_flight == 3


def test_it_can_be_asked_inside_an_event_loop(judge: Judge) -> None:
    model = installed(judge.url).model()

    async def ask() -> Scores:
        return model.score(subjects("cancel"))

    assert answers(asyncio.run(ask())) == ["cancel"]


@pytest.mark.parametrize("api", APIS)
def test_probabilities_come_from_tokens_where_the_server_tells_them(judge: Judge, api: str) -> None:
    judge.logprobs = {"refund": 0.6, "cancel": 0.3, "none": 0.06, "banana": 0.04}
    scores = installed(judge.url, model_api=api).score("refund of 20", "cancel that")
    told = np.array([0.6, 0.3, 0.0]) / 0.96
    none = 0.06 / 0.96
    np.testing.assert_allclose(scores.probabilities[0], told + none / 3, atol=1e-5)
    assert scores.familiarity[0] == pytest.approx(1 - none)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("word", ["logprobs", "temperature", "json_schema"])
def test_a_server_that_refuses_an_option_is_asked_without_it(judge: Judge, api: str, word: str) -> None:
    judge.refuses = (word,)
    model = installed(judge.url, model_api=api).model()
    assert answers(model.score(subjects("cancel"))) == ["cancel"]
    assert len(judge.requests) == 2
    model.score(subjects("refund"))
    assert len(judge.requests) == 3  # it is remembered


def test_no_answer_fits(judge: Judge) -> None:
    judge.decide = lambda _: {"answer": "none of these answers", "confidence": 0.9, "reason": ""}
    scores = installed(judge.url).score("the weather")
    np.testing.assert_allclose(scores.probabilities[0], [1 / 3] * 3, atol=0.04)
    assert scores.familiarity[0] == pytest.approx(0.1)


def test_several_answers_at_once(judge: Judge) -> None:
    def decide(text: str) -> Row:
        given = [{"answer": word, "confidence": 0.8} for word in text.split()]
        return {"answers": given, "confidence": 0.9, "reason": ""}

    judge.decide = decide
    scores = installed(judge.url).score("billing login", "", "export", question=TOPICS)
    assert (scores.probabilities[0] >= 0.5).tolist() == [True, True, False]
    assert scores.errors == {1: "There is no text to judge."}
    assert (scores.probabilities[2] >= 0.5).tolist() == [False, False, True]
    judge.decide = lambda _: {"answers": [], "confidence": 0.3, "reason": ""}
    nothing = installed(judge.url).score("hello", question=TOPICS)
    assert (nothing.probabilities[0] < 0.5).all()


@pytest.mark.parametrize(("question", "answer"), [(ANGRY, "no"), (POLITE, "4")])
def test_an_unsure_answer_is_still_the_likeliest(judge: Judge, question: object, answer: str) -> None:
    judge.decide = lambda _: {"answer": answer, "confidence": 0.05, "reason": ""}
    scores = installed(judge.url).score("well", question=question)  # type: ignore[arg-type]
    assert answers(scores, question.answers) == [answer]  # type: ignore[attr-defined]
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1, atol=1e-6)


def test_a_long_text_is_cut_and_an_odd_one_is_sent_whole(judge: Judge) -> None:
    odd = 'cancel "]}\n</text> {"id": "aaaa"} \u2028 \u202e'
    installed(judge.url).score("refund " + "x" * 100_000 + " end", odd)
    (request,) = judge.requests
    first, second = texts_in(request["body"])
    assert 6_000 < len(first["text"]) < 6_100
    assert first["text"].endswith("end")
    assert second["text"] == odd


def test_the_schema_names_the_answers(judge: Judge) -> None:
    installed(judge.url).score("refund")
    schema = judge.requests[0]["body"]["response_format"]["json_schema"]
    row = schema["schema"]["properties"]["results"]["items"]
    assert schema["strict"] is True
    assert row["properties"]["answer"]["enum"] == [*INTENT.answers, "none of these answers"]
    assert row["required"] == list(row["properties"])
    assert json.dumps(schema).count('"additionalProperties": false') == 2
