"""The sample's eval cases, suites and runs."""

from core.sample.evals.answers import AFTER, ANSWERS, BEFORE, asked_in, recorded
from core.sample.evals.cases import key_of
from core.sample.evals.members import CORE, HELD_OUT, SMOKE
from core.sample.evals.writing import evals_are_written, write_evals

__all__ = [
    "AFTER",
    "ANSWERS",
    "BEFORE",
    "CORE",
    "HELD_OUT",
    "SMOKE",
    "asked_in",
    "evals_are_written",
    "key_of",
    "recorded",
    "write_evals",
]
