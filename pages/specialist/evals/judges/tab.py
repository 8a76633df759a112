"""The tab Judges: who grades, and how far each of them agrees with people."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evals import JudgeRow, list_judges
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import kind_title
from pages.specialist.evals.frame import address
from pages.specialist.evals.judges import panel
from pages.specialist.evals.judges.words import STANDINGS, kappa, noise, percent
from pages.widgets.times import moment

_ADDRESS = "judge"
_WIDTHS = {
    "Judge": 150,
    "Question": 165,
    "Standing": 88,
    "Agrees": 116,
    "Kappa": 126,
    "Wrong passes": 116,
    "Texts": 50,
    "Noise": 90,
    "Kind": 84,
    "Compared": 120,
}
_HELP = {
    "Standing": "Calibrated: people have vouched for this version. Program: it counts as it is. Advisory: "
    "its grades are shown and marked, and nothing should rest on them.",
    "Texts": "Judged by people and by it.",
    "Agrees": "The same answer as people, with the 95 % interval.",
    "Kappa": "Agreement beyond chance; 1 is perfect, 0 is what chance gives.",
    "Wrong passes": "Of what people found bad, the share it passes: the mistake that lets harm through.",
    "Noise": "How often it says something else when asked again.",
}
_EMPTY = """A judge is a classifier that answers a question about what we say: *Is it polite? Does it answer
everything that was asked?* Write one under Classifiers for drafts or replies, and it grades eval runs from
then on. Here you see how far to trust it: what it says beside what people say of the same texts."""


def draw(user: Actor) -> None:
    """Draw the table, and the judge that is chosen below it."""
    with get_process().database.reading() as session:
        rows = list_judges(user, session=session)
    if not rows:
        with st.container(border=True, width=760, key="judges_empty"):
            st.subheader("There is no judge yet", anchor=False)
            st.markdown(_EMPTY)
        return
    chosen = address(_ADDRESS)
    names = [row.grader.classifier for row in rows]
    key = f"judges_table_{hash(tuple(names))}"
    st.dataframe(
        _frame(rows, user),
        hide_index=True,
        row_height=32,
        height="content" if len(rows) <= 10 else 360,
        key=key,
        on_select=lambda: _select(key, names),
        selection_mode="single-row",
        column_config={
            name: st.column_config.TextColumn(width=width, help=_HELP.get(name))
            for name, width in _WIDTHS.items()
        },
    )
    counting = sum(row.standing != "advisory" for row in rows)
    st.caption(
        f"{len(rows):,} {'judge' if len(rows) == 1 else 'judges'}, {counting:,} of which count. "
        + ("Select one to see what it gets wrong." if chosen not in names else "")
    )
    if chosen in names:
        with st.container(border=True, key="judges_panel"):
            panel.draw(chosen, user)


def _select(key: str, names: list[str]) -> None:
    selected = st.session_state[key]["selection"]["rows"]
    if selected and selected[0] < len(names):
        st.query_params[_ADDRESS] = names[selected[0]]
    else:
        st.query_params.pop(_ADDRESS, None)


def _frame(rows: list[JudgeRow], user: Actor) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Judge": [row.title for row in rows],
            "Question": [row.question for row in rows],
            "Standing": [STANDINGS[row.standing] for row in rows],
            "Agrees": [percent(row.figure("agreement")) for row in rows],
            "Kappa": [kappa(row.figure("kappa")) for row in rows],
            "Wrong passes": [percent(row.figure("false_pass")) for row in rows],
            "Texts": [f"{row.latest.n:,}" if row.latest is not None else "" for row in rows],
            "Noise": [noise(row.figure("noise")) for row in rows],
            "Kind": [f"{kind_title(row.grader.kind)} v{row.grader.version}" for row in rows],
            "Compared": [_when(row, user) for row in rows],
        }
    )


def _when(row: JudgeRow, user: Actor) -> str:
    if row.running:
        return "Under way"
    if row.latest is None or row.latest.finished_at is None:
        return "Broke off" if row.attempt is not None else "Never"
    return moment(row.latest.finished_at, user.time_zone)
