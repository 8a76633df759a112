"""What would have been different: against the live version, and for conversations the AI drafted in."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.classifiers.history.asked import count_answers, find_asked, stored_forms
from core.classifiers.history.sampling import drawn, share_for
from core.classifiers.kind import Subject
from core.classifiers.subjects import read_subjects
from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierVersion
from core.conversations import Reply
from core.statistics import Rate, wilson_rate

_MOST_MOVES = 50
_FLIPS_KEPT = 2_000  # from which some are drawn to show


@dataclass(frozen=True, slots=True)
class Move:
    """How many subjects go from one answer to another. Empty: no answer is given."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A subject to which the live version says something else."""

    subject_id: int
    conversation_id: int
    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AgainstLive:
    """A version beside the live one, on subjects both judged."""

    live_version: int
    """Its number."""
    differing: Rate
    moves: list[Move]
    """Most frequent first."""
    flips: list[ChangedAnswer]
    """Some of them, drawn at random."""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """Conversations in which the AI would not have drafted a reply, and what people did with what it drafted.

    Only replies that were sent are known here: drafts nobody used are ``without_draft``.
    """

    conversations: int
    replies: int
    """Sent in them after the customer said it."""
    sent_as_drafted: int
    sent_edited: int
    without_draft: int
    """Written by a person although, or because, there was no draft worth using."""


@dataclass(frozen=True, slots=True)
class WouldChange:
    """``against_live`` is None where nothing is live, this version is, or the two judged nothing in common;
    ``kept_back`` where the version holds nothing back."""

    against_live: AgainstLive | None
    kept_back: KeptBack | None


def what_would_change(version_id: int, *, session: Session, flips: int = 20, seed: int = 0) -> WouldChange:
    """What a version would have done differently in history. Checks no permission.

    Where it has more than 20,000 answers, a fixed random part of them is compared with the live version's,
    and ``differing.n`` says how many; conversations kept back are counted in full.

    Raises:
        NotFound: there is no such version.
    """
    version = find_asked(version_id, None, session=session).version
    return WouldChange(
        _against_live(version, session=session, flips=flips, seed=seed),
        _kept_back(version, session=session) if version.hold_back else None,
    )


def _against_live(
    version: ClassifierVersion, *, session: Session, flips: int, seed: int
) -> AgainstLive | None:
    classifier = session.get(Classifier, version.classifier_id)
    live_id = classifier.live_version_id if classifier is not None else None
    if live_id is None or live_id == version.id:
        return None
    live = session.get(ClassifierVersion, live_id)
    if live is None or live.subject_type != version.subject_type:
        return None
    new, old = aliased(ClassifierAnswer), aliased(ClassifierAnswer)
    before, after = _said(old), _said(new)
    conditions: list[Any] = [
        col(new.version_id) == version.key,
        col(old.version_id) == live_id,
        col(new.error) == "",
        col(old.error) == "",
    ]
    share = share_for(version.key, session=session)
    if share < 1:
        conditions.append(drawn(new.subject_id, share))
    same_subject = col(old.subject_id) == col(new.subject_id)
    rows = session.execute(
        select(before, after, func.count())
        .select_from(new)
        .join(old, same_subject)
        .where(*conditions)
        .group_by(before, after)
    ).all()
    total = sum(count for _, _, count in rows)
    if not total:
        return None
    moves = [Move(was, becomes, count) for was, becomes, count in rows if was != becomes]
    moves.sort(key=lambda each: (-each.count, each.before, each.after))
    differing = session.execute(
        select(col(new.subject_id), col(new.conversation_id), before, after)
        .select_from(new)
        .join(old, same_subject)
        .where(*conditions, before != after)
        .limit(_FLIPS_KEPT)
    ).all()
    chosen = random.Random(seed).sample(differing, min(flips, len(differing)))  # noqa: S311 - to look at
    texts = read_subjects(version.subject_type, [row[0] for row in chosen], session=session)
    return AgainstLive(
        live.version,
        wilson_rate(sum(each.count for each in moves), total),
        moves[:_MOST_MOVES],
        [
            ChangedAnswer(subject, conversation, _text(texts.get(subject)), was, becomes)
            for subject, conversation, was, becomes in chosen
        ],
    )


def _text(subject: Subject | None) -> str:
    return subject.text if subject is not None else ""


def _said(answer: Any) -> Any:
    """The answer that was given, empty where it abstained."""
    return case((col(answer.abstained), ""), else_=col(answer.answer))


def _kept_back(version: ClassifierVersion, *, session: Session) -> KeptBack:
    asked = find_asked(version.key, None, session=session)
    forms = stored_forms(version.hold_back, count_answers(asked, session=session))
    held = (
        asked.select(
            col(ClassifierAnswer.conversation_id).label("conversation_id"),
            func.min(col(ClassifierAnswer.occurred_at)).label("since"),
        )
        .where(col(ClassifierAnswer.answer).in_(forms), col(ClassifierAnswer.abstained).is_(False))
        .group_by(col(ClassifierAnswer.conversation_id))
        .cte("held")
    )
    conversations = session.execute(select(func.count()).select_from(held)).scalar_one()
    used = col(Reply.draft_id).is_not(None)
    as_drafted = used & (func.coalesce(col(Reply.edit_ratio), 0) == 0)
    replies, plain, drafted = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((as_drafted, 1), else_=0)), 0),
            func.coalesce(func.sum(case((used, 1), else_=0)), 0),
        )
        .select_from(held)
        .join(Reply, col(Reply.conversation_id) == held.c.conversation_id)
        .where(col(Reply.created_at) >= held.c.since)
    ).one()
    return KeptBack(conversations, replies, plain, drafted - plain, replies - drafted)
