"""Store the sample's eval cases, each by whoever made it and at the time they made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Conversation, Customer, Message, Reply
from core.evals import EvalCase, Flag, case_from_edit, case_from_label, case_from_resolved, create_case
from core.identity import Actor
from core.sample.evals.answers import asked_in
from core.sample.evals.derived import Origin, Source
from core.sample.generator import SEED
from core.sample.story import Story
from core.sample.written_cases import WrittenCase

_FROM: Mapping[Source, Callable[..., EvalCase]] = {
    "edit": case_from_edit,
    "resolved": case_from_resolved,
    "label": case_from_label,
}
_LANGUAGES = {"de": "tomasz", "es": "lucia"}
_NOT_YET = timedelta(days=9)
"""What is newer than this, nobody has looked at yet."""
_DISMISSED = (
    "The same as another case of this theme; that one has the clearer question.",
    "The customer's message means nothing without the telephone call before it.",
    "What was sent is right and so is the draft: a matter of taste.",
    "Depends on what the account showed that day, which is not frozen with it.",
)


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case in the database with what the rest of the sample wants to know of it.

    Attributes:
        key: stands for it in recorded answers, see :func:`key_of`.
        asked: what it asks, as :func:`~core.sample.evals.answers.asked_in` has it.
    """

    id: int
    key: str
    asked: str
    source: str
    locale: str
    theme: str
    tags: tuple[str, ...]
    state: str
    critical: bool
    held_out: bool
    created_at: datetime


def key_of(case: EvalCase, names: Mapping[int | None, str]) -> str:
    """``written/ID`` as in the material, or the source with the conversation's name: ``edit/hly-0042``.

    Args:
        names: external ids of conversations by their keys.
    """
    own = case.provenance.get("sample") if case.conversation_id is None else names[case.conversation_id]
    return f"{case.source}/{own}"


def write_written(
    session: Session,
    written: Sequence[WrittenCase],
    *,
    actors: Mapping[str, Actor],
    moved: timedelta,
    reference: datetime,
) -> list[StoredCase]:
    """The cases written by hand. ``moved``: by how much the dated parts of the sample move."""
    stored = []
    changes = []
    for each in written:
        actor = actors[each.by]
        case = create_case(
            actor,
            session=session,
            name=each.name,
            messages=[{"author": author, "text": text} for author, text in each.messages],
            customer=each.customer,
            locale=each.locale,
            channel=each.channel,
            steps=each.steps,
            moment=each.at,
            expectations=each.at_first.get("expect", each.expectations),
            theme=each.theme,
            tags=each.tags,
            weight=each.at_first.get("weight", each.weight),
            polarity=each.polarity,
            critical=each.at_first.get("critical", each.critical),
            provenance={"sample": each.id},
        )
        made = min(each.at + moved + timedelta(hours=2), reference - timedelta(hours=3))
        decision = (each.state, each.reason, actor) if each.state != "candidate" else None
        change = _filed(case, made, actors[each.owner], decision, reference=reference)
        changes.append(change)
        stored.append(_stored(case, {}, change, critical=each.critical, held_out=each.held_out))
    _change(session, changes)
    return stored


def write_derived(
    session: Session, origins: Sequence[Origin], *, actors: Mapping[str, Actor], reference: datetime
) -> list[StoredCase]:
    """The cases made of what happened, by the specialist who speaks the language."""
    rng = Random(f"{SEED}:cases:made")  # noqa: S311 - no secrets
    names: dict[int | None, str] = {}
    _kept = _read_ahead(session, origins)
    stored = []
    changes = []
    for place, origin in enumerate(origins):
        locale = origin.story.record.locale
        actor = actors[_LANGUAGES.get(locale, ("lucia", "tomasz")[place % 2])]
        case = _FROM[origin.source](actor, origin.subject_id, session=session)
        names[case.conversation_id] = origin.story.record.external_id
        made = min(origin.at + timedelta(hours=rng.uniform(3, 60)), reference - timedelta(hours=1))
        decision: tuple[str, str, Actor] | None = None
        if made < reference - _NOT_YET:
            dismissed = rng.random() < 0.07
            reason = rng.choice(_DISMISSED) if dismissed else ""
            decision = ("dismissed" if dismissed else "accepted", reason, actor)
        change = _filed(case, made, actor, decision, reference=reference) | {
            "new_expectations": [*case.expectations, *origin.expectations],
            "new_theme": origin.story.intent,
            "new_tags": list(origin.story.record.tags),
            "new_weight": 2.0 if origin.story.record.priority <= 2 else 1.0,
        }
        changes.append(change)
        stored.append(_stored(case, names, change))
    _change(session, changes)
    return stored


