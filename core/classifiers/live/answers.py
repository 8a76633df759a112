"""What live classifiers say of a conversation now, and whether one of them keeps the AI from answering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.classifiers.kind import Services
from core.classifiers.live.finding import New, find_unanswered
from core.classifiers.live.judging import judge_batch, note_failure
from core.classifiers.live.posts import LIVE, Post, list_posts
from core.classifiers.live.storing import store_answers
from core.classifiers.tables import ClassifierAnswer, ClassifierCursor
from core.conversations import Conversation
from core.criteria import given
from core.database import Database, now
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """What one live classifier says of a customer's message, or of the conversation (no ``message_id``).

    ``answer`` is the likeliest also where it abstains; several of many_of are joined. ``holds_back``: the AI
    drafts nothing because of it.
    """

    classifier: str
    title: str
    question: str
    answer: str
    confidence: float
    abstained: bool
    message_id: int | None
    holds_back: bool
    classifier_id: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Why the AI must not answer. ``answer`` is empty when the classifier could not be asked."""

    classifier: str
    title: str
    answer: str
    confidence: float
    message_id: int | None
    question: str
    """For the rep: what would let the AI go on."""


def live_answers(conversation_id: int, *, session: Session) -> list[LiveAnswer]:
    """What live classifiers say of the customer's last message and of the conversation, by title.

    Costs three small queries. Checks no permission. What is not judged yet, or could not be, is left out.

    Raises:
        NotFound: there is no such conversation.
    """
    last = _conversation(conversation_id, session=session).last_customer_message_id
    posts = [
        each
        for each in list_posts(session=session, stage=LIVE, criterion_question=True)
        if each.subject_type in ("message", "conversation")
    ]
    messages = [] if last is None else [last]
    return [
        _live_answer(post, answer)
        for post, answer in _answers(posts, conversation_id, messages, session=session)
        if not answer.error
    ]


def held_back(conversation_id: int, *, session: Session, unjudged: bool = False) -> HeldBack | None:
    """The surest reason why the AI drafts nothing; None when it may. See :func:`list_held`."""
    return next(iter(list_held(conversation_id, session=session, unjudged=unjudged)), None)


def list_held(conversation_id: int, *, session: Session, unjudged: bool = False) -> list[HeldBack]:
    """Every live answer upon which the AI drafts nothing, the surest of each classifier, surest first.

    Looks at all messages the customer wrote since we last answered, not only at the last one. Checks no
    permission.

    Args:
        unjudged: also classifiers that may hold back and have not answered: for drafting, which must not go
            past one that cannot be asked.

    Raises:
        NotFound: there is no such conversation.
    """
    _conversation(conversation_id, session=session)
    posts = holding_posts(session=session)
    if not posts:
        return []
    messages = find_unanswered(conversation_id, session=session)
    answers = [
        (post, answer)
        for post, answer in _answers(posts, conversation_id, messages, session=session)
        if not answer.error
    ]
    surest = surest_holding(answers)
    if unjudged:
        asked = {(post.version_id, answer.subject_id) for post, answer in answers}
        for post in posts:
            left = [
                each
                for each in _subjects(post, conversation_id, messages)
                if (post.version_id, each) not in asked
            ]
            if left:
                surest.setdefault(post.name, unasked(post, left[0]))
    return list(surest.values())


def surest_holding(answers: Sequence[tuple[Post, ClassifierAnswer]]) -> dict[str, HeldBack]:
    """Of each classifier by name the surest answer that holds the AI back, surest first."""
    said = [each for each in (_live_answer(post, answer) for post, answer in answers) if each.holds_back]
    surest: dict[str, HeldBack] = {}
    for each in sorted(said, key=lambda answer: -answer.confidence):
        surest.setdefault(each.classifier, _held(each))
    return surest


def unasked(post: Post, subject_id: int) -> HeldBack:
    """A classifier that may hold the AI back and could not be asked does so."""
    message_id = subject_id if post.subject_type == "message" else None
    says = f"“{post.title}” decides whether the AI may answer this, and could not be asked."
    return HeldBack(post.name, post.title, "", 0.0, message_id, f"{says} {_MAY_IT}")


def holding_posts(*, session: Session) -> list[Post]:
    """The live versions that may hold the AI back."""
    return [
        each
        for each in list_posts(session=session, stage=LIVE)
        if each.hold_back and each.subject_type in ("message", "conversation")
    ]


