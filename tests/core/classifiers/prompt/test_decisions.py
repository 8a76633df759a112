"""The decisions endpoint, by the types of the installed SDK."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.classifiers.prompt.making import (
    ANGRY,
    INTENT,
    POLITE,
    TOPICS,
    Installation,
    examples,
    installed,
    subjects,
)
from tests.core.classifiers.prompt.serving import Judge, Row


@pytest.fixture
def here(judge: Judge) -> Installation:
    return installed(judge.url, model_provider="openai", model_name="gpt-6-luna", model_api="responses")


def test_one_answer_is_a_choice(judge: Judge, here: Installation) -> None:
    def decide(question: Row, text: str) -> Row:
        assert question["type"] == "choice"
        values = [choice["value"] for choice in question["choices"]]
        assert values == [*INTENT.answers, "none of these answers"]
        likely = [0.7 if value == text.split()[0] else 0.1 for value in values]
        told = [{"value": value, "probability": each} for value, each in zip(values, likely, strict=True)]
        return {"type": "choice", "choice": values[0], "confidence": 0.7, "probabilities": told}

    judge.decision = decide
    model = here.model(INTENT, {"instructions": "Be strict."}, examples(("stop it", "cancel")))
    scores = model.score(subjects("cancel 12", "refund"))
    assert scores.probabilities.argmax(axis=1).tolist() == [1, 0]
    np.testing.assert_allclose(scores.probabilities[0], np.array([0.1, 0.7, 0.1]) + 0.1 / 3, atol=1e-6)
    assert scores.familiarity.tolist() == pytest.approx([0.9, 0.9])
    assert {request["path"] for request in judge.requests} == {"/v1/decisions"}
    asked = [[message["content"] for message in each["body"]["input"]] for each in judge.requests]
    assert all("Be strict." in said[0] and "stop it" in said[1] for said in asked)
    assert sorted(said[-1] for said in asked) == ["cancel ##", "refund"]  # both are asked at once
    assert [(call.input_tokens, call.output_tokens) for call in here.calls] == [(120, 3)] * 2
    assert scores.cost == pytest.approx(2 * (120 * 2 + 3 * 10) / 1e6)


def test_yes_or_no_is_a_predicate(judge: Judge, here: Installation) -> None:
    judge.decision = lambda question, text: {"type": question["type"], "probability": 0.8}
    scores = here.score("grr", question=ANGRY)
    np.testing.assert_allclose(scores.probabilities, [[0.8, 0.2]], atol=1e-6)
    assert judge.requests[0]["body"]["questions"][0]["type"] == "predicate"


def test_several_answers_are_a_predicate_each(judge: Judge, here: Installation) -> None:
    judge.decision = lambda question, text: {
        "type": "predicate",
        "probability": 0.9 if "login" in question["instructions"] else 0.05,
    }
    scores = here.score("cannot get in", question=TOPICS)
    np.testing.assert_allclose(scores.probabilities, [[0.05, 0.9, 0.05]], atol=1e-6)
    assert len(judge.requests) == 1
    assert len(judge.requests[0]["body"]["questions"]) == 3


def test_a_scale_is_a_score(judge: Judge, here: Installation) -> None:
    def decide(question: Row, text: str) -> Row:
        levels = [level["label"] for level in question["levels"]]
        told = [
            {"label": label, "value": number, "probability": 0.6 if label == "4" else 0.1}
            for number, label in enumerate(levels)
        ]
        return {"type": "score", "score": 3.1, "confidence": 0.6, "probabilities": told}

    judge.decision = decide
    scores = here.score("thank you", question=POLITE)
    np.testing.assert_allclose(scores.probabilities, [[0.1, 0.1, 0.1, 0.6, 0.1]], atol=1e-6)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"type": "refusal"}, "declined"),
        ({"type": "predicate", "probability": 1.7}, "form of the decisions endpoint"),
        ({"type": "choice", "choice": "a", "confidence": 1, "probabilities": []}, "form of the decisions"),
    ],
)
def test_a_refusal_or_nonsense_is_an_error_of_its_text(
    judge: Judge, here: Installation, answer: Row, words: str
) -> None:
    fine = {"type": "predicate", "probability": 0.8}
    judge.decision = lambda question, text: answer if text == "odd" else fine
    scores = here.score("grr", "odd", "hm", question=ANGRY)
    assert np.isnan(scores.probabilities).any(axis=1).tolist() == [False, True, False]
    assert words in scores.errors[1]


def test_one_refused_answer_of_several_makes_no_half_result(judge: Judge, here: Installation) -> None:
    judge.decision = lambda question, text: (
        {"type": "refusal"}
        if "login" in question["instructions"]
        else {"type": "predicate", "probability": 0.9}
    )
    assert list(here.score("x", question=TOPICS).errors) == [0]
