"""The kind "check": code we ship that answers yes or no.

A check is a function registered with :func:`check`; importing its module below makes it known.
"""

# The order here is the order in which checks are offered.
from core.classifiers.checks import (  # isort: skip
    citing as citing,
    speaking as speaking,
    promising as promising,
    readability as readability,
    greeting as greeting,
    length as length,
)
from core.classifiers.checks.judging import CheckKind, CheckModel
from core.classifiers.checks.registry import (
    Check,
    CheckParameter,
    Finding,
    check,
    checks,
    filled_in,
    get_check,
)

__all__ = [
    "Check",
    "CheckKind",
    "CheckModel",
    "CheckParameter",
    "Finding",
    "check",
    "checks",
    "filled_in",
    "get_check",
]
