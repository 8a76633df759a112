"""One judging server for the tests of a module; each test finds it without any trouble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.classifiers.prompt.serving import Judge, judging


@pytest.fixture(scope="package")
def running_judge() -> Iterator[Judge]:
    with judging() as judge:
        yield judge


@pytest.fixture
def judge(running_judge: Judge, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """The server as it was started, and no waiting between tries."""
    monkeypatch.setattr("core.llm.repeating._backoff", lambda _: 0.0)
    running_judge.reset()
    return running_judge
