"""Grade what is new in the sample of each live grader, each subject once a version.

Subjects are found after a cursor, judged outside any transaction, and stored in one: which were met,
judgements and cursor together. A process may be killed at any moment; what it had not stored is found
again. Answers a version gave elsewhere, in shadow or a backtest, are taken as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from core.classifiers import Prediction, Services, open_version, read_subjects
from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierVersion
from core.criteria import Criterion
from core.database import Database, now
from core.errors import ProviderError, RatchetError
from core.evals.continuous import cursors
from core.evals.continuous.finding import find_failed, find_finished, find_sample, newest_id
from core.evals.continuous.graders import is_covered, version_of
from core.evals.continuous.storing import Grades, store_grades
from core.evals.tables import LiveGrader

log = logging.getLogger(__name__)

REMOTE = ("prompt",)
"""Kinds that wait for somebody else's machine, and so grade in a thread of their own."""
OVERLAP = 500
"""Ids before the cursor that are looked at each time: they may become visible out of order."""
WINDOW = 20_000
SWEEP = timedelta(minutes=2)
RETRIED, RETRIED_AT_ONCE = timedelta(days=1), 20
_SILENT = Prediction("", 0.0, True, ())


@dataclass(frozen=True, slots=True)
class _Post:
    """A live grader, the version that grades for it, and the name it judges by."""

    grader: LiveGrader
    name: str
    version: ClassifierVersion
    covered: bool
    closed: str


@dataclass(frozen=True, slots=True)
class _Turn:
    """What there is to do. ``fresh``: how many, from the first on, were not tried before."""

    subjects: Sequence[int]
    fresh: int
    unfinished: Sequence[int]
    gone: Sequence[int]
    reached_id: int
    swept: bool
    moves: bool


def grade_sample(
    *,
    database: Database,
    services: Services,
    at_most: int = 200,
    should_stop: Callable[[], bool] = lambda: False,
    remote: bool | None = None,
) -> int:
    """Let every live grader grade what is new in its sample. Safe in several processes.

    A grader that fails pauses, keeps why, and begins again with a single subject; the others go on. One
    whose classifier is live for replies has nothing to do for them: live judging does it.

    Args:
        at_most: subjects a grader.
        remote: only kinds that wait for a provider (:data:`REMOTE`), or only the others; None: all.

    Returns:
        How many subjects were graded.
    """
    with database.reading() as session:
        posts = _posts(session=session)
    done = 0
    for post in posts:
        if should_stop():
            break
        if remote in (None, post.version.kind in REMOTE):
            done += _take_turn(post, database=database, services=services, at_most=at_most)
    return done


def _posts(*, session: Session) -> list[_Post]:
    rows = session.execute(
        select(LiveGrader, Classifier)
        .join(Classifier, col(Classifier.id) == col(LiveGrader.classifier_id))
        .where(col(LiveGrader.active), col(Classifier.archived_at).is_(None))
        .order_by(col(LiveGrader.id))
    ).all()
    posts = []
    for grader, classifier in rows:
        version = version_of(classifier, session=session)
        if version is None:
            continue
        asked = session.get(Criterion, version.criterion_id)
        closed = ""
        if asked is None or asked.retired_at is not None:
            closed = (
                f"The question “{classifier.criterion_name}” has been retired. Restore it under Criteria."
            )
        elif grader.subject_type not in asked.subjects:
            closed = f"“{asked.question}” is not asked about a {grader.subject_type} any more."
        covered = is_covered(classifier, version, grader.subject_type)
        posts.append(_Post(grader, classifier.name, version, covered, closed))
    return posts


def _take_turn(post: _Post, *, database: Database, services: Services, at_most: int) -> int:
    grader, version = post.grader, post.version
    if grader.retry_at is not None and grader.retry_at > now():
        return 0
    if post.closed:
        if grader.error != post.closed:
            with database.transaction() as session:
                cursors.note_failure(grader.key, post.closed, failures=0, session=session)
        return 0
    if grader.version_id != version.key:
        with database.transaction() as session:
            cursors.begin_version(grader.key, grader.version_id, version.key, session=session)
        return 0 if grader.version_id is not None else _first_turn(post, database, services, at_most)
    turn = _look(post, database=database, at_most=1 if grader.failures else at_most)
    if not (turn.subjects or turn.unfinished or turn.gone or turn.moves):
        return 0
    with database.transaction() as session:
        if not cursors.claim(grader.key, session=session):
            return 0
    try:
        said = judge(version, grader.subject_type, turn.subjects, database=database, services=services)
        error = _failure_of([said[key] for key in turn.subjects[: turn.fresh]])
        if error and turn.fresh > 1:
            raise ProviderError(error)
    except Exception as problem:  # one grader must not keep the others from grading
        _note_failure(post, problem, database=database)
        return 0
    with database.transaction() as session:
        stored = store_grades(
            Grades(grader, version, post.name, said, turn.unfinished, turn.gone), session=session
        )
        cursors.advance(grader.key, reached_id=turn.reached_id, graded=bool(stored), session=session)
        if turn.swept:
            cursors.sweep_done(grader.key, session=session)
        if error:
            # a subject that fails by itself does not stop the cursor; it is tried again by sweeps
            cursors.note_failure(grader.key, error, failures=grader.failures, session=session)
    return stored


