"""Whether the AI would be held back from texts that are given, not stored: for replays. Stores nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from core.classifiers.deciding import Prediction
from core.classifiers.kind import Services, Subject
from core.classifiers.live.answers import HeldBack, holding_posts, surest_holding, unasked
from core.classifiers.live.judging import REMOTE
from core.classifiers.live.posts import Post
from core.classifiers.opening import open_version
from core.classifiers.tables import ClassifierAnswer
from core.database import Database, now
from core.errors import RatchetError

log = logging.getLogger(__name__)


def would_hold(
    messages: Sequence[Subject],
    conversation: Subject,
    *,
    database: Database,
    services: Services,
    conceal: Callable[[Subject], Subject],
) -> list[HeldBack]:
    """What :func:`list_held` would say of a conversation with these texts. Checks no permission.

    Args:
        messages: the customer's since we last said something, newest first; their ``subject_id`` tells them
            apart.
        conversation: what its customer says.
        conceal: hides personal data of people whom no stored conversation names, before a text leaves.
    """
    with database.reading() as session:
        posts = holding_posts(session=session)
    answers: list[tuple[Post, ClassifierAnswer]] = []
    left: dict[str, HeldBack] = {}
    for post in posts:
        subjects = [conversation] if post.subject_type == "conversation" else list(messages)
        spoken = [each for each in subjects if each.text.strip()]
        given = [conceal(each) for each in spoken] if post.kind in REMOTE else spoken
        for subject, said in zip(spoken, _judge(post, given, database, services), strict=True):
            if said is None or said.error:
                left.setdefault(post.name, unasked(post, subject.subject_id))
            else:
                answers.append((post, _answer(post, subject, said)))
    held = surest_holding(answers)
    for name, each in left.items():
        held.setdefault(name, each)
    return list(held.values())


def _judge(
    post: Post, subjects: Sequence[Subject], database: Database, services: Services
) -> Sequence[Prediction | None]:
    if not subjects:
        return []
    try:
        return open_version(post.version_id, database=database, services=services).judge(subjects)
    except Exception as problem:  # as in production: what cannot be asked holds the draft back
        expected = isinstance(problem, RatchetError)
        log.warning(
            "classifier %s, version %d, could not be asked: %s",
            post.name,
            post.number,
            problem if expected else type(problem).__name__,
            exc_info=not expected,
        )
        return [None] * len(subjects)


def _answer(post: Post, subject: Subject, said: Prediction) -> ClassifierAnswer:
    return ClassifierAnswer(
        version_id=post.version_id,
        subject_id=subject.subject_id,
        conversation_id=subject.conversation_id,
        answer=said.answer,
        confidence=said.confidence,
        abstained=said.abstained,
        occurred_at=subject.occurred_at or now(),
    )