def holding_versions(*, session: Session) -> list[tuple[str, int]]:
    """Name and version of the live classifiers that may keep the AI from answering, by name."""
    return sorted((each.name, each.number) for each in holding_posts(session=session))


_MAY_IT = "May the AI answer anyway? Write “yes”, or what the reply should say."


def judge_now(conversation_id: int, *, database: Database, services: Services) -> int:
    """Ask the live classifiers that may hold the AI back, where they have not answered yet.

    For the moment of drafting. Fails for none of them: what could not be asked stays unanswered, and
    :func:`held_back` with ``unjudged`` says so.

    Returns:
        How many answers were stored.

    Raises:
        NotFound: there is no such conversation.
    """
    with database.reading() as session:
        last = _conversation(conversation_id, session=session).last_customer_message_id
        posts = holding_posts(session=session)
        if not posts:
            return 0
        messages = find_unanswered(conversation_id, session=session)
        known = {
            (post.version_id, answer.subject_id): answer
            for post, answer in _answers(posts, conversation_id, messages, session=session)
        }
        ids = [post.version_id for post in posts]
        pausing = {
            cursor.version_id: cursor
            for cursor in session.exec(
                select(ClassifierCursor).where(col(ClassifierCursor.version_id).in_(ids))
            )
        }
    stored = 0
    for post in posts:
        cursor = pausing.get(post.version_id)
        if cursor is not None and cursor.retry_at is not None and cursor.retry_at > now():
            continue  # its provider is down: the rep does not wait for another failure
        new = [
            New(subject, conversation_id, subject, last if post.subject_type == "conversation" else None)
            for subject in _subjects(post, conversation_id, messages)
            if _is_due(known.get((post.version_id, subject)), post, last)
        ]
        if not new:
            continue
        try:
            judged = judge_batch(post, new, database=database, services=services)
        except Exception as problem:  # a draft is held back then, and the others are still asked
            note_failure(post, cursor.failures if cursor is not None else 0, problem, database=database)
            continue
        with database.transaction() as session:
            stored += store_answers(post, judged, session=session)
    return stored


def _held(answer: LiveAnswer) -> HeldBack:
    says = f"“{answer.title}” says “{answer.answer}”, {100 * answer.confidence:.0f} % sure."
    return HeldBack(
        answer.classifier,
        answer.title,
        answer.answer,
        answer.confidence,
        answer.message_id,
        f"{says} {_MAY_IT}",
    )


def _is_due(answer: ClassifierAnswer | None, post: Post, last: int | None) -> bool:
    if answer is None or answer.error:
        return True
    return post.subject_type == "conversation" and (answer.basis_id or 0) < (last or 0)


def _subjects(post: Post, conversation_id: int, messages: Sequence[int]) -> Sequence[int]:
    return [conversation_id] if post.subject_type == "conversation" else messages


def _answers(
    posts: Sequence[Post], conversation_id: int, messages: Sequence[int], *, session: Session
) -> list[tuple[Post, ClassifierAnswer]]:
    """The stored answers of these versions about the messages or the conversation, whichever they judge."""
    by_version = {post.version_id: post for post in posts}
    wanted = {conversation_id, *messages}
    found = session.exec(
        select(ClassifierAnswer).where(
            col(ClassifierAnswer.version_id).in_(by_version), col(ClassifierAnswer.subject_id).in_(wanted)
        )
    )
    answers = [
        (by_version[each.version_id], each)
        for each in found
        if each.subject_id in _subjects(by_version[each.version_id], conversation_id, messages)
    ]
    return sorted(answers, key=lambda pair: (pair[0].title, -pair[1].subject_id))


def _live_answer(post: Post, answer: ClassifierAnswer) -> LiveAnswer:
    holds = not answer.abstained and bool(set(given(answer.answer)) & set(post.hold_back))
    return LiveAnswer(
        classifier=post.name,
        title=post.title,
        question=post.question,
        answer=answer.answer,
        confidence=answer.confidence or 0.0,
        abstained=answer.abstained,
        message_id=answer.subject_id if post.subject_type == "message" else None,
        holds_back=holds,
        classifier_id=post.classifier_id,
        version=post.number,
    )


def _conversation(conversation_id: int, *, session: Session) -> Conversation:
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound("That conversation does not exist.")
    return found
