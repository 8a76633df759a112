"""The card of one queue: what is on the screen, and what each key press does to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st
from sqlmodel import Session

from core.errors import Conflict, InvalidInput, NotFound, RatchetError
from core.identity import Actor
from core.labelling import (
    ItemView,
    LabelQueue,
    Progress,
    answer_item,
    next_item,
    queue_progress,
    skip_item,
    undo,
)
from pages.process import get_process
from pages.rep import label_address
from pages.rep.label_words import card_item, card_over, card_progress, card_queue
from pages.widgets.labeller import CardEvent, CardOver, labeller
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_SCREEN = "label_screen"
_STOPPED = "This queue cannot be labelled any more"


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person sees of a queue. ``view`` is None when there is nothing for them, which ``over`` says.

    Attributes:
        turn: key presses dealt with; the browser waits for it to grow.
        visit: showings of items; tells an item that comes back from the same one still there.
        again: the item on the screen can no longer be answered, only left.
        drawn: the next run has to ask the database again.
    """

    queue: LabelQueue
    progress: Progress
    view: ItemView | None = None
    over: CardOver | None = None
    turn: int = 0
    visit: int = 0
    problem: str = ""
    again: bool = False
    drawn: bool = False

    @property
    def assignment(self) -> int:
        """What the keys are for; 0 when no item is shown."""
        return self.view.assignment.key if self.view else 0


def show(actor: Actor, queue_id: int) -> None:
    """Draw the card; answering draws nothing else again."""
    with st.container(key="label_page"):
        with st.container(key="label_leave"):
            st.button("Other queues", icon=":material/list:", type="tertiary", on_click=label_address.leave)
        with st.container(key="label_card"):
            st.fragment(_card)(actor, queue_id)


def _card(actor: Actor, queue_id: int) -> None:
    screen: Screen | None = st.session_state.get(_SCREEN)
    if screen is None or screen.queue.key != queue_id or screen.drawn:
        try:
            screen = _resumed(actor, queue_id, screen)
        except RatchetError as error:
            st.session_state.pop(_SCREEN, None)
            said = f"{escape(str(error))} Choose another queue at the top right."
            st.warning(said, icon=":material/search_off:")
            return
    st.session_state[_SCREEN] = replace(screen, drawn=True)
    labeller(
        {
            "turn": screen.turn,
            "visit": screen.visit,
            "problem": screen.problem or (screen.view.note if screen.view else ""),
            "queue": card_queue(screen.queue),
            "progress": card_progress(screen.progress),
            "item": card_item(actor, screen.view, again=screen.again) if screen.view else None,
            "over": screen.over,
        },
        on_event=lambda event: _press(actor, event),
    )


def _resumed(actor: Actor, queue_id: int, before: Screen | None) -> Screen:
    """The item this person holds, or the next."""
    with get_process().database.transaction() as session:
        screen = _look(actor, queue_id, session=session)
    if before is None or before.queue.key != queue_id:
        return screen
    moved = screen.assignment != before.assignment
    return replace(screen, turn=before.turn, visit=before.visit + moved)


def _look(actor: Actor, queue_id: int, *, session: Session) -> Screen:
    try:
        return _screen(actor, queue_id, next_item(actor, queue_id, session=session), session=session)
    except Conflict as error:
        queue = session.get(LabelQueue, queue_id)
        if queue is None:
            raise
        progress = queue_progress(actor, queue_id, session=session)
        over = CardOver(title=_STOPPED, text=str(error), undo=False)
        return Screen(queue, progress, over=over)


def _screen(actor: Actor, queue_id: int, view: ItemView | None, *, session: Session) -> Screen:
    if view is not None:
        return Screen(view.queue, view.progress, view)
    queue = session.get(LabelQueue, queue_id)
    if queue is None:
        raise NotFound("There is no such queue.")
    progress = queue_progress(actor, queue_id, session=session)
    return Screen(queue, progress, over=card_over(progress))


def _press(actor: Actor, event: CardEvent) -> None:
    """Do what a key asks for, unless it was meant for an item that is no longer on the screen."""
    before: Screen | None = st.session_state.get(_SCREEN)
    if before is None:
        return
    after = before
    if event["assignment"] == before.assignment:
        after = run_action(lambda: _moved(actor, before, event)) or before
    visit = before.visit + (after is not before and not after.problem)
    st.session_state[_SCREEN] = replace(after, turn=before.turn + 1, visit=visit, drawn=False)


def _moved(actor: Actor, before: Screen, event: CardEvent) -> Screen:
    """The screen after an event. A refusal is said on the card, where what was typed still stands."""
    try:
        with get_process().database.transaction() as session:
            return _act(actor, before, event, session=session)
    except RatchetError as error:
        lost = isinstance(error, Conflict | NotFound) and before.view is not None
        return replace(before, problem=str(error), again=lost)


def _act(actor: Actor, before: Screen, event: CardEvent, *, session: Session) -> Screen:
    """Deal with the event and fetch what comes next, in one transaction."""
    queue_id, kind = before.queue.key, event["kind"]
    if kind == "undo":
        view = undo(actor, queue_id, session=session)
        if view is None:
            raise InvalidInput("There is nothing of yours in this queue to take back.")
        return Screen(view.queue, view.progress, view)
    if kind == "answer":
        answer_item(
            actor,
            event["assignment"],
            session=session,
            answer=event["answer"],
            reason=event["reason"],
            span=event["span"],
            seconds=event["seconds"],
        )
    elif kind == "skip":
        skip_item(actor, event["assignment"], session=session)
    elif kind != "go_on":
        raise InvalidInput(f"The card does not know {kind!r}.")
    return _look(actor, queue_id, session=session)
