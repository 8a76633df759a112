"""Do people who label meanwhile still agree with a live version as much as it was shipped on?"""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from core.classifiers.live.evidence import evidence_rate, stored_rate
from core.classifiers.live.posts import LIVE, Post
from core.classifiers.live.shifts import agreement_shift
from core.classifiers.tables import ClassifierAnswer, ClassifierRelease, DriftAlert
from core.criteria import Judgement, in_force, settled_answers

NAMED = 5
"""Subjects an alert names."""
_CHUNK = 500


def fresh_disagreement(
    post: Post, release: ClassifierRelease, *, accepted: DriftAlert | None, session: Session
) -> dict[str, Any] | None:
    """Evidence that people agree less than it was shipped on; None when they do not, or said too little.

    Args:
        release: by which the version is live; holds what it was shipped on.
        accepted: the last alert about it that was dismissed: only labels given since then count.
    """
    promised = evidence_rate(release.evidence, "right_when_answering")
    if promised is None or not promised.n:
        return None
    since = release.created_at
    if accepted is not None and accepted.decided_at is not None:
        since = max(since, accepted.decided_at)
    fresh = set(
        session.exec(
            select(Judgement.subject_id).where(
                Judgement.criterion_id == post.criterion_id,
                Judgement.subject_type == post.subject_type,
                Judgement.judge_type == "person",
                col(Judgement.created_at) >= since,
                *in_force(),
            )
        )
    )
    if not fresh:
        return None
    settled = settled_answers(post.criterion_id, session=session, subject_type=post.subject_type)
    wanted = sorted(fresh & set(settled))
    judged = [
        (subject_id, conversation_id, settled[subject_id].answer == answer)
        for start in range(0, len(wanted), _CHUNK)
        for subject_id, conversation_id, answer in session.exec(
            select(
                ClassifierAnswer.subject_id, ClassifierAnswer.conversation_id, ClassifierAnswer.answer
            ).where(
                ClassifierAnswer.version_id == post.version_id,
                col(ClassifierAnswer.subject_id).in_(wanted[start : start + _CHUNK]),
                col(ClassifierAnswer.abstained).is_(False),
                ClassifierAnswer.source == LIVE,
                ClassifierAnswer.error == "",
            )
        )
    ]
    found = agreement_shift([each[2] for each in judged], [each[1] for each in judged], promised)
    if found is None:
        return None
    return {
        "since": since.isoformat(),
        "promised": stored_rate(promised),
        "fresh": stored_rate(found),
        "subjects": [each[0] for each in judged if not each[2]][-NAMED:],
    }
