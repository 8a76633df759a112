"""Reads what a model wrote for several texts. What cannot be read is an error of that text alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from core.classifiers.kind import Question
from core.classifiers.prompt.outcomes import Outcome, stated_many, stated_one
from core.classifiers.prompt.tokens import Token, answer_probabilities
from core.classifiers.prompt.wording import offered

MAX_REASON = 200

NO_JSON = "The model did not answer in the form it was asked for."
MISSING = "The model left this text out of its answer."
TWICE = "The model gave this text two different answers."
_NO_CONFIDENCE = "The model did not say how sure it is, as a number from 0 to 1."


def read_results(
    text: str, names: Sequence[str], question: Question, tokens: Sequence[Token] = ()
) -> dict[str, Outcome]:
    """An outcome for each of the texts asked about, whatever was written, in any order.

    Args:
        names: ids of the texts. Results for others are left aside.
        tokens: of ``text``, where the server tells them; they say more about how sure a one-of answer is
            than the model itself.
    """
    results = _results(text)
    if results is None:
        return dict.fromkeys(names, Outcome(error=NO_JSON, again=True))
    if len(names) == 1 and len(results) == 1:  # whose result it is needs no id
        results[0].setdefault("id", names[0])
    found: dict[str, Outcome] = {}
    for result in results:
        name = str(result.get("id", ""))
        if name not in names:
            continue
        outcome = _outcome(result, question)
        if not outcome.error and not question.many and tokens:
            likely = answer_probabilities(text, tokens, name, offered(question))
            outcome = Outcome(likely, outcome.reason) if likely else outcome
        if name in found and found[name].likely != outcome.likely:
            outcome = Outcome(error=TWICE, again=True)
        found[name] = outcome
    return {name: found.get(name, Outcome(error=MISSING, again=True)) for name in names}


def _results(text: str) -> list[dict[str, Any]] | None:
    for value in _values(text):
        if isinstance(value, dict):
            value = value["results"] if isinstance(value.get("results"), list) else [value]
        if isinstance(value, list):
            rows = [row for row in value if isinstance(row, dict) and ("answer" in row or "answers" in row)]
            if rows or not value:
                return rows
    return None


def _values(text: str) -> Iterator[Any]:
    """Every JSON object or list in the text that is not inside another; servers put words around them."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    while at < len(text):
        starts = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
        if not starts:
            return
        try:
            value, at = decoder.raw_decode(text, min(starts))
        except (ValueError, RecursionError):
            at = min(starts) + 1
            continue
        yield value


def _outcome(result: dict[str, Any], question: Question) -> Outcome:
    reason = " ".join(str(result.get("reason") or "").split())[:MAX_REASON]
    confidence = _share(result.get("confidence"))
    if not question.many:
        answer = _known(result.get("answer"), offered(question))
        if answer is None:
            return _unknown(result.get("answer"))
        if confidence is None:
            return Outcome(error=_NO_CONFIDENCE, again=True)
        return Outcome(stated_one(question, answer, confidence), reason)
    given = result.get("answers")
    if not isinstance(given, list):
        return Outcome(error=NO_JSON, again=True)
    confidences: dict[str, float] = {}
    for each in given:
        stated = each.get("answer") if isinstance(each, dict) else each
        answer = _known(stated, question.answers)
        sure = _share(each.get("confidence")) if isinstance(each, dict) else confidence
        if answer is None:
            return _unknown(stated)
        if sure is None:
            return Outcome(error=_NO_CONFIDENCE, again=True)
        confidences[answer] = max(sure, confidences.get(answer, 0.0))
    if confidence is None:
        return Outcome(error=_NO_CONFIDENCE, again=True)
    return Outcome(stated_many(question, confidences, confidence), reason)


def _known(stated: Any, answers: Sequence[str]) -> str | None:
    """The answer that was meant: as it is spelled, or but for case and blanks around it."""
    if stated in answers:
        return str(stated)
    folded = str(stated).strip().casefold()
    alike = [answer for answer in answers if answer.strip().casefold() == folded]
    return alike[0] if len(alike) == 1 else None


def _share(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def _unknown(stated: Any) -> Outcome:
    return Outcome(
        error=f"The model answered “{str(stated)[:60]}”, which is none of the answers.", again=True
    )
