"""Cases from what people did: a label, an edited draft, a conversation that was resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.conversations import Conversation, Message, Reply
from core.criteria import Criterion, Judgement, choices, given, is_good
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.evals.cases.fields import checked_expectations
from core.evals.flagging.raising import NEGATIVE, POSITIVE
from core.evals.flagging.subjects import DRAFT, MESSAGE, REPLY, Subject, read_subject
from core.evals.frozen.freezing import find_case, freeze, store_case
from core.evals.held_out import held_out_among
from core.evals.tables import EvalCase
from core.identity import Actor, Permission, require

MUCH, LITTLE = 0.4, 0.1
"""Share of a draft's words that changed from which it was wrong, and up to which it was right."""
_WORDS_OF_A_REPLY = 12
_RESOLVED = ("resolved", "closed")


def case_from_edit(actor: Actor, reply_id: int, *, session: Session) -> EvalCase:
    """Freeze what a draft was written for, with what the rep sent instead as the reference.

    Negative when much was changed, positive when hardly anything was. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        NotFound: there is no such reply.
        InvalidInput: it was written without a draft.
        Conflict: it was taken back, or its case is held out.
    """
    require(actor, Permission.EVALS_EDIT)
    reply = session.get(Reply, reply_id)
    if reply is None:
        raise NotFound(f"There is no reply {reply_id}.")
    if reply.draft_id is None or reply.edit_ratio is None:
        raise InvalidInput(
            "This reply was written without a draft, so there is no edit to learn from. Make a case of the "
            "conversation instead, when it is resolved."
        )
    subject = read_subject(REPLY, reply_id, session=session)
    changed = reply.edit_ratio
    return _made(
        actor,
        subject,
        [{"kind": "reference", "text": reply.final_text}],
        source="edit",
        polarity=NEGATIVE if changed >= MUCH else POSITIVE if changed <= LITTLE else "",
        provenance={"reply": reply_id, "draft": reply.draft_id, "edited": round(changed, 3)},
        session=session,
    )


def case_from_label(actor: Actor, judgement_id: int, *, session: Session) -> EvalCase:
    """Freeze what somebody judged, and expect a good answer to the same criterion.

    A good answer is expected again; where the answer was not good, any good one is. Of a criterion that
    does not say what is good, the answer itself. A conversation stands for our last reply in it. Safe to
    repeat.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        NotFound: there is no such judgement by a person, or its subject is gone.
        InvalidInput: it cannot be asked about an answer of ours, or there is none.
        Conflict: it was taken back or corrected, or its case is held out.
    """
    require(actor, Permission.EVALS_EDIT)
    judgement = session.get(Judgement, judgement_id)
    if judgement is None or judgement.judge_type != "person":
        raise NotFound(f"There is no label {judgement_id} by a person.")
    if judgement.withdrawn_at is not None or judgement.superseded_by_id is not None:
        raise Conflict("This label was taken back or corrected. Take the newer one.")
    criterion = session.get_one(Criterion, judgement.criterion_id)
    subject = _judged(judgement, criterion, session=session)
    good = is_good(criterion, judgement.answer)
    right = tuple(each for each in choices(criterion) if is_good(criterion, each))
    return _made(
        actor,
        subject,
        [
            {
                "kind": "criterion",
                "criterion": criterion.name,
                "answers": list(right if good is False else given(judgement.answer)),
            }
        ],
        source="label",
        polarity="" if good is None else POSITIVE if good else NEGATIVE,
        provenance={"judgement": judgement_id, judgement.subject_type: judgement.subject_id},
        session=session,
    )


def case_from_resolved(actor: Actor, conversation_id: int, *, session: Session) -> EvalCase:
    """Freeze what the customer asked first, with our last reply as the reference: what settled it.

    A short closing line is passed over. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        NotFound: there is no such conversation.
        InvalidInput: nobody asked, or we never replied.
        Conflict: it is not resolved yet, or its case is held out.
    """
    require(actor, Permission.EVALS_EDIT)
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    if conversation.status not in _RESOLVED:
        raise Conflict("This conversation is not resolved yet, so it is not known what settled it.")
    ours = _ours(conversation_id, session=session)
    if not ours:
        raise InvalidInput("We never replied in this conversation after the customer wrote.")
    settled = next((each for each in reversed(ours) if len(each.text.split()) >= _WORDS_OF_A_REPLY), ours[-1])
    return _made(
        actor,
        read_subject(MESSAGE, ours[0].key, session=session),
        [{"kind": "reference", "text": settled.text}],
        source="resolved",
        polarity=POSITIVE,
        provenance={"conversation": conversation_id, "message": settled.key},
        session=session,
    )


def _judged(judgement: Judgement, criterion: Criterion, *, session: Session) -> Subject:
    if criterion.kind in ("span", "note"):
        raise InvalidInput(
            f"“{criterion.question}” is answered in free words, so no answer can be expected. Take a label "
            "with one of several answers."
        )
    if not {DRAFT, REPLY} & set(criterion.subjects):
        raise InvalidInput(
            f"“{criterion.question}” is not asked about drafts or replies, so no grader could say whether an "
            "answer of ours meets it."
        )
    if judgement.subject_type != "conversation":
        return read_subject(judgement.subject_type, judgement.subject_id, session=session)
    ours = _ours(judgement.subject_id, session=session)
    if not ours:
        raise InvalidInput("We never replied in this conversation, so there is no answer of ours to expect.")
    return read_subject(MESSAGE, ours[-1].key, session=session)


def _ours(conversation_id: int, *, session: Session) -> list[Message]:
    """What we wrote after the customer did, oldest first, without what was taken back."""
    messages = session.exec(
        select(Message)
        .where(Message.conversation_id == conversation_id, col(Message.recalled_at).is_(None))
        .order_by(col(Message.position))
    ).all()
    first = next((place for place, each in enumerate(messages) if each.author == "customer"), len(messages))
    return [each for each in messages[first:] if each.author in ("rep", "assistant")]


def _made(
    actor: Actor,
    subject: Subject,
    expectations: list[dict[str, Any]],
    *,
    source: str,
    polarity: str,
    provenance: Mapping[str, Any],
    session: Session,
) -> EvalCase:
    """The case of this subject with these expectations, whether or not something else has made it before."""
    expected = checked_expectations(expectations)
    lock = select(Conversation.id).where(col(Conversation.id) == subject.conversation_id)
    session.exec(lock.with_for_update()).one()  # two windows would store the same case twice
    frozen = freeze(subject, session=session)
    case = find_case(subject, frozen, session=session)
    verb = "created" if case is None else "extended"
    if case is None:
        case = store_case(
            subject,
            frozen,
            session=session,
            created_by_id=actor.person_id,
            source=source,
            polarity=polarity,
            provenance=provenance,
        )
        case.owner_id = actor.person_id
        case.expectations = expected
    elif not actor.can(Permission.EVALS_HELD_OUT) and held_out_among([case.key], session=session):
        raise Conflict("This was made a case already, and it is held out. Nothing was changed.")
    else:
        new = [each for each in expected if each not in case.expectations]
        if not new:
            return case
        case.expectations = [*case.expectations, *new]
        case.provenance = {**provenance, **case.provenance}
        case.revision += 1
        case.updated_by_id, case.updated_at = actor.person_id, now()
        if case.state == "dismissed" and not case.review:
            case.state = "candidate"
    session.add(case)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        f"eval_case.{verb}",
        session=session,
        subject_type="eval_case",
        subject_id=case.key,
        source=source,
        conversation_id=subject.conversation_id,
    )
    return case
