"""What to label next: one text at a time, the most doubtful first, answered by a click or a key."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.classifiers import (
    Added,
    Desk,
    NewExample,
    Prediction,
    Subject,
    Suggestion,
    add_examples,
    remove_example,
    suggest_next,
)
from core.criteria import SEPARATOR
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import NONE_OF_THEM, answer_words, subject_facts
from pages.specialist.classifiers.write import state
from pages.widgets.components import rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_AT_ONCE = 10
_KEYS = 9


def draw(desk: Desk, user: Actor) -> None:
    """The text in question, the answers with their keys, and what was answered last."""
    queue = _queue(desk, user)
    if queue is None:
        return
    if not queue:
        st.info(
            f"Everything recent is labelled already. New {desk.classifier.subject_type}s come here as they "
            "arrive.",
            icon=":material/task_alt:",
        )
        _last(desk, user)
        return
    _card(desk, user, queue[0])
    _last(desk, user)


def _queue(desk: Desk, user: Actor) -> list[Suggestion] | None:
    """The suggestions that are left; None when they could not be found, which has been said."""
    key = _key(desk)
    if not st.session_state.get(key):
        with st.spinner("Looking for the texts it is least sure about"):
            found = run_action(
                lambda: suggest_next(
                    user,
                    desk.classifier.key,
                    database=get_process().database,
                    services=get_process().services,
                    limit=_AT_ONCE,
                )
            )
        if found is None:
            st.session_state.pop(key, None)
            st.button("Try again", key=f"{key}_again", icon=":material/refresh:")
            return None
        st.session_state[key] = found
    queue: list[Suggestion] = st.session_state[key]
    return queue


def _card(desk: Desk, user: Actor, suggestion: Suggestion) -> None:
    subject = suggestion.subject
    # the subject is part of the keys: a second press that was meant for this text never answers the next one
    key = f"next_{desk.classifier.key}_{subject.subject_id}"
    st.caption(escape(" · ".join(subject_facts(subject))))
    with st.container(border=True, key=f"{key}_text", height=220 if len(subject.text) > 700 else "content"):
        rich_text([{"text": subject.text}], key=f"{key}_words")
    st.markdown(f"**{escape(desk.question.question)}**")
    if suggestion.prediction is not None:
        st.caption(escape(_opinion(suggestion.prediction)))
    answers = _keyed(desk, suggestion.prediction)
    if desk.question.many:
        _several(desk, user, subject, answers, key)
    else:
        _one(desk, user, subject, answers, key)


def _one(desk: Desk, user: Actor, subject: Subject, answers: Sequence[str], key: str) -> None:
    with st.container(horizontal=True, gap="small", key=f"{key}_answers"):
        for number, answer in enumerate(answers, start=1):
            st.button(
                escape(answer),
                key=f"{key}_{number}",
                shortcut=str(number),
                on_click=_give,
                args=(desk, user, subject, answer),
            )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        if len(desk.question.answers) > len(answers):
            other = f"{key}_other"
            st.selectbox(
                "Another answer",
                desk.question.answers,
                index=None,
                key=other,
                placeholder="Another answer: type to choose",
                label_visibility="collapsed",
                width=280,
                on_change=lambda: _give(desk, user, subject, st.session_state[other]),
            )
        _none_or_skip(desk, user, subject, key)


def _several(desk: Desk, user: Actor, subject: Subject, answers: Sequence[str], key: str) -> None:
    chosen_key = f"{key}_several"

    def toggle(answer: str) -> None:
        chosen = list(st.session_state.get(chosen_key, []))
        st.session_state[chosen_key] = (
            [each for each in chosen if each != answer] if answer in chosen else [*chosen, answer]
        )

    def give() -> None:
        chosen = sorted(st.session_state.get(chosen_key, []), key=desk.question.answers.index)
        _give(desk, user, subject, SEPARATOR.join(chosen))

    with st.container(horizontal=True, gap="small", key=f"{key}_answers"):
        for number, answer in enumerate(answers, start=1):
            st.button(
                escape(answer),
                key=f"{key}_{number}",
                shortcut=str(number),
                type="tertiary",
                on_click=toggle,
                args=(answer,),
            )
    st.multiselect(
        "All that apply", desk.question.answers, key=chosen_key, placeholder="All that apply, by key or typed"
    )
    with st.container(horizontal=True, gap="small"):
        if st.session_state.get(chosen_key):
            st.button("Give these", key=f"{key}_give", shortcut="Enter", on_click=give)
        _none_or_skip(desk, user, subject, key)


def _none_or_skip(desk: Desk, user: Actor, subject: Subject, key: str) -> None:
    st.button(
        NONE_OF_THEM,
        key=f"{key}_none",
        shortcut="0",
        type="tertiary",
        help="None of the answers is right for this text.",
        on_click=_give,
        args=(desk, user, subject, ""),
    )
    st.button("Skip", key=f"{key}_skip", shortcut="s", type="tertiary", on_click=_next, args=(desk, subject))


def _last(desk: Desk, user: Actor) -> None:
    """What was answered last, to be taken back."""
    last = st.session_state.get(f"{_key(desk)}_last")
    if last is None:
        return
    subject, answer = last
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(f"Before: “{escape(answer_words(answer))}”", width="content")
        st.button(
            "Undo",
            key=f"{_key(desk)}_undo",
            shortcut="u",
            icon=":material/undo:",
            type="tertiary",
            on_click=_undo,
            args=(desk, user, subject),
        )


def _give(desk: Desk, user: Actor, subject: Subject, answer: str | None) -> None:
    if answer is None or not _is_shown(desk, subject):
        return

    def act() -> Added:
        with get_process().database.transaction() as session:
            return add_examples(
                user,
                desk.classifier.key,
                [NewExample(answer=answer, subject_id=subject.subject_id)],
                session=session,
                source="suggestion",
            )

    added = run_action(act)
    if added is None:
        return
    if added.contradicting:
        st.toast("Somebody else has just answered this otherwise: see Warnings.", icon=":material/info:")
    # what somebody else had added already is theirs, and not for this person to undo
    st.session_state[f"{_key(desk)}_last"] = (subject, answer) if added.added else None
    state.changed(desk.classifier.key)
    _next(desk, subject)


def _next(desk: Desk, subject: Subject) -> None:
    if _is_shown(desk, subject):
        st.session_state[_key(desk)] = st.session_state[_key(desk)][1:]


def _is_shown(desk: Desk, subject: Subject) -> bool:
    """Whether this text is the one in question. Until a run has ended, the browser keeps the buttons of the
    text before, and a key presses them too."""
    queue: list[Suggestion] = st.session_state.get(_key(desk), [])
    return bool(queue) and queue[0].subject.subject_id == subject.subject_id


def _undo(desk: Desk, user: Actor, subject: Subject) -> None:
    def act() -> bool:
        with get_process().database.transaction() as session:
            example_id = state.example_of(desk.classifier.key, subject.subject_id, session=session)
            if example_id is not None:
                remove_example(user, example_id, session=session)
        return True

    if run_action(act):
        state.changed(desk.classifier.key)
        st.session_state.pop(f"{_key(desk)}_last", None)
        left = st.session_state.get(_key(desk), [])
        st.session_state[_key(desk)] = [Suggestion(subject, None, None), *left]


def _keyed(desk: Desk, prediction: Prediction | None) -> Sequence[str]:
    """The answers that get a key: in the question's order where all do, else the likeliest."""
    answers = desk.question.answers
    if len(answers) <= _KEYS:
        return answers
    likely = [answer for answer, _ in prediction.top] if prediction is not None else []
    return list(dict.fromkeys([*likely, *answers]))[:_KEYS]


def _opinion(prediction: Prediction) -> str:
    listed = ", ".join(f"{answer} {100 * share:.0f} %" for answer, share in prediction.top[:3])
    return f"So far it would say: {listed}"


def _key(desk: Desk) -> str:
    return f"classifier_next_{desk.classifier.key}"
