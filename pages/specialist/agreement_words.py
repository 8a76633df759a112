"""Answers, kappas and rates in plain words."""

from __future__ import annotations

from core.criteria import Criterion, given
from core.statistics import Kappa, Rate

_STEPS = ((0.0, "poor"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))
_SPANS = {"marked": "Words marked", "none": "Nothing to mark"}
_YES_NO = {"yes": "Yes", "no": "No"}


def answer_words(criterion: Criterion, answer: str) -> str:
    """ "not_needed" -> "Not needed"; several answers are joined by commas."""
    if criterion.kind == "span":
        return _SPANS.get(answer, answer)
    if criterion.kind == "yes_no":
        return _YES_NO.get(answer, answer)
    parts = [part.replace("_", " ") for part in given(answer)]
    return ", ".join(part[:1].upper() + part[1:] for part in parts)


def grade(kappa: float) -> str:
    """The word for a kappa. Source: Landis and Koch 1977, Biometrics 33:159-174."""
    return next((word for top, word in _STEPS if kappa <= top), "almost perfect")


def reading(kappa: Kappa) -> str:
    """What a kappa says, from one end of its interval to the other."""
    if kappa.kappa is None:
        if not kappa.n:
            return "Nothing was judged by two people yet."
        return (
            "Everybody always gave the same answer. Whether that is agreement or habit cannot be told until "
            "somebody gives another one."
        )
    low, high = grade(kappa.low), grade(kappa.high)
    span = f"{low} agreement" if low == high else f"anything from {low} to {high} agreement"
    return f"Beyond what chance gives, the answers show {span}."


def kappa_words(kappa: Kappa) -> str:
    """ "0.62 (0.48 to 0.75)"."""
    if kappa.kappa is None:
        return "–"
    return f"{_number(kappa.kappa)} ({_number(kappa.low)} to {_number(kappa.high)})"


def rate_words(rate: Rate) -> str:
    """ "85 % (77 to 91)"."""
    if not rate.n:
        return "–"
    return f"{100 * rate.estimate:.0f} % ({100 * rate.low:.0f} to {100 * rate.high:.0f})"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")
