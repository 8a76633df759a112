"""Fixtures: a kind of classifier that obeys the test, and people."""

from tests.core.classifiers.live.conftest import fake_kind, lucia, maeve, services

__all__ = ["fake_kind", "lucia", "maeve", "services"]
