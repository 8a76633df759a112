"""Tests of one group run in one worker: two browsers at once starve each other on two cores."""

from __future__ import annotations

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="nothing is scheduled without workers")
@pytest.mark.xdist_group("together")
def test_a_group_reaches_the_scheduler(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@together"), "pytest and pytest-xdist do not fit together"
