"""Expected texts of tools that know nothing else: ``ideal`` and ``target``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import InvalidInput

KINDS = ("contains", "equals", "starts_with", "reference")
_SHORT = 80


def expectations_of(expected: Any, kind: str = "") -> tuple[dict[str, Any], ...]:
    """Expectations for an expected text, or several of which one is enough.

    Args:
        kind: one of :data:`KINDS`; empty: ``contains`` for one short line each, else ``reference``.

    Raises:
        InvalidInput: it is neither a text nor a list of texts.
    """
    if expected is None:
        return ()
    given = expected if isinstance(expected, list) else [expected]
    if not all(isinstance(each, str | int | float) for each in given):
        raise InvalidInput("what is expected must be a text or a list of texts")
    texts = [each if isinstance(each, str) else str(each) for each in given]
    texts = [each for each in texts if each.strip()]
    if not texts:
        return ()
    if not kind:
        short = all(len(each) <= _SHORT and "\n" not in each for each in texts)
        kind = "contains" if short else "reference"
    if kind == "reference":
        return tuple({"kind": "reference", "text": each} for each in texts)
    made: dict[str, Any] = {"kind": kind, "texts": texts}
    if kind == "contains":
        made["all"] = len(texts) == 1
        made["ignore_case"] = False
    return (made,)


def expected_of(expectations: Sequence[Mapping[str, Any]]) -> str | list[str]:
    """The texts other tools compare with: those of the first expectation that has some."""
    place = _place(expectations)
    if place is None:
        return ""
    texts = _texts(expectations[place])
    return texts[0] if len(texts) == 1 else texts


def with_expected(
    expectations: Sequence[Mapping[str, Any]], expected: Any, kind: str = ""
) -> tuple[Mapping[str, Any], ...]:
    """The same expectations with other texts in place of those :func:`expected_of` shows.

    Raises:
        InvalidInput: ``expected`` is neither a text nor a list of texts.
    """
    made = expectations_of(expected, kind)
    place = _place(expectations)
    if place is None:
        return (*expectations, *made)
    old = expectations[place]
    if made and "texts" in old:
        given = expected if isinstance(expected, list) else [expected]
        made = ({**old, "texts": [str(each) for each in given if str(each).strip()]},)
    elif len(made) == 1 and old.get("kind") == "reference":
        made = ({**old, "text": made[0].get("text", "") or made[0]["texts"][0]},)
    return (*expectations[:place], *made, *expectations[place + 1 :])


def _place(expectations: Sequence[Mapping[str, Any]]) -> int | None:
    for wanted in (("equals", "starts_with", "contains"), ("reference",)):
        for place, each in enumerate(expectations):
            if each.get("kind") in wanted and _texts(each):
                return place
    return None


def _texts(expectation: Mapping[str, Any]) -> list[str]:
    if expectation.get("kind") == "reference":
        return [str(expectation["text"])] if expectation.get("text") else []
    return [str(each) for each in expectation.get("texts", [])]
