"""The fields of a prompt and the line that says what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.classifiers import Estimate
from pages.specialist.classifiers.prompt import cost_words


def page(settings: dict[str, Any]) -> AppTest:
    def draw(settings) -> None:  # type: ignore[no-untyped-def] # it is copied into a file of its own
        import streamlit as st

        from pages.specialist.classifiers.prompt import draw_prompt_settings

        st.session_state["changed"] = draw_prompt_settings(settings, key="p")

    drawn = AppTest.from_function(draw, args=(settings,)).run()
    assert not drawn.exception
    return drawn


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"instructions": "Be strict.", "examples": 0, "method": "structured", "batch": 1},
        {"examples": [3, 1], "batch": 5},
        {"method": "auto", "instructions": ""},
    ],
)
def test_drawing_changes_nothing(settings: dict[str, Any]) -> None:
    assert page(settings).session_state["changed"] == settings


def test_what_is_chosen_comes_back() -> None:
    drawn = page({"examples": [3, 1]})
    drawn.text_area(key="p_instructions").set_value("Money only.")
    drawn.number_input(key="p_examples").set_value(4)
    drawn.number_input(key="p_batch").set_value(4)
    drawn.selectbox(key="p_method").set_value("decisions")
    drawn.run()
    assert drawn.session_state["changed"] == {
        "instructions": "Money only.",
        "examples": 4,
        "batch": 4,
        "method": "decisions",
    }


@pytest.mark.parametrize(
    ("cost", "seconds", "words"),
    [
        (0.0004, 0.2, "Judging 1,200 texts costs less than $0.01 and takes about 1 second."),
        (0.424, 200, "Judging 1,200 texts costs about $0.42 and takes about 3 minutes."),
        (1234.5, 3 * 3600, "Judging 1,200 texts costs about $1,234 and takes about 3 hours."),
        (None, 60, "Judging 1,200 texts takes about 60 seconds. What it costs is not known: no price is set"),
    ],
)
def test_the_cost_in_words(cost: float | None, seconds: float, words: str) -> None:
    estimate = Estimate(1200, 240, 100_000, 54_000, cost, seconds)
    assert cost_words(estimate).startswith(words)


def test_the_cost_line() -> None:
    def draw() -> None:
        from core.classifiers import Estimate
        from pages.specialist.classifiers.prompt import draw_cost

        draw_cost(Estimate(0, 0, 0, 0, 0.0, 0.0))
        draw_cost(Estimate(1, 1, 500, 45, 0.5, 2.0))

    nothing, one = AppTest.from_function(draw).run().caption
    assert nothing.value == "There is nothing to judge yet, so nothing to pay."
    assert "1 text costs about" in one.value
    assert "1 request with about 500 tokens" in one.help
