"""What conversations are about, for cases made of them: a live classifier's answer, else a person's."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from core.classifiers.tables import Classifier, ClassifierAnswer
from core.conversations import Conversation
from core.criteria import Criterion, Judgement, given, in_force
from core.evals.tables import ScoreProgress

_CHOICE = ("one_of", "many_of")
_LONGEST = 100


def theme_of(conversation_id: int, *, session: Session) -> str:
    """The theme of one conversation; empty where nobody has said. See :func:`themes_of`."""
    return themes_of([conversation_id], session=session).get(conversation_id, "")


def themes_of(conversation_ids: Collection[int], *, session: Session) -> dict[int, str]:
    """The theme of each conversation about which somebody has said one. Costs a handful of queries.

    Asked are the live classifiers that choose between answers, none of them good or bad, about conversations
    or their last message: the one that names the themes of scores first, then those about conversations, and
    of several answers the first counts. Where they say nothing it is what a person answered to such a
    criterion last.
    """
    if not conversation_ids:
        return {}
    named = session.exec(select(ScoreProgress.theme_criterion)).first() or ""
    # the worst first, so that what comes later stands
    said = sorted(
        _live(conversation_ids, session=session), key=lambda row: (row[1] == named, row[2] == "conversation")
    )
    found = {conversation_id: given(answer)[0][:_LONGEST] for conversation_id, _, _, answer in said}
    left = [each for each in conversation_ids if each not in found]
    return found | (_people(left, named, session=session) if left else {})


def _live(conversation_ids: Collection[int], *, session: Session) -> list[tuple[int, str, str, str]]:
    """Conversation, criterion, kind of subject and answer."""
    asked = _topics(session=session)
    if not asked:
        return []
    live = {
        row[0]: row
        for row in session.execute(
            select(Classifier.live_version_id, Classifier.criterion_name, Classifier.subject_type)
            .where(
                col(Classifier.live_version_id).is_not(None),
                col(Classifier.subject_type).in_(("conversation", "message")),
                col(Classifier.criterion_name).in_(asked),
            )
            .order_by(col(Classifier.id).desc())
        )
    }
    if not live:
        return []
    # by subject: a conversation and a message may have the same key, so the kind is part of it
    about = {("conversation", each): each for each in conversation_ids} | {
        ("message", row[1]): row[0]
        for row in session.execute(
            select(Conversation.id, Conversation.last_customer_message_id).where(
                col(Conversation.id).in_(conversation_ids)
            )
        )
    }
    answers = session.execute(
        select(ClassifierAnswer.version_id, ClassifierAnswer.subject_id, ClassifierAnswer.answer).where(
            col(ClassifierAnswer.version_id).in_(live),
            col(ClassifierAnswer.subject_id).in_({key for _, key in about}),
            ClassifierAnswer.answer != "",
            ClassifierAnswer.error == "",
            col(ClassifierAnswer.abstained).is_(False),
        )
    ).all()
    order = {version_id: place for place, version_id in enumerate(live)}
    found = []
    for version_id, subject_id, answer in sorted(answers, key=lambda row: order[row[0]]):
        _, criterion, subject_type = live[version_id]
        if (conversation_id := about.get((subject_type, subject_id))) is not None:
            found.append((conversation_id, criterion, subject_type, answer))
    return found


def _topics(*, session: Session) -> set[str]:
    """Names of the questions that say what something is about: none of their answers is a good one."""
    found = session.exec(
        select(Criterion).where(col(Criterion.kind).in_(_CHOICE), col(Criterion.retired_at).is_(None))
    )
    return {each.name for each in found if not each.good}


def _people(conversation_ids: Collection[int], named: str, *, session: Session) -> dict[int, str]:
    topics = _topics(session=session)
    if not topics:
        return {}
    rows = session.execute(
        select(Judgement.subject_id, Criterion.name, Judgement.answer)
        .join(Criterion, col(Criterion.id) == col(Judgement.criterion_id))
        .where(
            Judgement.subject_type == "conversation",
            col(Judgement.subject_id).in_(conversation_ids),
            Judgement.judge_type == "person",
            col(Criterion.name).in_(topics),
            *in_force(),
        )
        .order_by(col(Judgement.id))
    ).all()
    said = sorted(rows, key=lambda row: row[1] == named)  # stable: the newest of each comes last
    return {row[0]: given(row[2])[0][:_LONGEST] for row in said}
