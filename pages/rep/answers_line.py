"""What live classifiers say of the open conversation, as one calm line of badges under its header."""

from __future__ import annotations

import streamlit as st

from core.classifiers import LiveAnswer, live_answers
from core.conversations import ConversationView
from core.criteria import SEPARATOR
from core.identity import Actor, Permission
from pages.process import get_process
from pages.widgets.style import escape


def show(actor: Actor, view: ConversationView) -> None:
    """A badge for each answer; nothing where no classifier is live or has judged this yet."""
    # a place of its own: badges that come or go must not move what redraws itself below
    with st.container(key="classifier_answers", horizontal=True, gap="small"):
        if not actor.can(Permission.CLASSIFIERS_READ):
            return
        with get_process().database.reading() as session:
            answers = live_answers(view.conversation.key, session=session)
        for answer in sorted(answers, key=lambda each: not each.holds_back):
            _badge(answer)


def _badge(answer: LiveAnswer) -> None:
    if answer.abstained:
        st.badge(f"{escape(answer.title)}: not sure", color="gray", help=_help(answer))
    elif answer.holds_back:
        st.badge(_label(answer), icon=":material/pan_tool:", color="orange", help=_help(answer))
    else:
        st.badge(_label(answer), color="gray", help=_help(answer))


def _label(answer: LiveAnswer) -> str:
    said = answer.answer.replace(SEPARATOR, ", ") or "none"
    return f"{escape(answer.title)}: {escape(said)}"


def _help(answer: LiveAnswer) -> str:
    """Who says so, how surely, and what it means."""
    sure = f"{100 * answer.confidence:.0f} % sure"
    what = "this message" if answer.message_id is not None else "the conversation"
    told = [
        f"{escape(answer.question)}  \nClassifier {escape(answer.classifier)}, version {answer.version}, "
        f"of {what}: {sure}."
    ]
    if answer.abstained:
        guess = escape(answer.answer.replace(SEPARATOR, ", ") or "none")
        told.append(f"Its best guess is “{guess}”; that is not enough for it to answer.")
    if answer.holds_back:
        told.append("The AI drafts nothing because of this.")
    return "  \n".join(told)
