"""Read flags: what was flagged, by whom, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.assist import Draft
from core.conversations import Conversation, Customer, Message, Reply
from core.criteria import Criterion, Judgement
from core.errors import InvalidInput, NotFound
from core.evals.flagging.subjects import DRAFT, MESSAGE, REPLY
from core.evals.tables import EvalCase, Flag
from core.identity import Actor, Permission, Person, require

STATES = ("open", "accepted", "dismissed", "withdrawn")
MAX_PAGE = 200
_AROUND = 240


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag with the names around it.

    Attributes:
        about: who sent the reply; empty for drafts and where nobody is known.
        quote: the marked words; empty when all of it is meant.
        before, after: what stands around the quote, shortened; ``before`` is the beginning of the text
            when nothing is marked.
        outcome: what became of it, in plain words.
    """

    flag: Flag
    criterion: Criterion
    answer: str
    who: str
    about: str
    decided_by: str
    subject: str
    customer: str
    quote: str
    before: str
    after: str
    outcome: str
    case_state: str


@dataclass(frozen=True, slots=True)
class FlagPage:
    """Some flags, newest first; ``next_cursor`` is None on the last page."""

    rows: list[FlagView]
    next_cursor: int | None


def list_flags(
    actor: Actor,
    *,
    session: Session,
    mine: bool = True,
    about_me: bool = False,
    state: str = "",
    cursor: int | None = None,
    limit: int = 50,
) -> FlagPage:
    """Flags, newest first.

    Args:
        mine: those the actor raised.
        about_me: those about the actor's replies (with ``mine``: both). Neither: everybody's.
        state: only open, accepted, dismissed or withdrawn ones; empty for all.
        cursor: ``next_cursor`` of the page before.
        limit: 1 to 200.

    Raises:
        PermissionDenied: the actor may not read conversations, or not the flags of everybody.
        InvalidInput: an unknown state, or a limit out of range.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    if not mine and not about_me:
        require(actor, Permission.FLAGS_READ_ALL)
    if state and state not in STATES:
        raise InvalidInput(f"A flag is {', '.join(STATES[:-1])} or {STATES[-1]}, not {state!r}.")
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInput(f"A page has 1 to {MAX_PAGE} flags.")
    query = select(Flag)
    if mine or about_me:
        query = query.where(or_(*_own(actor, mine=mine, about_me=about_me)))
    if state:
        query = query.where(col(Flag.state) == state)
    if cursor is not None:
        query = query.where(col(Flag.id) < cursor)
    found = list(session.scalars(query.order_by(col(Flag.id).desc()).limit(limit + 1)))
    rows = found[:limit]
    return FlagPage(_views(actor, rows, session=session), rows[-1].key if len(found) > limit else None)


def get_flag(actor: Actor, flag_id: int, *, session: Session) -> FlagView:
    """One flag.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is none that this person may see.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    flag = session.get(Flag, flag_id)
    if flag is None or not may_see(actor, flag):
        raise NotFound(f"There is no flag {flag_id}, or it is not yours to see.")
    return _views(actor, [flag], session=session)[0]


def flags_in(
    actor: Actor, conversation_id: int, *, session: Session
) -> dict[tuple[str, int], list[FlagView]]:
    """What is flagged in a conversation and the actor may see, by subject, without what was withdrawn.

    Raises:
        PermissionDenied: the actor may not read conversations.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    query = select(Flag).where(col(Flag.conversation_id) == conversation_id, col(Flag.state) != "withdrawn")
    if not actor.can(Permission.FLAGS_READ_ALL):
        query = query.where(or_(*_own(actor, mine=True, about_me=True)))
    found: dict[tuple[str, int], list[FlagView]] = defaultdict(list)
    flags = session.scalars(query.order_by(col(Flag.id))).all()
    for view in _views(actor, flags, session=session):
        found[view.flag.subject_type, view.flag.subject_id].append(view)
    return dict(found)


def may_see(actor: Actor, flag: Flag) -> bool:
    """Its author, whose reply it is about, and who may see everybody's."""
    own = actor.person_id is not None and actor.person_id in (flag.flagged_by_id, flag.about_person_id)
    return own or actor.can(Permission.FLAGS_READ_ALL)


