"""The verdict in one sentence, and what else a reader must know."""

from __future__ import annotations

import streamlit as st

from core.evals import RunComparison
from pages.specialist.evals.compare.words import p_words, points
from pages.widgets.style import escape

_SAY = {"better": st.success, "worse": st.error, "no verdict": st.warning}
_ICONS = {
    "better": ":material/trending_up:",
    "worse": ":material/trending_down:",
    "no verdict": ":material/block:",
    "unclear": ":material/balance:",
}


def draw(found: RunComparison) -> None:
    """Draw both: the figures behind it, then every caution, a line each."""
    word = found.verdict.word
    _SAY.get(word, st.info)(escape(found.verdict.words), icon=_ICONS[word])
    lines = [escape(each) for each in (*_figures(found), *found.cautions)]
    if found.critical_worse:  # that is the first caution
        place = len(lines) - len(found.cautions)
        lines[place] = f"**{lines[place]}**"
    st.caption("  \n".join(lines), width="stretch")


def _figures(found: RunComparison) -> list[str]:
    """What the verdict rests on, in one line; none without a case."""
    if not found.whole.n:
        return []
    words = (
        f"Passed: {100 * found.whole.before:.1f} % before, {100 * found.whole.after:.1f} % after; exact "
        f"p {p_words(found.whole.p_value)}."
    )
    if found.power is not None and found.power.n:
        words += (
            f" All of {found.k} repeats pass (pass^{found.k}): {100 * found.power.before:.1f} % before, "
            f"{100 * found.power.after:.1f} % after, {points(found.power)} points."
        )
    return [words]
