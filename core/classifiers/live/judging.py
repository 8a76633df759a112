"""Judge what is new, with every version in use, each subject once.

Subjects are found after a cursor, scored outside any transaction, and stored in one: answers, judgements
and cursor together. A process may be killed at any moment; what it had not stored is found again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.classifiers.deciding import Prediction
from core.classifiers.kind import Services
from core.classifiers.live import cursors
from core.classifiers.live.finding import New, find_failed, find_new, newest_place
from core.classifiers.live.posts import JUDGED, Post, list_posts
from core.classifiers.live.storing import Judged, store_answers
from core.classifiers.opening import open_version
from core.classifiers.subjects import read_subjects
from core.classifiers.tables import ClassifierCursor
from core.database import Database, now
from core.errors import ProviderError, RatchetError

log = logging.getLogger(__name__)

REMOTE = ("prompt",)
"""Kinds that wait for somebody else's machine, and so judge in a thread of their own."""
OVERLAP = 1_000
"""Places before the cursor that are looked at each time: numbers may become visible out of order."""
WINDOW = 20_000
"""Places looked at in one turn."""
SWEEP = timedelta(minutes=2)
RETRIED = timedelta(days=1)
RETRIED_AT_ONCE = 20
_SILENT = Prediction("", 0.0, True, ())


@dataclass(frozen=True, slots=True)
class _Turn:
    """What there is to do for one version."""

    new: Sequence[New]
    fresh: int
    """How many of them, from the first on, are judged for the first time."""
    reached_id: int
    swept: bool
    moves: bool


def judge_new(
    *,
    database: Database,
    services: Services,
    at_most: int = 500,
    should_stop: Callable[[], bool] = lambda: False,
    remote: bool | None = None,
) -> int:
    """Let every version that is live or in shadow judge what has arrived. Safe in several processes.

    A version that fails pauses, keeps why in its cursor, and begins again with a single subject; the
    others go on.

    Args:
        at_most: subjects a version.
        remote: only kinds that wait for a provider (:data:`REMOTE`), or only the others; None: all.

    Returns:
        How many answers were stored.
    """
    with database.reading() as session:
        posts = list_posts(session=session)
    done = 0
    for post in posts:
        if should_stop():
            break
        if post.subject_type not in JUDGED or remote not in (None, post.kind in REMOTE):
            continue
        done += _take_turn(post, database=database, services=services, at_most=at_most)
    return done


def judge_batch(post: Post, new: Sequence[New], *, database: Database, services: Services) -> list[Judged]:
    """What a version says about some subjects. Stores nothing, and waits for no lock.

    Raises:
        ProviderError: the service behind it failed for all of them.
        InvalidInput: the version cannot be read.
    """
    with database.reading() as session:
        subjects = read_subjects(post.subject_type, [each.subject_id for each in new], session=session)
    opened = open_version(post.version_id, database=database, services=services)
    said = dict(zip(subjects, opened.judge(list(subjects.values())), strict=True))
    judged = []
    for each in new:
        subject = subjects.get(each.subject_id)
        judged.append(
            Judged(
                subject_id=each.subject_id,
                conversation_id=each.conversation_id,
                occurred_at=(subject.occurred_at if subject is not None else None) or now(),
                # what says nothing is stored as well, or it would be found for ever
                prediction=said.get(each.subject_id, _SILENT),
                basis_id=each.basis_id,
            )
        )
    return judged


def _take_turn(post: Post, *, database: Database, services: Services, at_most: int) -> int:
    with database.reading() as session:
        cursor = session.get(ClassifierCursor, post.version_id)
    if cursor is None:
        with database.transaction() as session:
            cursors.begin_if_new(post.version_id, post.subject_type, session=session)
        return 0
    if cursor.retry_at is not None and cursor.retry_at > now():
        return 0
    turn = _look(post, cursor, database=database, at_most=1 if cursor.failures else at_most)
    if turn.new:
        with database.transaction() as session:
            if not cursors.claim(post.version_id, session=session):
                return 0
    elif not turn.moves:
        return 0
    try:
        judged = judge_batch(post, turn.new, database=database, services=services) if turn.new else []
        error = _failure_of(judged[: turn.fresh])
        if error and turn.fresh > 1:
            raise ProviderError(error)
    except Exception as problem:  # one version must not keep the others from judging
        note_failure(post, cursor.failures, problem, database=database)
        return 0
    with database.transaction() as session:
        stored = store_answers(post, judged, session=session)
        cursors.advance(post.version_id, reached_id=turn.reached_id, session=session)
        if turn.swept:
            cursors.sweep_done(post.version_id, session=session)
        if error:
            # a subject that fails by itself does not stop the cursor; it is tried again by sweeps
            cursors.note_failure(post.version_id, error, failures=cursor.failures, session=session)
    return stored


def _failure_of(judged: Sequence[Judged]) -> str:
    """Why all of them failed; empty when one did not, or there is none."""
    errors = [each.prediction.error for each in judged]
    return errors[0] if errors and all(errors) else ""


def _look(post: Post, cursor: ClassifierCursor, *, database: Database, at_most: int) -> _Turn:
    with database.reading() as session:
        newest = newest_place(post.subject_type, session=session)
        after = max(cursor.started_at_id, cursor.reached_id - OVERLAP)
        up_to = min(newest, cursor.reached_id + WINDOW)
        new = find_new(
            post.version_id,
            post.subject_type,
            after=after,
            up_to=up_to,
            limit=at_most,
            session=session,
        )
        full = len(new) >= at_most
        reached = new[-1].place if full else up_to
        fresh, swept = len(new), False
        if not full and now() - cursor.swept_at >= SWEEP:
            late = find_new(
                post.version_id,
                post.subject_type,
                after=max(cursor.started_at_id, cursor.swept_id),
                up_to=after,
                limit=at_most,
                session=session,
            )
            again = find_failed(
                post.version_id,
                since=now() - RETRIED,
                limit=RETRIED_AT_ONCE,
                session=session,
            )
            swept = len(late) < at_most
            fresh += len(late)
            known = {each.subject_id for each in (*new, *late)}
            new = [*new, *late, *(each for each in again if each.subject_id not in known)]
    quiet = cursor.swept_id == cursor.mark_id == cursor.reached_id
    moves = reached - cursor.reached_id >= OVERLAP // 2 or (swept and not quiet)
    return _Turn(new, fresh, reached, swept, moves)


def note_failure(post: Post, failures: int, error: Exception, *, database: Database) -> None:
    """Keep why a version could not judge, and let it pause. ``failures``: in a row before this one."""
    if isinstance(error, RatchetError):
        why = str(error)
        log.warning("classifier %s, version %d, could not judge: %s", post.name, post.number, why)
    else:
        why = "Something went wrong while judging; the details are in the server's log."
        log.exception("classifier %s, version %d, could not judge", post.name, post.number)
    with database.transaction() as session:
        cursors.note_failure(post.version_id, why, failures=failures, session=session)
