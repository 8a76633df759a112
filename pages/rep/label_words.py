"""An item of a queue as the card shows it: plain values and plain words."""

from __future__ import annotations

from typing import Any

from core.criteria import Criterion, choices, given
from core.identity import Actor
from core.labelling import ItemView, LabelQueue, Progress, SubjectMessage, SubjectView
from pages.widgets.drawn import how_drawn
from pages.widgets.labeller import CardOver, CardProgress, CardQueue
from pages.widgets.labels import CHANNELS, language
from pages.widgets.times import moment

_JUDGED = {
    "conversation": "The conversation as a whole",
    "message": "The marked message",
    "draft": "The marked AI draft",
    "reply": "The marked reply, as it was sent",
}
_BADGE = {"message": "Judge this message", "draft": "Judge this draft", "reply": "Judge this reply"}
_SIDES = {"customer": "theirs", "system": "system"}
_NAMES = {"customer": "Customer", "assistant": "Assistant", "rep": "Rep", "system": "System"}
_DECISIONS = {"abstain": "The AI did not answer", "escalate": "The AI handed over to a person"}
_SPAN_ANSWERS = {"marked": "These words", "none": "Nothing to mark"}


def card_queue(queue: LabelQueue) -> CardQueue:
    """The line above the card."""
    return {"id": queue.key, "name": queue.name, "drawn": how_drawn(queue)}


def card_progress(progress: Progress) -> CardProgress:
    """How far the queue is, and how quick this person."""
    parts = [f"{progress.done:,} of {progress.total:,} done"]
    if progress.mine:
        parts.append(f"{progress.mine:,} by you")
    if progress.per_hour:
        parts.append(f"{progress.per_hour:,.0f} an hour")
    return {
        "done": progress.done,
        "total": progress.total,
        "words": " · ".join(parts),
        "undo": progress.mine + progress.mine_skipped > 0,
    }


def card_over(progress: Progress) -> CardOver:
    """Why there is no item for this person, and what they can do next."""
    undo = progress.mine + progress.mine_skipped > 0
    if progress.left == 0:
        thanks = f"{progress.mine:,} of its answers are yours. " if progress.mine else ""
        title, text = "This queue is finished", f"{thanks}Choose another queue at the top right."
    elif progress.held_by_others:
        title = "Nothing left for you at the moment"
        text = (
            f"{_items(progress.held_by_others)} on other people's screens. What they skip or leave comes "
            "back: look again in a few minutes, or choose another queue at the top right."
        )
    else:
        title = "Nothing left for you"
        text = (
            f"You have seen every item. {_items(progress.left, 'answer')} still wanted from somebody else, "
            "because two people judge some items or because you skipped them."
        )
    return {"title": title, "text": text, "undo": undo}


def card_item(actor: Actor, view: ItemView, *, again: bool) -> dict[str, Any]:
    """The subject and the question.

    Args:
        again: this item can no longer be answered; only going on is offered.
    """
    criterion, previous = view.criterion, view.previous
    return {
        "assignment": view.assignment.key,
        "criterion": criterion.key,
        "kind": criterion.kind,
        "question": criterion.question,
        "guidance": criterion.guidance,
        "examples": [
            {name: str(example.get(name, "")) for name in ("text", "answer", "why")}
            for example in criterion.examples
        ],
        "answers": [{"answer": answer, "label": _label(criterion, answer)} for answer in _offered(criterion)],
        "previous": previous
        and {"answer": list(given(previous.answer)), "reason": previous.reason, "span": previous.span},
        "again": again,
        "subject": _subject(actor, view.subject, mark=criterion.kind == "span"),
    }


def _offered(criterion: Criterion) -> tuple[str, ...]:
    return () if criterion.kind == "note" else choices(criterion)


def _label(criterion: Criterion, answer: str) -> str:
    if criterion.kind == "span":
        return _SPAN_ANSWERS.get(answer, answer)
    words = answer.replace("_", " ")
    return words[:1].upper() + words[1:]


def _subject(actor: Actor, subject: SubjectView, *, mark: bool) -> dict[str, Any]:
    whole = subject.type == "conversation"
    facts = [
        _JUDGED[subject.type],
        CHANNELS.get(subject.channel, subject.channel),
        language(subject.locale),
        subject.title,
    ]
    messages = [_message(actor, subject, message, whole=whole and mark) for message in subject.messages]
    if subject.type == "draft":
        messages.append(_draft(subject))
    return {
        "about": " · ".join(fact for fact in facts if fact),
        "words": f"{sum(len(message['text'].split()) for message in messages):,}",
        "messages": messages,
    }


def _message(actor: Actor, subject: SubjectView, message: SubjectMessage, *, whole: bool) -> dict[str, Any]:
    marked = message.judged and subject.type != "conversation"
    return {
        "id": message.id,
        "side": _SIDES.get(message.author, "ours"),
        "name": message.name or _NAMES.get(message.author, ""),
        "when": moment(message.created_at, actor.time_zone),
        # spans count in the subject's own text
        "text": subject.text if marked else message.text,
        "folded": message.folded,
        "judged": marked,
        "badge": _BADGE.get(subject.type, ""),
        "whole": whole,
    }


def _draft(subject: SubjectView) -> dict[str, Any]:
    decision = _DECISIONS.get(subject.decision, "AI draft")
    why = subject.reason.replace("_", " ")
    name = f"{decision}: {why}" if why else decision
    return {
        "id": 0,
        "side": "ours",
        "name": name,
        "when": f"It would have to know: {subject.question}" if subject.question else "",
        "text": subject.text or "(no text)",
        "folded": "",
        "judged": True,
        "badge": _BADGE["draft"],
        "whole": False,
        "cites": [
            {"title": cite.get("title", ""), "quote": cite.get("quote", "")} for cite in subject.citations
        ],
    }


def _items(count: int, noun: str = "item") -> str:
    return f"One {noun} is" if count == 1 else f"{count:,} {noun}s are"
