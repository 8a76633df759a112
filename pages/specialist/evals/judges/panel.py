"""One judge: what it asks, how it agrees with people, and where it does not."""

from __future__ import annotations

import streamlit as st

from core.evals import JudgeView, open_judge
from core.identity import Actor, Permission
from pages.process import get_process
from pages.registry import PAGES
from pages.specialist.agreement_words import answer_words
from pages.specialist.classifiers.words import kind_title
from pages.specialist.evals.judges import checking, disagreements
from pages.specialist.evals.judges.words import badge, sentences, standing_words
from pages.widgets.style import escape
from pages.widgets.times import moment

_LONG = 240


def draw(classifier: str, user: Actor) -> None:
    """Two columns: figures and the way to new ones on the left, disagreements on the right."""
    with get_process().database.reading() as session:
        view = open_judge(user, classifier, session=session)
    grader = view.row.grader
    live = "live" if view.row.live else "not shipped"
    st.markdown(f"#### {escape(view.row.title)} {badge(view.row)}")
    st.caption(
        escape(f"{kind_title(grader.kind)}, version {grader.version}, {live}. {standing_words(view.row)}")
    )
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        _asks(view, user)
        _figures(view, user)
        checking.draw(view, user)
    with right:
        disagreements.draw(view)


def _asks(view: JudgeView, user: Actor) -> None:
    st.markdown("**What it asks**")
    good = [answer_words(view.criterion, each) for each in view.criterion.good]
    says = f" {' or '.join(good)} is good." if good else ""
    st.markdown(escape(f"{view.criterion.question}{says}"))
    told = view.asks
    if len(told) <= _LONG:
        st.caption(escape(told))
    else:
        with st.expander("What it was told", key=f"judge_told_{view.row.grader.version_id}"):
            st.text(told)
    entry = next((each for each in PAGES if each.address == "classifiers"), None)
    if entry is not None and user.can(Permission.CLASSIFIERS_READ):
        st.page_link(
            entry.file,
            label="Open the classifier",
            icon=":material/category:",
            query_params={"classifier": view.row.grader.classifier},
        )


def _figures(view: JudgeView, user: Actor) -> None:
    st.markdown("**Beside people**")
    latest = view.row.latest
    if latest is None or latest.finished_at is None:
        st.caption("Nobody has compared this version with people yet.")
        return
    rows = "\n".join(f"| {escape(name)} | {escape(said)} |" for name, said in sentences(view.row))
    st.markdown(f"| Figure | With its 95 % interval |\n|---|---|\n{rows}")
    st.caption(
        escape(
            f"{moment(latest.finished_at, user.time_zone)}. The intervals respect conversations. "
            "What the judge was made of is left out."
        )
    )
    for error, count in list(view.errors.items())[:3]:
        st.caption(escape(f"{count:,} times: {error}"))
