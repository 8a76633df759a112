"""A text that cannot be judged is an error of its row, in plain words: never dropped, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from core.errors import ProviderError
from tests.core.classifiers.prompt.making import TOPICS, installed
from tests.core.classifiers.prompt.serving import Judge, Row, texts_in
from tests.serving import closed_port, silent_port


def test_extra_and_reordered_results_do_no_harm(judge: Judge) -> None:
    stray = {"id": "9-ffff", "answer": "cancel", "confidence": 1, "reason": ""}
    judge.edit = lambda rows: [stray, *reversed(rows)]
    scores = installed(judge.url).score("refund", "other", "cancel")
    assert scores.probabilities.argmax(axis=1).tolist() == [0, 2, 1]
    assert len(judge.requests) == 1


def test_a_text_left_out_is_asked_about_by_itself(judge: Judge) -> None:
    judge.edit = lambda rows: rows if len(rows) == 1 else rows[:-1]
    scores = installed(judge.url).score("refund", "other", "cancel")
    assert scores.probabilities.argmax(axis=1).tolist() == [0, 2, 1]
    assert [len(texts_in(request["body"])) for request in judge.requests] == [3, 1]


def _without_the_odd_one(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["answer"] != "odd"]


def _twice(rows: list[Row]) -> list[Row]:
    return rows + [{**row, "answer": "refund"} for row in rows if row["answer"] == "odd"]


def _twice_known(rows: list[Row]) -> list[Row]:
    odd = [row for row in rows if row["answer"] == "odd"]
    for row in odd:
        row["answer"] = "cancel"
    return rows + [{**row, "answer": "refund"} for row in odd]


def _changed(**more: object) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**row, **more} if row["answer"] == "odd" else row for row in rows]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (_without_the_odd_one, "form it was asked for|left this text out"),
        (lambda rows: rows, "“odd”, which is none of the answers"),
        (_twice, "two different answers"),
        (_twice_known, "two different answers"),
        (_changed(answer="refund", confidence=90), "how sure it is"),
        (_changed(answer="refund", confidence=None), "how sure it is"),
        (_changed(answer="refund", confidence=True), "how sure it is"),
        (_changed(answer=None), "none of the answers"),
        (_changed(answer=["refund"]), "none of the answers"),
    ],
)
def test_a_row_that_stays_unusable_is_an_error(
    judge: Judge, edit: Callable[[list[Row]], list[Row]], words: str
) -> None:
    judge.edit = edit
    scores = installed(judge.url).score("refund", "odd", "cancel")
    assert np.isnan(scores.probabilities).all(axis=1).tolist() == [False, True, False]
    assert scores.probabilities[[0, 2]].argmax(axis=1).tolist() == [0, 1]
    assert list(scores.errors) == [1]
    assert re.search(words, scores.errors[1])


def test_an_answer_spelled_in_capitals_is_that_answer(judge: Judge) -> None:
    judge.decide = lambda _: {"answer": " REFUND ", "confidence": 0.7, "reason": "a\n b" * 200}
    scores = installed(judge.url).score("x")
    assert scores.probabilities.argmax(axis=1).tolist() == [0]
    assert len(scores.reasons[0]) == 200
    assert "\n" not in scores.reasons[0]


@pytest.mark.parametrize(
    "content",
    ["", "I would say refund.", '{"results": [{"id": "1', "[]", "null", "{" * 3000, '{"results": [1, "a"]}'],
    ids=["nothing", "words", "cut", "no results", "null", "braces", "no objects"],
)
def test_what_is_no_answer_is_an_error_of_each_row(judge: Judge, content: str) -> None:
    judge.write = lambda _: content
    scores = installed(judge.url).score("refund", "cancel")
    assert np.isnan(scores.probabilities).all()
    assert set(scores.errors) == {0, 1}
    assert len(judge.requests) == 3  # together, then each by itself


def test_words_around_the_answer_are_read_past(judge: Judge) -> None:
    judge.write = lambda rows: f"Sure {{here}}:\n```json\n{rows}\n```".replace("'", '"')
    assert installed(judge.url).score("cancel").probabilities.argmax() == 1


@pytest.mark.parametrize("api", ["chat_completions", "responses"])
def test_a_refusal_hits_only_the_text_it_is_about(judge: Judge, api: str) -> None:
    judge.refusal = lambda text: "bomb" in text
    scores = installed(judge.url, model_api=api).score("refund", "bomb", "cancel")
    assert scores.errors == {1: "The model declined to judge this text."}
    assert scores.probabilities[[0, 2]].argmax(axis=1).tolist() == [0, 1]


def test_a_text_the_server_refuses_is_an_error_of_that_text(judge: Judge) -> None:
    judge.refuses = ("poison",)
    scores = installed(judge.url).score("refund", "poison", "cancel")
    assert list(scores.errors) == [1]
    assert "refused the request" in scores.errors[1]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failure_that_passes_is_not_seen(judge: Judge, status: int) -> None:
    judge.failing.extend([(status, "busy"), (status, "busy")])
    here = installed(judge.url)
    scores = here.score("refund")
    assert scores.errors == {}
    assert [call.ok for call in here.calls] == [False, False, True]


def test_a_failure_of_some_requests_is_an_error_of_their_rows(judge: Judge) -> None:
    judge.failing.extend([(500, "broken")] * 3)
    scores = installed(judge.url, model_concurrency=1).score("refund", "cancel", "other", batch=1)
    assert list(scores.errors) == [0]
    assert "failed with status 500" in scores.errors[0]
    assert scores.probabilities[[1, 2]].argmax(axis=1).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("failure", "words", "most"),
    [
        ((500, "broken"), "failed with status 500", 15),
        ((429, "slow down"), "limits how often", 15),
        ((429, "quota"), "no credit left", 1),
        ((401, "bad key"), "refused the API key", 1),
        ((404, "no model"), "does not know the model", 1),
    ],
)
def test_a_service_that_is_not_there_fails_the_batch_soon(
    judge: Judge, failure: tuple[int, str], words: str, most: int
) -> None:
    judge.always = failure
    here = installed(judge.url, model_concurrency=1)
    with pytest.raises(ProviderError, match=words):
        here.score(*["refund"] * 40, batch=1)
    assert len(judge.requests) <= most
    assert len(here.calls) == len(judge.requests)  # what failed is counted too


def test_nobody_listens() -> None:
    with pytest.raises(ProviderError, match="cannot be reached"):
        installed(f"{closed_port()}/v1").score("refund")


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.llm.repeating._backoff", lambda _: 0.0)
    with silent_port() as address, pytest.raises(ProviderError, match=r"did not answer within 0\.1 seconds"):
        installed(f"{address}/v1", model_timeout_seconds=0.1).score("refund")


def test_many_of_rows_fail_alone_too(judge: Judge) -> None:
    judge.decide = lambda text: {
        "answers": [{"answer": text, "confidence": 0.9}],
        "confidence": 0.9,
        "reason": "",
    }
    scores = installed(judge.url).score("billing", "weather", question=TOPICS)
    assert list(scores.errors) == [1]
    assert "weather" in scores.errors[1]
