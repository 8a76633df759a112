"""Flag a strong or weak moment where one works: what is marked, by which criterion, how to say it better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import streamlit as st

from core.assist import DraftView
from core.conversations import ConversationView
from core.errors import InvalidInput, RatchetError
from core.evals import (
    MAX_BETTER,
    STRENGTHS,
    STRONG,
    WEAK,
    FlagView,
    Subject,
    answers_of,
    flaggable_criteria,
    flags_in,
    likely_criterion,
    raise_flag,
    read_subject,
    sent_subjects,
)
from core.identity import Actor, Permission
from pages.process import get_process
from pages.widgets.components import Marked, MarkedSubject, choice_keys, flag_button, rich_text
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

STRENGTH_WORDS = {STRONG: "Strong", WEAK: "Weak"}
SUBJECT_WORDS = {"draft": "draft", "reply": "reply", "message": "message"}
_OPEN = "flag_open"
_OFFERED = "flag_offered"
_MOST_NOTE = 2_000
_PUT_ASIDE = ("sent", "edited", "discarded")


@dataclass(frozen=True, slots=True)
class Flagging:
    """What can be flagged in the open conversation, and what is. ``sent``: subjects by message id."""

    may_flag: bool
    sent: dict[int, tuple[str, int]]
    flags: dict[tuple[str, int], list[FlagView]]

    def subject(self, message_id: int) -> MarkedSubject | None:
        """The message as something that can be flagged; None for what others wrote."""
        found = self.sent.get(message_id)
        return None if found is None else {"type": found[0], "id": found[1]}

    def told(self, actor: Actor, subject: MarkedSubject | None) -> list[str]:
        """Its flags in words."""
        found = self.flags.get((subject["type"], subject["id"]), []) if subject else []
        return [in_words(actor, view) for view in found]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A dialog that is open. ``id`` names its fields."""

    id: str
    conversation_id: int
    marked: Marked


def load(actor: Actor, view: ConversationView) -> Flagging:
    """Read what is flagged and what can be."""
    with get_process().database.reading() as session:
        return Flagging(
            may_flag=actor.can(Permission.CONVERSATIONS_WORK),
            sent=sent_subjects(view.conversation.key, session=session),
            flags=flags_in(actor, view.conversation.key, session=session),
        )


def whole(view: ConversationView, draft: DraftView | None, flagging: Flagging) -> MarkedSubject | None:
    """What is meant when no words are marked: the draft on screen, else the last of our replies."""
    if draft is not None and draft.draft.state == "ready" and draft.draft.outcome not in _PUT_ASIDE:
        return {"type": "draft", "id": draft.draft.key}
    ours = (flagging.subject(message.key) for message in reversed(view.messages))
    return next((subject for subject in ours if subject is not None), None)


def draft_button(actor: Actor, draft: DraftView) -> None:
    """The draft card's own way to be flagged."""
    if not actor.can(Permission.CONVERSATIONS_WORK):
        return
    key = draft.draft.key
    with get_process().database.reading() as session:
        flags = flags_in(actor, draft.draft.conversation_id, session=session).get(("draft", key), [])
    told = [in_words(actor, view) for view in flags]
    flag_button({"type": "draft", "id": key}, told, key=f"flag_draft_{key}")


def in_words(actor: Actor, view: FlagView) -> str:
    """A flag in one line."""
    who = "you" if view.flag.flagged_by_id == actor.person_id else view.who
    return f"{STRENGTH_WORDS[view.flag.strength]}: {view.criterion.question} ({who})"


def ask(conversation_id: int, marked: Marked) -> None:
    """Open the dialog with the next run of the page."""
    if "type" not in marked:
        st.toast("There is nothing of ours to flag here yet.", icon=":material/flag:")
        return
    st.session_state[_OPEN] = _Asked(uuid4().hex, conversation_id, marked)


def show_if_asked(actor: Actor, view: ConversationView) -> None:
    """Draw the dialog while it is open, also when something else redraws the page meanwhile."""
    asked = st.session_state.get(_OPEN)
    if asked is None:
        return
    if asked.conversation_id != view.conversation.key or not actor.can(Permission.CONVERSATIONS_WORK):
        _close()
        return
    try:
        subject, span = _read(asked)
    except RatchetError as error:
        _close()
        st.toast(str(error), icon=":material/error:", duration="long")
        return
    title = f"Flag this {SUBJECT_WORDS[subject.type]}"
    st.dialog(title, icon=":material/flag:", on_dismiss=_close)(_dialog)(actor, asked, subject, span)


