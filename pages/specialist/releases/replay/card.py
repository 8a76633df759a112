"""The replay of a proposal: how far it is, live, and what it found."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.identity import Actor
from core.releases import ProposalView, ReplayView, read_replay, stop_replay
from pages.process import get_process
from pages.specialist.classifiers.history.words import duration
from pages.specialist.releases.replay import evidence, kept
from pages.specialist.releases.replay.words import ACTIVE, STATES, STEPS
from pages.specialist.releases.words import counted
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment

_WHY = {
    "cites": "cite what changes",
    "finds": "find it by searching",
    "smoke": "of the smoke suite",
    "broad": "of the rest",
}
_SAY = {"better": st.success, "worse": st.error, "no verdict": st.warning}
_ICONS = {
    "better": ":material/trending_up:",
    "worse": ":material/trending_down:",
    "no verdict": ":material/block:",
}


def draw_progress(user: Actor, view: ProposalView, *, stops: bool) -> None:
    """How far it is, drawn again each second; nothing once it is over.

    Args:
        stops: whether this person may stop it.
    """
    if view.replay is not None and view.replay.state in ACTIVE:
        st.fragment(_progress, run_every=1)(user, view.proposal.key, stops=stops)


def draw_result(user: Actor, view: ProposalView, *, stale: str) -> None:
    """What it found, in short; nothing before that.

    Args:
        stale: why that does not count any more; empty where it does.
    """
    found = _over(user, view)
    if found is None:
        return
    with st.container(key=f"proposal_replay_{found.replay.key}"):
        ended = found.state == "finished"
        st.subheader("What the replay found" if ended else "The last replay", anchor=False)
        _result(user, found, stale)


def draw_evidence(user: Actor, view: ProposalView) -> None:
    """What stands behind that, over the whole width."""
    found = _over(user, view)
    if found is not None and found.state == "finished":
        with st.container(key=f"proposal_evidence_{found.replay.key}"):
            evidence.draw(user, found)


def _over(user: Actor, view: ProposalView) -> ReplayView | None:
    if view.replay is None or view.replay.state in ACTIVE:
        return None
    return kept.found(user, view)


def _progress(user: Actor, proposal_id: int, *, stops: bool) -> None:
    with get_process().database.reading() as session:
        found = read_replay(user, proposal_id, session=session)
    if found is None or found.state not in ACTIVE:
        st.rerun(scope="app")  # the page around it shows what came of it
    words, color = STATES[found.state]
    with st.container(border=True, gap="small", key="replay_progress"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":{color}-badge[{words}] {escape(_pace(found))}", width="stretch")
            if stops:
                st.button(
                    "Stop",
                    icon=":material/stop:",
                    key="replay_stop",
                    disabled=found.stopping,
                    help="What was answered so far is kept for the next replay.",
                    on_click=partial(_stop, user, found.replay.key),
                )
        st.progress(found.done / found.total if found.total else 0.0)
        st.caption("It goes on in the background; you can leave this page.")


def _pace(found: ReplayView) -> str:
    words = STEPS.get(found.step, "Working")
    if found.total:
        words += f": {found.done:,} of {found.total:,} answers"
    if found.seconds_left is not None and found.done < found.total:
        words += f", about {duration(found.seconds_left)} left"
    return f"{words}."


def _result(user: Actor, found: ReplayView, stale: str) -> None:
    if found.state != "finished":
        words, color = STATES[found.state]
        st.markdown(f":{color}-badge[{words}] {escape(found.words)}")
        return
    say = _SAY.get(found.verdict, st.info)
    say(escape(found.words), icon=_ICONS.get(found.verdict, ":material/balance:"))
    if stale:
        st.warning(escape(stale), icon=":material/sync_problem:")
    st.caption("  \n".join(escape(" · ".join(line)) for line in _facts(user, found)), width="stretch")


def _facts(user: Actor, found: ReplayView) -> list[list[str]]:
    """What was tried, and how; a line each."""
    tried = [_cases(found)] if found.why else []
    if found.conversations:
        tried.append(counted(found.conversations, "recent conversation"))
    if found.ungraded:
        tried.append(
            f"{counted(found.ungraded, 'case')} left out, because no grader answers what "
            f"{'it expects' if found.ungraded == 1 else 'they expect'}"
        )
    how = [f"Build {found.after_build[:7]} against {found.before_build[:7]}"]
    if found.finished_at is not None:
        how.append(f"finished {moment(found.finished_at, user.time_zone)}")
        if found.started_at is not None:
            how.append(f"took {duration((found.finished_at - found.started_at).total_seconds())}")
    if found.reused:
        how.append(counted(found.reused, "answer") + " taken over, because nothing that shapes them changed")
    how.append(f"{100 * found.error_share:.1f} % errors" if found.error_share else "no errors")
    return [tried, how] if tried else [how]


def _cases(found: ReplayView) -> str:
    """ "41 cases: 5 cite what changes, 36 of the smoke suite"."""
    chosen = sum(found.why.values())
    reasons = ", ".join(f"{found.why[each]:,} {words}" for each, words in _WHY.items() if found.why.get(each))
    compared = f", {found.n:,} of them compared" if found.n < chosen else ""
    return f"{counted(chosen, 'case')} ({reasons}){compared}"


def _stop(user: Actor, replay_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            stop_replay(user, replay_id, session=session)

    run_action(act, done="It stops as soon as what is in flight is answered.")
