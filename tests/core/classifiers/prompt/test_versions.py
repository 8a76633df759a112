"""Settings, the choice of examples, and what a version keeps."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from core.classifiers import Example, Question, Subject, get_kind
from core.classifiers.prompt import PromptKind
from core.errors import ConfigurationError, InvalidInput
from core.settings import get_settings
from tests.core.classifiers.prompt.making import ANGRY, INTENT, TOPICS, examples, installed
from tests.core.classifiers.prompt.serving import Judge

MANY = examples(
    *((f"refund {word} payment", "refund") for word in ("old", "new", "red", "big", "odd")),
    *((f"cancel {word} plan", "cancel") for word in ("my", "our")),
    ("good morning", ""),
    ("not an answer", "gone"),
    (" ", "refund"),
)


def shown(question: Question, settings: dict[str, Any], given: list[Example]) -> list[tuple[str, str]]:
    frozen = installed("http://127.0.0.1:1/v1").model(question, settings, given).frozen
    return [(each.text, each.answer) for each in frozen.shown]


def test_examples_are_balanced_and_always_the_same() -> None:
    chosen = shown(INTENT, {"examples": 6}, MANY)
    assert [answer for _, answer in chosen] == ["refund", "cancel", "", "refund", "cancel", "refund"]
    assert chosen == shown(INTENT, {"examples": 6}, MANY[::-1])
    assert shown(INTENT, {"examples": 0}, MANY) == []
    assert shown(INTENT, {}, []) == []


def test_examples_differ_from_each_other() -> None:
    alike = examples(
        *((f"refund number {n} please", "refund") for n in range(30)), ("give money back", "refund")
    )
    assert "give money back" in dict(shown(INTENT, {"examples": 2}, alike))
    rows = np.zeros((31, 4), dtype=np.float32)
    rows[:, 0], rows[7] = 1, [0, 1, 0, 0]
    here = installed("http://127.0.0.1:1/v1")
    by_features = (
        PromptKind().fit(INTENT, {"examples": 2}, alike, services=here.services, features=rows).frozen.shown
    )
    assert "refund number # please" in [each.text for each in by_features]


def test_held_out_examples_are_never_shown() -> None:
    held = [Example(Subject("refund secretly"), "refund", held_out=True, example_id=1)]
    assert shown(INTENT, {}, held) == []
    with pytest.raises(InvalidInput, match="1 of the examples chosen"):
        shown(INTENT, {"examples": [1]}, held)


def test_examples_chosen_by_hand_keep_their_order() -> None:
    assert [text for text, _ in shown(INTENT, {"examples": [6, 1, 6]}, MANY)] == [
        "cancel my plan",
        "refund old payment",
    ]


def test_examples_of_several_answers() -> None:
    given = examples(("pay and login", "billing | login"), ("hello", ""), ("x", "billing | gone"))
    assert set(shown(TOPICS, {}, given)) == {("pay and login", "billing | login"), ("hello", "")}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"instructions": 3}, "have to be a text"),
        ({"instructions": "x" * 8_001}, "8,001 characters"),
        ({"examples": -1}, "from 0 to 60"),
        ({"examples": True}, "from 0 to 60"),
        ({"examples": ["a"]}, "list of example ids"),
        ({"examples": list(range(61))}, "61 examples were chosen"),
        ({"method": "guess"}, "no method 'guess'"),
        ({"batch": 0}, "from 1 to 25"),
        ({"batch": "5"}, "from 1 to 25"),
        ({"wrong": 1}, "no setting 'wrong'"),
    ],
)
def test_wrong_settings_are_said(settings: dict[str, Any], words: str) -> None:
    (problem,) = PromptKind().problems(INTENT, settings)
    assert words in problem
    with pytest.raises(InvalidInput, match=words):
        installed("http://127.0.0.1:1/v1").model(INTENT, settings)


def test_offline_says_what_is_needed_and_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = get_kind("prompt").problems(INTENT, {})
    assert "RATCHET_MODEL_PROVIDER" in problem
    assert "“examples”" in problem
    with pytest.raises(InvalidInput, match="RATCHET_MODEL_PROVIDER"):
        installed("", model_provider="offline").model()
    monkeypatch.setenv("RATCHET_MODEL_PROVIDER", "compatible")
    get_settings.cache_clear()
    assert "RATCHET_MODEL_NAME" in get_kind("prompt").problems(INTENT, {})[0]
    monkeypatch.setenv("RATCHET_MODEL_NAME", "tiny")
    get_settings.cache_clear()
    assert get_kind("prompt").problems(INTENT, {}) == []


@pytest.mark.parametrize("model", ["gpt-6-luna", "gpt-5"])
def test_auto_takes_decisions_where_they_are_to_be_had(model: str) -> None:
    here = installed("", model_provider="openai", model_name=model)
    assert (here.model().frozen.method == "decisions") == (model == "gpt-6-luna")
    assert installed("http://127.0.0.1:1/v1", model_name="gpt-6-luna").model().frozen.method == "structured"
    wide = Question("wide", "Which?", "", "one_of", tuple(f"answer {n}" for n in range(255)))
    assert here.model(wide).frozen.method == "structured"
    with pytest.raises(InvalidInput, match="at most 254"):
        here.model(wide, {"method": "decisions"})
    with pytest.raises(InvalidInput, match="is OpenAI's"):
        installed("http://127.0.0.1:1/v1").model(ANGRY, {"method": "decisions"})


def test_a_version_asks_the_same_for_ever(judge: Judge) -> None:
    settings = {"instructions": "Be strict.", "examples": 4, "batch": 3}
    made = installed(judge.url).model(INTENT, settings, MANY)
    stored = made.dump()
    assert json.loads(stored)["model"] == "tiny"
    renamed = installed(judge.url, model_name="newer")
    again = PromptKind().load(INTENT, {"batch": 1, "examples": 0}, stored, services=renamed.services)
    assert again.dump() == stored
    subject = [Subject("refund")]
    assert (made.score(subject).probabilities == again.score(subject).probabilities).all()
    first, second = (request["body"] for request in judge.requests)
    assert first == second
    assert "Be strict." in first["messages"][0]["content"]


def test_a_version_of_another_provider_is_not_asked_elsewhere() -> None:
    stored = installed("http://127.0.0.1:1/v1").model().dump()
    with pytest.raises(InvalidInput, match="RATCHET_MODEL_PROVIDER is 'openai' now"):
        PromptKind().load(INTENT, {}, stored, services=installed("", model_provider="openai").services)
    for broken in (b"", b"{}", b"[]", b"\xff", stored.replace(b'"format":1', b'"format":9')):
        with pytest.raises(InvalidInput, match="cannot be read"):
            PromptKind().load(INTENT, {}, broken, services=installed("http://127.0.0.1:1/v1").services)


def test_a_missing_key_is_named() -> None:
    here = installed("", model_provider="openai", model_api_key="")
    with pytest.raises(ConfigurationError, match="RATCHET_MODEL_API_KEY"):
        here.score("refund")
