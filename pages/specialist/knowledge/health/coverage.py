"""How often knowledge had the answer, by theme and language."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.insights import Coverage
from core.statistics import Rate
from pages.specialist.knowledge.health.words import theme
from pages.widgets.labels import language

_FEW = 10
_LOW = "▼"
_ROWS = 13
_HEIGHT = 458


def show(coverage: Sequence[Coverage]) -> None:
    """Themes down, languages across, those with the most conversations first."""
    if not coverage:
        st.info("No draft was finished in this time, so there is nothing to measure.", icon=":material/info:")
        return
    sizes: dict[str, int] = {}
    locales: dict[str, int] = {}
    for each in coverage:
        sizes[each.theme] = sizes.get(each.theme, 0) + each.answered.n
        locales[each.locale] = locales.get(each.locale, 0) + each.answered.n
    cells = {(each.theme, each.locale): each.answered for each in coverage}
    themes = sorted(sizes, key=lambda name: (not name, -sizes[name], name))
    columns = sorted(locales, key=lambda name: (-locales[name], name))
    st.dataframe(
        pd.DataFrame(
            {"Theme": [theme(each) for each in themes], "Conversations": [sizes[each] for each in themes]}
            | {language(locale): [_said(cells.get((each, locale))) for each in themes] for locale in columns}
        ),
        hide_index=True,
        key="health_coverage",
        row_height=34,
        height="content" if len(themes) <= _ROWS else _HEIGHT,
        column_config={"Theme": st.column_config.TextColumn(width=180, pinned=True)},
    )
    st.caption(
        f"{_LOW} fewer than half were answered; – nobody asked. The share of conversations for which the "
        f"newest draft found an answer, with its 95 % interval (Wilson); below {_FEW} only the count. "
        "Drafts that did not answer for another reason do not count."
    )


def _said(rate: Rate | None) -> str:
    if rate is None:
        return "–"
    mark = f"{_LOW} " if 2 * rate.successes < rate.n else ""
    if rate.n < _FEW:
        return f"{mark}{rate.successes} of {rate.n}"
    return f"{mark}{rate.estimate:.0%} of {rate.n} ({rate.low:.0%} to {rate.high:.0%})".replace("%", " %")