def _read(asked: _Asked) -> tuple[Subject, tuple[int, int] | None]:
    """What the browser named, as it is in the database."""
    marked = asked.marked
    with get_process().database.reading() as session:
        subject = read_subject(str(marked["type"]), int(marked["id"]), session=session)
    if subject.conversation_id != asked.conversation_id:
        raise InvalidInput("That is not in this conversation.")
    if "start" not in marked or "end" not in marked:
        return subject, None
    start, end = int(marked["start"]), int(marked["end"])
    if not 0 <= start < end <= len(subject.text):
        raise InvalidInput("The text has changed since you marked it. Mark the words again.")
    return subject, (start, end) if subject.text[start:end].strip() else None


def _dialog(actor: Actor, asked: _Asked, subject: Subject, span: tuple[int, int] | None) -> None:
    if _OPEN not in st.session_state:
        st.rerun()  # it was saved
    key = f"flag_{asked.id}"
    quote = subject.text[slice(*span)] if span else ""
    first = asked.marked.get("strength") or WEAK
    _show_quote(subject, span, key=f"{key}_quote")
    strength = st.radio(
        "How is it?",
        STRENGTHS,
        index=STRENGTHS.index(first) if first in STRENGTHS else 1,
        format_func=STRENGTH_WORDS.__getitem__,
        horizontal=True,
        key=f"{key}_strength",
        label_visibility="collapsed",
    )
    with get_process().database.reading() as session:
        # read once: a choice must not turn into another one when a criterion is retired meanwhile
        offered = st.session_state.get(_OFFERED, ("", []))
        if offered[0] != asked.id:
            offered = (asked.id, flaggable_criteria(subject.type, session=session))
            st.session_state[_OFFERED] = offered
        criteria = offered[1]
        guess = likely_criterion(
            actor, criteria, session=session, subject_type=subject.type, strength=strength
        )
    if guess is None:
        st.info("There is no criterion to flag by. A specialist can publish one under Criteria.")
        return
    questions = {each.name: f"{number}. {each.question}" for number, each in enumerate(criteria, start=1)}
    with st.container(key="flag_criterion"):
        chosen = st.radio(
            "By which criterion?",
            list(questions),
            index=list(questions).index(guess.name),
            format_func=questions.__getitem__,
            key=f"{key}_criterion",
        )
    criterion = next(each for each in criteria if each.name == chosen)
    answer = _answer(answers_of(criterion, strength), key=f"{key}_{chosen}_{strength}")
    with st.form(f"{key}_form", border=False, enter_to_submit=True):
        better = st.text_area(
            "Better wording (optional)",
            value=quote if first == WEAK else "",
            max_chars=MAX_BETTER,
            height=90,
            key=f"{key}_better",
        )
        note = st.text_input("Note (optional)", max_chars=_MOST_NOTE, key=f"{key}_note")
        with st.container(key="flag_save"):
            saved = st.form_submit_button("Save flag", type="primary", icon=":material/flag:")
    choice_keys(choices="flag_criterion", save="flag_save", once=asked.id)
    if saved:
        _save(
            actor,
            subject,
            strength=strength,
            criterion=chosen,
            answer=answer,
            span=span,
            better="" if better.strip() == quote.strip() else better,
            note=note,
        )


def _show_quote(subject: Subject, span: tuple[int, int] | None, *, key: str) -> None:
    if not subject.text:
        st.caption("All of it: why there is no answer.")
        return
    start, end = span or (0, 0)
    text = subject.text
    rich_text(
        [{"text": text[:start]}, {"text": text[start:end], "kind": "mark"}, {"text": text[end:]}]
        if span
        else [{"text": text}],
        key=key,
        small=True,
        clip=True,
    )
    if span is None:
        st.caption("All of it. To flag a part, close this, select the words and press S or W.")


def _answer(fitting: Sequence[str], *, key: str) -> str:
    if len(fitting) == 1:
        return fitting[0]
    return str(st.radio("Which answer?", fitting, horizontal=True, key=key, format_func=_plain))


def _plain(answer: str) -> str:
    return escape(answer.replace("_", " "))


def _save(
    actor: Actor,
    subject: Subject,
    *,
    strength: str,
    criterion: str,
    answer: str,
    span: tuple[int, int] | None,
    better: str,
    note: str,
) -> None:
    def save() -> bool:
        with get_process().database.transaction() as session:
            raise_flag(
                actor,
                session=session,
                subject_type=subject.type,
                subject_id=subject.id,
                strength=strength,
                criterion=criterion,
                answer=answer,
                span={"start": span[0], "end": span[1]} if span else None,
                better=better,
                note=note,
            )
        return True

    if run_action(save):
        _close()
        notify("Flagged. See what becomes of it in [Flags](flags).")
        st.rerun()
    st.session_state.pop(_OFFERED, None)  # it may have failed because they have changed


def _close() -> None:
    for name in (_OPEN, _OFFERED):
        st.session_state.pop(name, None)