def _first_turn(post: _Post, database: Database, services: Services, at_most: int) -> int:
    with database.reading() as session:
        grader = session.get_one(LiveGrader, post.grader.key)
    again = _Post(grader, post.name, post.version, post.covered, post.closed)
    if grader.version_id != post.version.key:
        return 0
    return _take_turn(again, database=database, services=services, at_most=at_most)


def judge(
    version: ClassifierVersion,
    subject_type: str,
    ids: Sequence[int],
    *,
    database: Database,
    services: Services,
) -> dict[int, Prediction]:
    """What a version says about some subjects; what says nothing gets no answer. Stores nothing.

    Raises:
        ProviderError: the service behind it failed for all of them.
        InvalidInput: the version cannot be read.
    """
    if not ids:
        return {}
    with database.reading() as session:
        known = _answered(version, subject_type, ids, session=session)
        subjects = read_subjects(subject_type, [key for key in ids if key not in known], session=session)
    fresh: Mapping[int, Prediction] = {}
    if subjects:
        opened = open_version(version.key, database=database, services=services)
        fresh = dict(zip(subjects, opened.judge(list(subjects.values())), strict=True))
    return {key: known.get(key) or fresh.get(key, _SILENT) for key in ids}


def _answered(
    version: ClassifierVersion, subject_type: str, ids: Sequence[int], *, session: Session
) -> dict[int, Prediction]:
    """Answers the version has given about these already, in shadow or a backtest."""
    if version.subject_type != subject_type:
        return {}
    rows = session.execute(
        select(ClassifierAnswer).where(
            col(ClassifierAnswer.version_id) == version.key,
            col(ClassifierAnswer.subject_id).in_(ids),
            col(ClassifierAnswer.error) == "",
        )
    ).scalars()
    return {
        each.subject_id: Prediction(each.answer, each.confidence or 0.0, each.abstained, ()) for each in rows
    }


def _look(post: _Post, *, database: Database, at_most: int) -> _Turn:
    grader, version_id, moment = post.grader, post.version.key, now()
    with database.reading() as session:
        newest = newest_id(grader.subject_type, session=session)
        up_to = min(newest, grader.reached_id + WINDOW)
        if post.covered:
            return _Turn([], 0, [], [], up_to, False, up_to - grader.reached_id >= OVERLAP)
        after = max(grader.started_at_id, grader.reached_id - OVERLAP)
        found = find_sample(grader, version_id, after=after, up_to=up_to, limit=at_most, session=session)
        finished, gone = find_finished(grader, version_id, limit=at_most, session=session)
        subjects = [*finished, *found.ready][:at_most]
        reached = found.reached_id if len(finished) + len(found.ready) <= at_most else grader.reached_id
        fresh, swept = len(subjects), False
        unfinished = list(found.unfinished)
        if fresh < at_most and moment - grader.swept_at >= SWEEP:
            late = find_sample(
                grader,
                version_id,
                after=max(grader.started_at_id, grader.swept_id),
                up_to=after,
                limit=at_most,
                session=session,
            )
            again = find_failed(
                grader,
                version_id,
                since=moment - RETRIED,
                before=moment - SWEEP,
                limit=RETRIED_AT_ONCE,
                session=session,
            )
            swept = len(late.ready) < at_most
            unfinished += late.unfinished
            subjects = [*subjects, *late.ready]
            fresh = len(subjects)
            subjects = [*subjects, *again]
    quiet = grader.swept_id == grader.mark_id == grader.reached_id
    moves = reached - grader.reached_id >= OVERLAP // 2 or (swept and not quiet)
    return _Turn(subjects, fresh, unfinished, gone, reached, swept, moves)


def _failure_of(predictions: Sequence[Prediction]) -> str:
    """Why all of them failed; empty when one did not, or there is none."""
    errors = [each.error for each in predictions]
    return errors[0] if errors and all(errors) else ""


def _note_failure(post: _Post, problem: Exception, *, database: Database) -> None:
    if isinstance(problem, RatchetError):
        why = str(problem)
        log.warning("live grader %s could not grade: %s", post.name, why)
    else:
        why = "Something went wrong while grading; the details are in the server's log."
        log.exception("live grader %s could not grade", post.name)
    with database.transaction() as session:
        cursors.note_failure(post.grader.key, why, failures=post.grader.failures, session=session)
