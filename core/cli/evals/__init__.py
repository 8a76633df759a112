"""``evals``: cases, suites, runs, comparisons, judges and scores, by command and for CI."""

from core.cli.evals.app import evals_app

__all__ = ["evals_app"]