def _own(actor: Actor, *, mine: bool, about_me: bool) -> list[Any]:
    if actor.person_id is None:
        return [false()]
    author, about = col(Flag.flagged_by_id) == actor.person_id, col(Flag.about_person_id) == actor.person_id
    return [condition for condition, wanted in ((author, mine), (about, about_me)) if wanted]


def _views(actor: Actor, flags: Sequence[Flag], *, session: Session) -> list[FlagView]:
    if not flags:
        return []
    ids = [flag.key for flag in flags]
    author, about, decider = aliased(Person), aliased(Person), aliased(Person)
    names: Select[Any] = (
        select(  # type: ignore[call-overload]
            Flag.id,
            Criterion,
            Judgement.answer,
            author.name,
            about.name,
            decider.name,
            Conversation.subject,
            Conversation.preview,
            Customer.name,
            EvalCase.state,
        )
        .join(Criterion, col(Criterion.id) == col(Flag.criterion_id))
        .join(Judgement, col(Judgement.id) == col(Flag.judgement_id))
        .join(author, col(author.id) == col(Flag.flagged_by_id))
        .outerjoin(about, col(about.id) == col(Flag.about_person_id))
        .outerjoin(decider, col(decider.id) == col(Flag.decided_by_id))
        .join(Conversation, col(Conversation.id) == col(Flag.conversation_id))
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .outerjoin(EvalCase, col(EvalCase.id) == col(Flag.case_id))
        .where(col(Flag.id).in_(ids))
    )
    named = {row[0]: row for row in session.execute(names)}
    texts = _texts(flags, session=session)
    views = []
    for flag in flags:
        row = named[flag.key]
        before, quote, after = _in_context(texts[flag.subject_type, flag.subject_id], flag.span)
        views.append(
            FlagView(
                flag=flag,
                criterion=row[1],
                answer=row[2],
                who=row[3],
                about=row[4] or "",
                decided_by=row[5] or "",
                subject=row[6] or row[7],
                customer=row[8],
                quote=quote,
                before=before,
                after=after,
                outcome=_outcome(actor, flag, row[5] or "A specialist"),
                case_state=row[9] or "",
            )
        )
    return views


def _texts(flags: Sequence[Flag], *, session: Session) -> dict[tuple[str, int], str]:
    wanted: dict[str, list[int]] = defaultdict(list)
    for flag in flags:
        wanted[flag.subject_type].append(flag.subject_id)
    queries = {
        DRAFT: select(col(Draft.id), col(Draft.text)).where(col(Draft.id).in_(wanted[DRAFT])),
        MESSAGE: select(col(Message.id), col(Message.text)).where(col(Message.id).in_(wanted[MESSAGE])),
        REPLY: select(col(Reply.id), col(Message.text))
        .join(Message, col(Message.id) == col(Reply.message_id))
        .where(col(Reply.id).in_(wanted[REPLY])),
    }
    return {
        (kind, key): text
        for kind, query in queries.items()
        if wanted[kind]
        for key, text in session.execute(query)
    }


def _in_context(text: str, span: dict[str, Any] | None) -> tuple[str, str, str]:
    if span is None:
        return (text if len(text) <= 2 * _AROUND else f"{text[: 2 * _AROUND].rstrip()}…"), "", ""
    start, end = span["start"], span["end"]
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return (
        f"…{before}" if start > _AROUND else before,
        text[start:end],
        f"{after}…" if end + _AROUND < len(text) else after,
    )


def _outcome(actor: Actor, flag: Flag, decider: str) -> str:
    who = "You" if flag.decided_by_id is not None and flag.decided_by_id == actor.person_id else decider
    if flag.state == "accepted":
        reason = f" {flag.decision_reason}" if flag.decision_reason else ""
        return f"{who} accepted it: it is an eval case now.{reason}"
    if flag.state == "dismissed":
        return f"{who} dismissed it: {flag.decision_reason}"
    if flag.state == "withdrawn":
        return f"Withdrawn. {flag.decision_reason}".strip()
    return "Waits for a specialist to look at it. The judgement counts as a label already."
