"""Which two runs: chosen here or named in the address, the newest two of one suite by default."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.evals import RunChoice, choose_pair, list_run_choices
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.compare.words import run_words
from pages.specialist.evals.frame import address_number

_BEFORE, _AFTER = "before", "after"


def draw(user: Actor) -> tuple[RunChoice, RunChoice] | None:
    """Two selectors and a button that swaps them; None while there is nothing to compare."""
    wanted = address_number(_BEFORE), address_number(_AFTER)
    with get_process().database.reading() as session:
        choices = list_run_choices(user, session=session, also=[each for each in wanted if each])
    by_id = {each.run_id: each for each in choices}
    usual = choose_pair(choices)
    if usual is None:
        _nothing(choices)
        return None
    later = wanted[1] if wanted[1] in by_id else 0
    earlier = wanted[0] if wanted[0] in by_id and wanted[0] != later else 0
    if not later:
        later = usual[1] if usual[1] != earlier else usual[0]
    if not earlier:
        earlier = _partner(by_id[later], choices)
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_runs"):
        _select("Before", _BEFORE, earlier, _ordered(choices, by_id[later]), user)
        st.button(
            "Swap",
            icon=":material/swap_horiz:",
            key="compare_swap",
            on_click=_go,
            args=(later, earlier),
            help="The later run becomes the earlier one.",
        )
        _select("After", _AFTER, later, _ordered(choices, by_id[earlier]), user)
    if by_id[earlier].suite_id != by_id[later].suite_id:
        st.caption("The runs are of different suites: only cases that both have are compared.")
    return by_id[earlier], by_id[later]


def _select(label: str, name: str, run_id: int, options: list[RunChoice], user: Actor) -> None:
    """The key names what is chosen, so that the address and the swap button move the selector, too."""
    ids = [each.run_id for each in options]
    by_id = {each.run_id: each for each in options}
    key = f"compare_{name}_{run_id}"
    st.selectbox(
        label,
        ids,
        index=ids.index(run_id),
        format_func=lambda each: run_words(by_id[each], user.time_zone),
        key=key,
        on_change=_chosen(name, key),
    )


def _chosen(name: str, key: str) -> Callable[[], None]:
    def change() -> None:
        st.query_params[name] = str(st.session_state[key])

    return change


def _go(before: int, after: int) -> None:
    st.query_params[_BEFORE], st.query_params[_AFTER] = str(before), str(after)


def _ordered(choices: list[RunChoice], other: RunChoice) -> list[RunChoice]:
    """Those of the other's suite first, without the other itself."""
    rest = [each for each in choices if each.run_id != other.run_id]
    return sorted(rest, key=lambda each: (each.suite_id != other.suite_id, -each.run_id))


def _partner(later: RunChoice, choices: list[RunChoice]) -> int:
    """What a run is most likely compared with: the finished one before it, of its suite."""
    others = [each for each in choices if each.run_id != later.run_id]
    return min(
        others,
        key=lambda each: (
            each.suite_id != later.suite_id,
            each.state != "finished",
            each.run_id > later.run_id,
            -each.run_id,
        ),
    ).run_id


def _nothing(choices: list[RunChoice]) -> None:
    if choices:
        words = "There is one run so far. Start another one on the Runs tab, then both are compared here."
    else:
        words = "No run yet. Start two on the Runs tab, of two builds or before and after a change."
    st.info(words, icon=":material/compare_arrows:")
