"""Figures of judges in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evals import FEWEST_JUDGED, LOWEST_KAPPA, JudgeRow
from pages.specialist.agreement_words import grade

Figure = Mapping[str, Any]
STANDINGS = {"calibrated": "Calibrated", "certain": "Program", "advisory": "Advisory"}
_COLOURS = {"calibrated": "green", "certain": "blue", "advisory": "orange"}


def badge(row: JudgeRow) -> str:
    """The standing as a coloured badge, in Markdown."""
    return f":{_COLOURS[row.standing]}-badge[{STANDINGS[row.standing]}]"


def percent(figure: Figure) -> str:
    """ "89 % (75 to 96)"; empty where nothing is known."""
    if figure.get("estimate") is None:
        return ""
    low, high = 100 * figure["low"], 100 * figure["high"]
    return f"{100 * figure['estimate']:.0f} % ({low:.0f} to {high:.0f})"


def kappa(figure: Figure) -> str:
    """ "0.75 (0.52 to 0.98)"; empty where it cannot be said."""
    if figure.get("estimate") is None:
        return ""
    return f"{figure['estimate']:.2f} ({figure['low']:.2f} to {figure['high']:.2f})"


def noise(figure: Figure) -> str:
    """The same for how often it changes its mind; a program never does."""
    return "None" if figure.get("steady") else percent(figure)


def standing_words(row: JudgeRow) -> str:
    """Whether its grades count, and why."""
    if row.standing == "calibrated":
        return "People have vouched for this version: its grades count."
    if row.standing == "certain":
        said = "It is a program that anybody can read, so its grades count without people vouching for it."
        low = row.figure("kappa").get("low")
        if (
            low is not None
            and low < LOWEST_KAPPA
            and row.latest is not None
            and row.latest.n >= FEWEST_JUDGED
        ):
            said += " People often see it differently: read where, before anything rests on it."
        return said
    why = "nobody has compared this version with people yet"
    if row.latest is not None:
        low = row.figure("kappa").get("low")
        if row.latest.n < FEWEST_JUDGED:
            why = f"it was compared on {row.latest.n:,} texts, and {FEWEST_JUDGED} are needed"
        elif low is None:
            why = "everybody always gave the same answer, so nothing tells agreement from habit"
        else:
            why = f"its kappa may be as low as {low:.2f}, and {LOWEST_KAPPA:g} is needed"
    return f"Its grades are advice only, and marked so: {why}."


def sentences(row: JudgeRow) -> list[tuple[str, str]]:
    """Each figure with what it means: ("Agrees with people", "89 % (75 to 96) of 36 texts")."""
    agreement, beyond = row.figure("agreement"), row.figure("kappa")
    passes, fails, changes = row.figure("false_pass"), row.figure("false_fail"), row.figure("noise")
    lines = [("Agrees with people", f"{percent(agreement)} of {agreement.get('n', 0):,} texts")]
    if kappa(beyond):
        words = sorted(
            {grade(beyond["low"]), grade(beyond["high"])}, key=lambda word: word == grade(beyond["high"])
        )
        lines.append(("Beyond chance (kappa)", f"{kappa(beyond)}: {' to '.join(words)} agreement"))
    else:
        lines.append(("Beyond chance (kappa)", "cannot be said: everybody always gave the same answer"))
    lines.append(("Passes what people find bad", _of(passes, "found bad")))
    lines.append(("Fails what people find good", _of(fails, "found good")))
    if changes.get("steady"):
        lines.append(("Changes its mind", "never: it says the same of the same text every time"))
    elif percent(changes):
        lines.append(("Changes its mind", f"on {percent(changes)} when asked again"))
    figures = row.latest.figures if row.latest is not None else {}
    left_out = [
        f"{figures[name]:,} {words}"
        for name, words in (("errors", "could not be judged"), ("unsure", "left open, as it was not sure"))
        if figures.get(name)
    ]
    if left_out:
        lines.append(("Not counted", ", ".join(left_out)))
    return lines


def _of(figure: Figure, words: str) -> str:
    if figure.get("estimate") is None:
        return f"cannot be said: people {words} none of them"
    return f"{percent(figure)} of {figure['n']:,} that people {words}"
