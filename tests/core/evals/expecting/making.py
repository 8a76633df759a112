"""One expectation against one output."""

from __future__ import annotations

from typing import Any

from core.classifiers import Services
from core.errors import ConfigurationError
from core.evals import CaseContent, Grade, Output
from core.evals.expecting import check_expectation
from core.llm import Embedder
from core.settings import Settings


def no_embedder() -> Embedder:
    raise ConfigurationError("no embedder is set up")


SERVICES = Services(Settings(_env_file=None), no_embedder)


def case(*expectations: dict[str, Any], said: str = "Where is my refund?", **more: Any) -> CaseContent:
    given = {"messages": [{"author": "customer", "text": said, "name": "Ada Byron"}]}
    return CaseContent("a case", {**given, **more}, "", expectations)


def check(expectation: dict[str, Any], text: str = "", **output: Any) -> Grade:
    return check_expectation(0, expectation, case(expectation), Output(text=text, **output), SERVICES)


def passed(expectation: dict[str, Any], text: str = "", **output: Any) -> bool | None:
    grade = check(expectation, text, **output)
    assert not grade.error, grade.error
    return grade.passed
