"""The versions of a suite, and what each has otherwise than the one before."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evals import (
    CaseDifference,
    EvalSuiteVersion,
    SuiteSummary,
    VersionDifference,
    list_suite_versions,
    version_difference,
)
from core.identity import Actor
from pages.process import get_process
from pages.widgets.style import escape
from pages.widgets.times import moment

_MOST = 50
_MOST_NAMED = 20


def draw(user: Actor, summary: SuiteSummary) -> None:
    """Draw them; the newest, or the selected one, is compared with the one before."""
    suite = summary.suite
    with get_process().database.reading() as session:
        versions = list_suite_versions(suite.key, session=session, limit=_MOST)
        if not versions:
            st.info(
                "There is no version yet. The first run makes one: it keeps the cases as they are then, so "
                "that editing them later changes nothing about the run.",
                icon=":material/ac_unit:",
            )
            return
        at = _table(user, versions, suite.key)
        chosen = versions[at]
        before = versions[at + 1] if at + 1 < len(versions) else None
        found = (
            version_difference(user, before.key, chosen.key, session=session) if before is not None else None
        )
    if found is None:
        st.caption(f"Version {chosen.number} is the oldest that is listed.")
        return
    st.markdown(f"**Version {found.newer} against {found.older}:** {found.summary}")
    if found.hidden:
        st.caption("Which cases these are is held out.")
        return
    _differences(found)


def _table(user: Actor, versions: Sequence[EvalSuiteVersion], suite_id: int) -> int:
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Version": [each.number for each in versions],
                "Cases": [each.case_count for each in versions],
                "Made": [moment(each.created_at, user.time_zone) for each in versions],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"suite_versions_{suite_id}_{versions[0].key}",
        row_height=32,
        height=min(38 + 32 * len(versions), 38 + 32 * 6),
    )
    rows = chosen["selection"]["rows"]
    return rows[0] if rows and rows[0] < len(versions) else 0


def _differences(found: VersionDifference) -> None:
    _listed("Added", found.added)
    _listed("Removed", found.removed)
    if found.changed:
        st.caption("Changed")
        lines = []
        for each in found.changed[:_MOST_NAMED]:
            lines.append(f"- **{escape(each.name)}**")
            lines += [f"    - {escape(' '.join(words.split())[:400])}" for words in each.words]
        st.markdown("\n".join(lines))
        _more(len(found.changed))
    _unnamed(found)


def _unnamed(found: VersionDifference) -> None:
    hidden = found.count_added + found.count_removed + found.count_changed
    hidden -= len(found.added) + len(found.removed) + len(found.changed)
    if hidden:
        st.caption(f"{hidden:,} of them {'is' if hidden == 1 else 'are'} held out and not named here.")


def _listed(what: str, cases: Sequence[CaseDifference]) -> None:
    if cases:
        st.caption(what)
        st.markdown("\n".join(f"- {escape(each.name)}" for each in cases[:_MOST_NAMED]))
        _more(len(cases))


def _more(count: int) -> None:
    if count > _MOST_NAMED:
        st.caption(f"and {count - _MOST_NAMED:,} more")
