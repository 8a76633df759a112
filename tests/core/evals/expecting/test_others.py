"""Citations, language, likeness, cost and time; and what nobody here can check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.classifiers import Subject
from core.evals import Output
from core.evals.expecting import check_expectation, likeness
from core.llm import Embedder
from core.settings import Settings
from tests.core.evals.expecting.making import SERVICES, case, check, passed

REFUNDS = {"article": "help/refunds", "title": "Refunds", "passage_id": 1}


def test_citations_say_what_was_cited_and_found() -> None:
    wanted = {"kind": "cites", "article": "help/refunds"}
    assert passed(wanted, citations=(REFUNDS,)) is True
    other = {"article": "help/plans", "title": "Plans"}
    found = check(wanted, citations=(other,), retrieved=(REFUNDS,))
    assert found.passed is False
    assert found.reason == "It cites “Plans”. The search had found the right article."
    assert check(wanted, retrieved=(other,)).reason == (
        "It cites nothing. The search had not found the right article."
    )
    assert passed({"kind": "cites_something"}, citations=(other,)) is True
    assert passed({"kind": "cites_something"}) is False


def test_languages() -> None:
    german = "Ihre Rechnung finden Sie in den Einstellungen unter Abrechnung."
    assert passed({"kind": "language", "locale": "de-AT"}, german) is True
    assert passed({"kind": "language", "locale": "en"}, german) is False
    assert passed({"kind": "language", "locale": "en"}, "") is False
    short = check({"kind": "language", "locale": "en"}, "42")
    assert short.passed is None
    assert "too short" in short.error


def test_cost_and_time() -> None:
    assert passed({"kind": "cost", "at_most": 0.01}, cost=0.01) is True
    assert passed({"kind": "cost", "at_most": 0}, cost=0.0001) is False
    assert passed({"kind": "latency", "at_most_ms": 500}, milliseconds=499.9) is True
    assert check({"kind": "latency", "at_most_ms": 500}, milliseconds=1500).reason == "It took 1,500 ms."


def test_a_reference_without_a_minimum_is_only_shown() -> None:
    grade = check({"kind": "reference", "text": "It takes 5 days."}, "Anything")
    assert (grade.passed, grade.counts, grade.error) == (None, False, "")


def test_likeness_by_words_where_no_embedder_is_set_up() -> None:
    wanted = {"kind": "reference", "text": "A refund takes 5 days.", "at_least": 0.8}
    same = check(wanted, "a refund takes 5 days.")
    assert same.passed is True
    assert same.score == 1.0
    assert "by their words" in same.reason
    assert passed(wanted, "Please restart your router.") is False
    assert check(wanted, " ").score == 0.0


class Clock:
    """An embedder of two dimensions: a text is a direction by its first word."""

    name, dimensions = "clock", 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        angles = {"three": 0.0, "twelve": np.pi / 2, "nine": np.pi, "one": np.pi / 3}
        return np.array([[np.cos(a), np.sin(a)] for a in (angles[t.split()[0]] for t in texts)], np.float32)


def test_likeness_by_meaning_is_a_cosine_from_zero_on() -> None:
    services = replace(SERVICES, embedder=Clock)
    assert likeness("three", "one", services) == (pytest.approx(0.5, abs=1e-6), "meaning")
    assert likeness("three", "nine", services)[0] == 0.0
    assert likeness("three", "three", services)[0] == pytest.approx(1.0)


def test_texts_for_an_embedding_service_are_masked() -> None:
    clock, masked = Clock(), []

    def mask(subjects: Sequence[Subject]) -> list[Subject]:
        masked.extend(subjects)
        return [replace(each, text=each.text.replace("Ada", "[NAME_1]")) for each in subjects]

    def embedder() -> Embedder:
        return clock

    services = replace(
        SERVICES, embedder=embedder, mask=mask, settings=Settings(_env_file=None, embedder="openai")
    )
    wanted = {"kind": "reference", "text": "three Ada", "at_least": 0.4}
    grade = check_expectation(0, wanted, case(wanted), Output(text="one Ada"), services)
    assert grade.passed is True
    assert clock.asked == ["one [NAME_1]", "three [NAME_1]"]
    assert masked[0].people == ("Ada Byron",)


def test_what_comes_from_elsewhere_is_kept_and_never_graded() -> None:
    grade = check({"kind": "unsupported", "from": "promptfoo", "assertion": {"type": "javascript"}}, "x")
    assert (grade.passed, grade.counts, grade.error) == (None, False, "This cannot be graded here.")


@pytest.mark.parametrize("strange", [{"kind": "horoscope"}, {}, {"kind": "contains", "texts": 5}])
def test_what_cannot_be_read_is_a_failed_grading(strange: dict[str, object]) -> None:
    grade = check(strange, "x")
    assert grade.passed is None
    assert grade.error
    assert grade.counts
