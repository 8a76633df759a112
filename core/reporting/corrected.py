"""A grader's score as people would judge: its answers about all, corrected by people's about a random few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from core.classifiers.tables import Classifier
from core.criteria import Criterion, is_good
from core.evals import CUSTOMER, PEOPLE, ScoreQuery, Series
from core.evals.tables import LiveGrader
from core.identity import Actor, Permission, require
from core.labelling.tables import LabelQueue
from core.reporting.labels import Labelled, labelled_items, probability_queues
from core.reporting.predictions import ABOUT_ALL, grader_answers, predictions_of, subjects_made
from core.statistics import Rate, prediction_powered_rate

FEWEST_LABELS = 20
"""Labels below which no estimate is shown."""


@dataclass(frozen=True, slots=True)
class CorrectedPart:
    """Some days, the first and the last included. ``rate`` is None where ``note`` says why not."""

    start: date
    end: date
    labels: int
    rate: Rate | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A score as people would judge, of the whole stretch and of each month in it.

    ``frame``: what the labelled ones were drawn from, in words; empty when nothing was labelled.
    """

    whole: CorrectedPart
    months: tuple[CorrectedPart, ...]
    frame: str = ""


def corrected_score(actor: Actor, series: Series, *, session: Session) -> Corrected | None:
    """What people would say of everything a grader judged; None where the judge is no grader.

    People's labels of a queue that was drawn by chance are held against the grader's answers about the
    same subjects, and the difference corrects its answers about all others (prediction-powered inference).
    The grader must have judged all of what the queue was drawn from, or a random share of it.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    query = series.query
    if query.judge in (PEOPLE, CUSTOMER):
        return None
    try:
        queue, items = _queue(series, session=session)
        _check(queue, items, query, session=session)
    except ValueError as refused:
        return Corrected(CorrectedPart(query.since, query.until, 0, None, str(refused)), ())
    criterion = session.get_one(Criterion, series.criterion_id)
    made = subjects_made(queue.subject_type, [each.subject_id for each in items], session=session)
    said = grader_answers(
        queue, query.judge, since=query.since, until=query.until, channel=query.channel, session=session
    )
    good = {key: bool(is_good(criterion, answer)) for key, (_, _, answer) in said.items()}
    found = _Labels(criterion, items, made, said, good)
    return Corrected(
        _part(found, query.since, query.until),
        tuple(_part(found, *month) for month in _months(query.since, query.until)),
        frame=str(queue.design["frame"]),
    )


@dataclass(frozen=True, slots=True)
class _Labels:
    """What people and the grader said of the same subjects, and the grader of the others.

    ``said``: subject -> conversation, day and answer of the grader.
    """

    criterion: Criterion
    items: Sequence[Labelled]
    made: dict[int, date]
    said: dict[int, tuple[int, date, str]]
    good: dict[int, bool]


def _queue(series: Series, *, session: Session) -> tuple[LabelQueue, list[Labelled]]:
    """The queue with the most labels.

    Raises:
        ValueError: there is none; says so for the reader.
    """
    found = [
        (queue, labelled_items(queue, session=session))
        for queue in probability_queues([series.criterion_id], session=session)
        if queue.subject_type == series.query.subject_type
    ]
    if not any(items for _, items in found):
        raise ValueError("Nobody has labelled a random sample of these yet.")
    return max(found, key=lambda each: len(each[1]))


def _check(queue: LabelQueue, items: Sequence[Labelled], query: ScoreQuery, *, session: Session) -> None:
    if len(queue.design.get("strata") or ()) > 1:
        raise ValueError("Only labels of a queue that was drawn without groups can correct a grader.")
    if query.theme is not None or query.product is not None or query.build is not None:
        raise ValueError("It is known for all of them and for a channel, not for a theme, product or build.")
    share = session.execute(
        select(col(LiveGrader.share))
        .join(Classifier, col(Classifier.id) == col(LiveGrader.classifier_id))
        .where(col(Classifier.name) == query.judge, col(LiveGrader.subject_type) == query.subject_type)
    ).scalar_one_or_none()
    predictions = predictions_of(queue, [each.subject_id for each in items], session=session)
    of_grader = next((each for each in predictions if each.classifier == query.judge), None)
    judged = of_grader.count if of_grader is not None else 0
    frame = queue.design["frame_size"]
    wanted = (share or 1.0) * frame
    if abs(judged - wanted) > ABOUT_ALL * wanted and abs(judged - frame) > ABOUT_ALL * frame:
        raise ValueError(
            f"People labelled a sample of {frame:,}, of which it judged {judged:,}: "
            "the one cannot stand for the other."
        )


def _part(found: _Labels, start: date, end: date) -> CorrectedPart:
    both = [
        each
        for each in found.items
        if each.subject_id in found.said and start <= found.made.get(each.subject_id, date.min) <= end
    ]
    if len(both) < FEWEST_LABELS:
        return CorrectedPart(
            start,
            end,
            len(both),
            None,
            f"People have labelled {len(both):,} of these; {FEWEST_LABELS} are needed.",
        )
    labelled = {each.subject_id for each in both}
    others = [
        (conversation_id, found.good[key])
        for key, (conversation_id, day, _) in found.said.items()
        if key not in labelled and start <= day <= end
    ]
    rate = prediction_powered_rate(
        [each.share(lambda answer: bool(is_good(found.criterion, answer))) for each in both],
        [float(found.good[each.subject_id]) for each in both],
        [float(good) for _, good in others],
        clusters=np.array([each.conversation_id for each in both]),
        unlabelled_clusters=np.array([conversation_id for conversation_id, _ in others], dtype=np.int64),
    )
    return CorrectedPart(start, end, len(both), rate, rate.note)


def _months(since: date, until: date) -> list[tuple[date, date]]:
    months: list[tuple[date, date]] = []
    start = since
    while start <= until:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        months.append((start, min(until, following - timedelta(days=1))))
        start = following
    return months
