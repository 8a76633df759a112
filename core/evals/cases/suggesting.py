"""What happened lately and would make a good case: heavy edits, labels, conversations that went well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func
from sqlmodel import Session, col, exists, select

from core.assist import Draft
from core.conversations import Conversation, Message, Reply
from core.criteria import Criterion, Judgement, in_force, is_good
from core.evals.cases.deriving import MUCH
from core.evals.flagging.subjects import DRAFT, REPLY
from core.evals.tables import EvalCase
from core.evals.themes import themes_of
from core.identity import Actor, Permission, require

Kind = Literal["edit", "label", "resolved"]
_LOOKED_AT = 20_000
"""Of each kind the newest so many rows are looked at, so that it takes no longer in a large installation."""
_SHOWN = 300
_PLEASED = 5


@dataclass(frozen=True, slots=True)
class CaseSuggestion:
    """Something worth a case.

    Attributes:
        id: what the case would be made of: of a reply, a judgement or a conversation, by ``kind``.
        why: in one sentence; ``short``: in a word or two.
        question: how the customer's matter began, shortened.
        before, after: the draft and what was sent, of an edit; what was judged, of a label.
    """

    kind: Kind
    id: int
    conversation_id: int
    why: str
    question: str
    occurred_at: datetime
    short: str = ""
    before: str = ""
    after: str = ""


def suggest_cases(actor: Actor, *, session: Session, kind: str = "", limit: int = 30) -> list[CaseSuggestion]:
    """What is worth a case and is none yet, the most telling first of each kind.

    Costs about ten queries, whatever the size of the installation: only what is new is looked at.

    Args:
        kind: only edit, label or resolved; empty: all.
        limit: at most so many of each kind.

    Raises:
        PermissionDenied: the actor may not change eval cases.
    """
    require(actor, Permission.EVALS_EDIT)
    found: list[CaseSuggestion] = []
    if kind in ("", "edit"):
        found += _edits(limit, session=session)
    if kind in ("", "label"):
        found += _labels(limit, session=session)
    if kind in ("", "resolved"):
        found += _resolved(limit, session=session)
    return found


def _edits(limit: int, *, session: Session) -> list[CaseSuggestion]:
    """Replies whose draft was changed most, of those sent lately."""
    made = exists().where(
        col(EvalCase.conversation_id) == col(Reply.conversation_id),
        col(EvalCase.draft_id) == col(Reply.draft_id),
    )
    rows = session.exec(
        select(Reply)
        .join(Message, col(Message.id) == col(Reply.message_id))
        .where(
            col(Reply.id) > _newest(Reply, session=session) - _LOOKED_AT,
            col(Reply.draft_id).is_not(None),
            col(Reply.edit_ratio) >= MUCH,
            Reply.draft_text != "",
            col(Message.recalled_at).is_(None),
            ~made,
        )
        .order_by(col(Reply.edit_ratio).desc(), col(Reply.id).desc())
        .limit(limit)
    ).all()
    questions = _questions([reply.conversation_id for reply in rows], session=session)
    return [
        CaseSuggestion(
            "edit",
            reply.key,
            reply.conversation_id,
            f"{100 * (reply.edit_ratio or 0):.0f} % of the draft's words were changed before it was sent.",
            questions.get(reply.conversation_id, ""),
            reply.created_at,
            f"{100 * (reply.edit_ratio or 0):.0f} % changed",
            before=reply.draft_text,
            after=reply.final_text,
        )
        for reply in rows
    ]


def _labels(limit: int, *, session: Session) -> list[CaseSuggestion]:
    """What people found not good about drafts and replies."""
    criteria = {
        each.key: each
        for each in session.exec(select(Criterion).where(col(Criterion.retired_at).is_(None)))
        if each.good and {DRAFT, REPLY} & set(each.subjects) and each.kind not in ("span", "note")
    }
    if not criteria:
        return []
    rows = session.exec(
        select(Judgement)
        .where(
            col(Judgement.id) > _newest(Judgement, session=session) - _LOOKED_AT,
            col(Judgement.criterion_id).in_(criteria),
            Judgement.judge_type == "person",
            col(Judgement.subject_type).in_((DRAFT, REPLY)),
            Judgement.origin != "flag",  # those have a case already
            *in_force(),
        )
        .order_by(col(Judgement.id).desc())
        .limit(_SHOWN)
    ).all()
    weak = [each for each in rows if is_good(criteria[each.criterion_id], each.answer) is False]
    about = _about(weak, session=session)
    known = _cases_in([place[0] for place in about.values()], session=session)
    listed = []
    for judgement in weak:
        place = about.get((judgement.subject_type, judgement.subject_id))
        if place is None or (place[0], place[1]) in known:
            continue
        listed.append((judgement, place))
        if len(listed) == limit:
            break
    questions = _questions([place[0] for _, place in listed], session=session)
    return [
        CaseSuggestion(
            "label",
            judgement.key,
            place[0],
            f"A person answered “{judgement.answer.replace('_', ' ')}” to “"
            f"{criteria[judgement.criterion_id].question}”",
            questions.get(place[0], ""),
            judgement.created_at,
            f"{criteria[judgement.criterion_id].name}: {judgement.answer}".replace("_", " "),
            before=place[2],
        )
        for judgement, place in listed
    ]


def _resolved(limit: int, *, session: Session) -> list[CaseSuggestion]:
    """Conversations that ended with the best rating, those first whose theme no case is about."""
    made = exists().where(col(EvalCase.conversation_id) == col(Conversation.id))
    replied = exists().where(
        col(Message.conversation_id) == col(Conversation.id), col(Message.author).in_(("rep", "assistant"))
    )
    rows = session.execute(
        select(Conversation.id, Conversation.last_message_at)
        .where(
            col(Conversation.id) > _newest(Conversation, session=session) - _LOOKED_AT,
            col(Conversation.status).in_(("resolved", "closed")),
            Conversation.csat == _PLEASED,
            ~made,
            replied,
        )
        .order_by(col(Conversation.id).desc())
        .limit(_SHOWN)
    ).all()
    themes = themes_of([row[0] for row in rows], session=session)
    tested = set(session.exec(select(EvalCase.theme).where(EvalCase.state != "dismissed").distinct()))
    ranked = sorted(rows, key=lambda row: themes.get(row[0], "") in tested | {""})[:limit]
    questions = _questions([row[0] for row in ranked], session=session)
    suggestions = []
    for conversation_id, ended_at in ranked:
        theme = themes.get(conversation_id, "")
        about = f" No case is about “{theme.replace('_', ' ')}” yet." if theme and theme not in tested else ""
        suggestions.append(
            CaseSuggestion(
                "resolved",
                conversation_id,
                conversation_id,
                f"The customer gave {_PLEASED} of 5.{about}",
                questions.get(conversation_id, ""),
                ended_at,
                f"{_PLEASED} of 5",
            )
        )
    return suggestions


def _newest(table: Any, *, session: Session) -> int:
    return session.scalar(select(func.max(table.id))) or 0


def _about(
    judgements: Sequence[Judgement], *, session: Session
) -> dict[tuple[str, int], tuple[int, int | None, str]]:
    """Conversation, draft and text of each judged draft or reply."""
    wanted = {
        kind: [each.subject_id for each in judgements if each.subject_type == kind] for kind in (DRAFT, REPLY)
    }
    found: dict[tuple[str, int], tuple[int, int | None, str]] = {}
    if wanted[DRAFT]:
        for draft in session.execute(
            select(Draft.id, Draft.conversation_id, Draft.text).where(
                col(Draft.id).in_(wanted[DRAFT]), Draft.state == "ready"
            )
        ):
            found[DRAFT, draft[0]] = (draft[1], draft[0], draft[2])
    if wanted[REPLY]:
        for reply in session.execute(
            select(Reply.id, Reply.conversation_id, Reply.draft_id, Reply.final_text)
            .join(Message, col(Message.id) == col(Reply.message_id))
            .where(col(Reply.id).in_(wanted[REPLY]), col(Message.recalled_at).is_(None))
        ):
            found[REPLY, reply[0]] = (reply[1], reply[2], reply[3])
    return found


def _cases_in(conversation_ids: Iterable[int], *, session: Session) -> set[tuple[int, int | None]]:
    rows = session.execute(
        select(EvalCase.conversation_id, EvalCase.draft_id).where(
            col(EvalCase.conversation_id).in_(set(conversation_ids))
        )
    )
    return {(row[0], row[1]) for row in rows}


def _questions(conversation_ids: Iterable[int], *, session: Session) -> dict[int, str]:
    """What the customer wrote first in each conversation, shortened."""
    ids = set(conversation_ids)
    if not ids:
        return {}
    first = (
        select(func.min(Message.position))
        .where(col(Message.author) == "customer", col(Message.recalled_at).is_(None))
        .group_by(col(Message.conversation_id))
        .with_only_columns(
            col(Message.conversation_id).label("conversation_id"),
            func.min(Message.position).label("position"),
        )
        .where(col(Message.conversation_id).in_(ids))
        .subquery()
    )
    rows = session.execute(
        select(Message.conversation_id, func.substr(Message.text, 1, 400)).join(
            first,
            (first.c.conversation_id == col(Message.conversation_id))
            & (first.c.position == col(Message.position)),
        )
    )
    return {row[0]: row[1] for row in rows}
