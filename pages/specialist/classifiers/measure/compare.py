"""Against the live version: better, worse or too few to tell, and every answer that changes."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from sqlmodel import col, select

from core.classifiers import Comparison, VersionComparison, compare_versions
from core.classifiers.tables import ClassifierExample
from core.errors import InvalidInput
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.measure.source import Source
from pages.specialist.classifiers.words import short
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_MOST = 200
_ICONS = {"better": ":material/trending_up:", "worse": ":material/trending_down:"}


def draw(source: Source, user: Actor) -> None:
    """A button, then the verdict and the flips."""
    live = source.live
    if live is None:
        st.info("No version is live yet, so there is none to compare with.", icon=":material/compare_arrows:")
        return
    if source.version is not None and source.version.id == live.id:
        st.info("This is the live version. Choose another one above.", icon=":material/compare_arrows:")
        return
    kept = f"measure_compared_{source.key}_{live.key}"
    stamp = (source.found.revision, source.found.examples_digest) if source.found else None
    if st.button(f"Compare with version {live.version}, which is live", key=f"measure_compare_{source.key}"):
        found = run_action(lambda: _compare(source, live.key, user))
        if isinstance(found, str):
            st.info(escape(found), icon=":material/compare_arrows:")
            return
        if found is not None:
            st.session_state[kept] = (stamp, found)
    made: tuple[object, VersionComparison] | None = st.session_state.get(kept)
    if made is None or made[0] != stamp:
        st.caption("Both answer about the same examples, which neither has learned from.")
        return
    _verdict(made[1].comparison, made[1].basis)
    _flips(made[1].comparison, key=f"measure_flips_{source.key}")


def _compare(source: Source, live_id: int, user: Actor) -> VersionComparison | str:
    """The comparison, or why there is none: that says what to do, and is too long for a passing notice."""
    with st.spinner("Comparing"):
        try:
            return compare_versions(
                user,
                source.desk.classifier.key,
                against=live_id,
                candidate=source.version.key if source.version else None,
                database=get_process().database,
                services=get_process().services,
            )
        except InvalidInput as reason:
            return str(reason)


def _verdict(found: Comparison, basis: str) -> None:
    say = {"better": st.success, "worse": st.error}.get(found.verdict, st.info)
    say(escape(found.words), icon=_ICONS.get(found.verdict, ":material/balance:"))
    st.caption(
        escape(
            f"{basis} {found.better:,} became right, {found.worse:,} became wrong. Difference "
            f"{100 * found.difference:+.1f} points (95 % interval {100 * found.low:+.1f} to "
            f"{100 * found.high:+.1f}); McNemar's exact p = {found.p_value:.3f}."
        )
    )


def _flips(found: Comparison, *, key: str) -> None:
    st.subheader("Answers that change", anchor=False)
    if not found.flips:
        st.caption("None: both say the same about every example.")
        return
    flips = found.flips[:_MOST]
    with get_process().database.reading() as session:
        statement = select(ClassifierExample.id, ClassifierExample.text).where(
            col(ClassifierExample.id).in_([each.example_id for each in flips])
        )
        texts = dict(session.exec(statement).all())
    st.dataframe(
        pd.DataFrame(
            {
                "Became": [_became(each.was_right, each.is_right) for each in flips],
                "Text": [short(texts.get(each.example_id, "")) for each in flips],
                "Wanted": [each.wanted or "None of these" for each in flips],
                "Live version": [each.before or "Abstains" for each in flips],
                "This one": [each.after or "Abstains" for each in flips],
            }
        ),
        hide_index=True,
        row_height=30,
        height="content" if len(flips) <= 14 else 464,
        key=key,
        column_config={
            "Became": st.column_config.TextColumn(width=90),
            "Text": st.column_config.TextColumn(width="large"),
        },
    )
    if len(found.flips) > _MOST:
        st.caption(f"The first {_MOST} of {len(found.flips):,}, those that became wrong first.")


def _became(was: bool, now: bool) -> str:
    if was == now:
        return "Still wrong"
    return "Right" if now else "Wrong"
