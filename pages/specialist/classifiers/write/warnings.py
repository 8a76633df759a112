"""What is doubtful about the examples, both texts side by side, settled with a click."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.classifiers import (
    Desk,
    ExampleWarning,
    Named,
    answer_example,
    find_warnings,
    remove_example,
)
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import answer_words, short
from pages.specialist.classifiers.write import state
from pages.widgets.components import rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_PAIRS = ("contradiction", "near_duplicate")
_ICONS = {"empty": ":material/info:", "few": ":material/info:", "language": ":material/translate:"}
_LISTED = 8
_A_PAGE = 5


def draw(desk: Desk, user: Actor) -> None:
    """Pairs that contradict each other first, then what is missing or not read."""
    with st.spinner("Comparing the examples"):
        found = run_action(lambda: find_warnings(user, desk.classifier.key, database=get_process().database))
    if found is None:
        return
    if not found:
        st.info("Nothing is doubtful about the examples.", icon=":material/task_alt:")
        return
    dropped = st.session_state.setdefault(_dropped(desk), set())
    pairs = [each for each in found if each.what in _PAIRS and _ids(each) not in dropped]
    for warning in pairs[:_A_PAGE]:
        _pair(desk, user, warning)
    if len(pairs) > _A_PAGE:
        st.caption(f"{len(pairs) - _A_PAGE:,} more such pairs follow when these are settled.")
    _others([each for each in found if each.what not in _PAIRS], alone=not pairs)


def _pair(desk: Desk, user: Actor, warning: ExampleWarning) -> None:
    one, other = warning.examples[:2]
    key = f"warning_{desk.classifier.key}_{one.example_id}_{other.example_id}"
    with st.container(border=True, key=key, gap="small"):
        st.caption(escape(warning.message))
        for column, each in zip(st.columns(2), (one, other), strict=True):
            with column:
                st.markdown(f"**{escape(answer_words(each.answer))}** {_by(each)}")
                with st.container(height=110 if len(each.text) > 260 else "content", border=False):
                    rich_text([{"text": each.text}], key=f"{key}_text_{each.example_id}", small=True)
        if not state.may_write(desk, user):
            return
        with st.container(horizontal=True, gap="small"):
            for each in (one, other):
                st.button(
                    f"Both are “{escape(answer_words(each.answer))}”",
                    key=f"{key}_both_{each.example_id}",
                    on_click=_both,
                    args=(desk, user, warning, each),
                )
            if warning.what == "near_duplicate":
                st.button(
                    "Remove the second",
                    key=f"{key}_remove",
                    type="tertiary",
                    on_click=_remove,
                    args=(desk, user, other),
                )
                st.button(
                    "Both are right", key=f"{key}_drop", type="tertiary", on_click=_drop, args=(desk, warning)
                )


def _others(warnings: list[ExampleWarning], *, alone: bool) -> None:
    """What needs no choice between two. Answers with too few examples are one line each."""
    few = [each for each in warnings if each.what == "few"]
    for each in warnings:
        if each.what != "few":
            st.warning(escape(each.message), icon=_ICONS.get(each.what, ":material/warning:"))
            if each.examples:
                with st.expander("Which ones"):
                    for example in each.examples:
                        st.markdown(
                            f"- {escape(short(example.text))} *{escape(answer_words(example.answer))}*"
                        )
    if few:
        shown = few[:_LISTED]
        more = f"\n- {len(few) - _LISTED:,} more answers have too few" if len(few) > _LISTED else ""
        st.markdown(
            "**Too few examples**\n" + "\n".join(f"- {escape(each.message)}" for each in shown) + more
        )
    if alone and not warnings:
        st.info("Nothing is doubtful about the examples.", icon=":material/task_alt:")


def _by(each: Named) -> str:
    return f":gray[by {escape(each.by)}]" if each.by else ""


def _both(desk: Desk, user: Actor, warning: ExampleWarning, right: Named) -> None:
    """Give the chosen answer to what is in use: both of a near duplicate, the first of a contradiction."""
    in_use = warning.examples[:1] if warning.what == "contradiction" else warning.examples[:2]

    def act() -> None:
        with get_process().database.transaction() as session:
            for each in in_use:
                answer_example(user, each.example_id, right.answer, session=session, seen=each.answer)

    _settle(desk, act)


def _remove(desk: Desk, user: Actor, example: Named) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            remove_example(user, example.example_id, session=session)

    if _settle(desk, act):
        state.set_removed(desk.classifier.key, (example.example_id,))


def _settle(desk: Desk, act: Callable[[], None]) -> bool:
    def work() -> bool:
        act()
        return True

    if not run_action(work, done="Settled."):
        return False
    state.changed(desk.classifier.key)
    return True


def _drop(desk: Desk, warning: ExampleWarning) -> None:
    st.session_state[_dropped(desk)].add(_ids(warning))


def _dropped(desk: Desk) -> str:
    return f"classifier_warnings_dropped_{desk.classifier.key}"


def _ids(warning: ExampleWarning) -> tuple[int, ...]:
    return tuple(each.example_id for each in warning.examples)