def _read_ahead(session: Session, origins: Sequence[Origin]) -> list[Any]:
    """What freezing gets one by one; as long as somebody holds it, the session has it at hand."""
    names = {origin.story.record.external_id for origin in origins}
    ours = select(Conversation.id).where(col(Conversation.external_id).in_(names))
    conversations = session.exec(select(Conversation).where(col(Conversation.id).in_(ours))).all()
    customers = {each.customer_id for each in conversations}
    return [
        *conversations,
        *session.exec(select(Customer).where(col(Customer.id).in_(customers))),
        *session.exec(select(Draft).where(col(Draft.conversation_id).in_(ours))),
        *session.exec(select(Reply).where(col(Reply.conversation_id).in_(ours))),
        *session.exec(select(Message).where(col(Message.conversation_id).in_(ours))),
    ]


def file_flagged(session: Session, stories: Sequence[Story], conversations: Mapping[str, int]) -> None:
    """Cases of flags, which were made before there were classifiers: their time and their theme."""
    themes = {conversations[story.record.external_id]: story.intent for story in stories}
    first: dict[int | None, Flag] = {}
    for flag in session.exec(select(Flag).order_by(col(Flag.id))):
        first.setdefault(flag.case_id, flag)
    for case in session.exec(select(EvalCase).where(EvalCase.source == "flag")):
        flag = first[case.key]
        case.created_at, case.decided_at = flag.created_at, flag.decided_at
        case.theme = themes.get(flag.conversation_id, case.theme)
        session.add(case)
    session.flush()


def _filed(
    case: EvalCase,
    made: datetime,
    owner: Actor,
    decision: tuple[str, str, Actor] | None,
    *,
    reference: datetime,
) -> dict[str, Any]:
    """What of a case differs from how the product stores a new one. ``decision``: state, reason, by whom."""
    state, reason, decider = decision or ("candidate", "", None)
    decided = min(made + timedelta(hours=20), reference - timedelta(minutes=40))
    return {
        "key": case.key,
        "new_state": state,
        "new_review": state if decision else "",
        "new_created_at": made,
        "new_owner_id": owner.person_id,
        "new_decided_by_id": decider.person_id if decider else None,
        "new_decided_at": decided if decision else None,
        "new_decision_reason": reason,
        "new_expectations": case.expectations,
        "new_theme": case.theme,
        "new_tags": case.tags,
        "new_weight": case.weight,
    }


def _stored(
    case: EvalCase,
    names: Mapping[int | None, str],
    change: Mapping[str, Any],
    *,
    critical: bool = False,
    held_out: bool = False,
) -> StoredCase:
    return StoredCase(
        id=case.key,
        key=key_of(case, names),
        asked=asked_in(case.input),
        source=case.source,
        locale=case.locale,
        theme=change["new_theme"],
        tags=tuple(change["new_tags"]),
        state=change["new_state"],
        critical=critical,
        held_out=held_out,
        created_at=change["new_created_at"],
    )


def _change(session: Session, changes: Sequence[Mapping[str, Any]]) -> None:
    if not changes:
        return
    table = EvalCase.__table__  # type: ignore[attr-defined]
    names = [name.removeprefix("new_") for name in changes[0] if name != "key"]
    statement = (
        update(table)
        .where(table.c.id == bindparam("key"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    session.connection().execute(statement, list(changes))
    session.expire_all()
