"""What a version would have done differently: against the live one, and where it holds the AI back."""

from __future__ import annotations

import streamlit as st

from core.classifiers import AgainstLive, KeptBack, WouldChange, what_would_change
from core.classifiers.tables import Backtest, ClassifierVersion
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.history.kept import kept
from pages.specialist.classifiers.words import short
from pages.widgets.style import escape

_NO_ANSWER = "No answer"


def draw(backtest: Backtest, version: ClassifierVersion) -> None:
    """Draw both parts."""
    found: WouldChange = kept(
        backtest, "changes", count=lambda session: what_would_change(backtest.version_id, session=session)
    )
    st.markdown("**Against the live version**")
    _against(found.against_live)
    st.markdown("**Kept from the AI**")
    _held(found.kept_back, version)


def _against(found: AgainstLive | None) -> None:
    if found is None:
        st.caption(
            "There is nothing to compare with: no other version is live, or it has not judged these "
            "subjects. Give the live version a backtest, too."
        )
        return
    st.markdown(
        f"Of {found.differing.n:,} subjects that both judged, **{rate_words(found.differing)}** get another "
        f"answer than by version {found.live_version}."
    )
    if not found.moves:
        return
    left, right = st.columns([2, 3], gap="medium")
    left.dataframe(
        [
            {
                "Live says": each.before or _NO_ANSWER,
                "This one": each.after or _NO_ANSWER,
                "Subjects": each.count,
            }
            for each in found.moves
        ],
        hide_index=True,
        height=320,
        key="history_moves",
    )
    right.dataframe(
        [
            {
                "Text": short(each.text, 400) or "(gone)",
                "Live says": each.before or _NO_ANSWER,
                "This one": each.after or _NO_ANSWER,
            }
            for each in found.flips
        ],
        hide_index=True,
        height=320,
        column_config={"Text": st.column_config.TextColumn(width="large")},
        key="history_flips",
    )
    st.caption(f"Right: {len(found.flips)} of those that differ, drawn at random.")


def _held(found: KeptBack | None, version: ClassifierVersion) -> None:
    if found is None:
        st.caption("This version does not keep the AI from answering.")
        return
    answers = ", ".join(f"“{each}”" for each in version.hold_back)
    st.markdown(
        escape(
            f"Upon {answers} the AI drafts nothing: that would have been so in {found.conversations:,} "
            f"conversations, to which {found.replies:,} replies were sent."
        )
    )
    first, second, third = st.columns(3)
    first.metric("Draft sent as it was", f"{found.sent_as_drafted:,}", border=True)
    second.metric("Draft edited, then sent", f"{found.sent_edited:,}", border=True)
    third.metric("Written without a draft", f"{found.without_draft:,}", border=True)
    st.caption(
        "Drafts that were sent as they were would have been lost; replies written without one are where "
        "holding back costs nothing."
    )
