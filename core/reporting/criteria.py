"""What is known of each criterion: estimates from random queues, alone and with a classifier's help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from core.criteria import Criterion, list_criteria
from core.identity import Actor, Permission, require
from core.labelling.tables import LabelQueue
from core.reporting.asked import Asked, asked_of
from core.reporting.estimates import Estimate
from core.reporting.labels import Labelled, judged_otherwise, labelled_items, probability_queues
from core.reporting.predictions import ABOUT_ALL, Predictions, predictions_of
from core.statistics import Rate, clustered_rate, prediction_powered_rate, stratified_rate, too_few

NOT_DRAWN = "Chosen, not drawn at random: this says what was found, not how often it happens."
_ORIGINS = {
    "label": "label queues",
    "flag": "flags",
    "adjudication": "adjudications",
    "assist": "Assist",
    "questionnaire": "imported questionnaires",
    "import": "imports",
}


@dataclass(frozen=True, slots=True)
class Combined:
    """People's judgements of a few with a classifier's of all; or why they must not be combined."""

    classifier: str
    estimate: Estimate | None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class CriterionEstimate:
    """One rate of a criterion from one queue, or what was found elsewhere (``queue`` is empty then)."""

    name: str
    version: int
    question: str
    queue: str
    people: Estimate
    combined: tuple[Combined, ...] = ()


def criterion_estimates(actor: Actor, *, session: Session) -> list[CriterionEstimate]:
    """Everything people judged, by the newest version of each criterion.

    A queue that was drawn by chance gives an estimate for what it was drawn from. Everything else is
    counted and never called a rate.

    Raises:
        PermissionDenied: the actor may not see quality.
    """
    require(actor, Permission.QUALITY_READ)
    criteria = {criterion.key: criterion for criterion in list_criteria(session=session)}
    found: list[CriterionEstimate] = []
    for queue in probability_queues(list(criteria), session=session):
        found += _of_queue(queue, criteria[queue.criterion_id], session=session)
    for criterion_id, origins in judged_otherwise(list(criteria), session=session).items():
        found += _found(criteria[criterion_id], origins)
    return sorted(found, key=lambda each: (each.question.casefold(), not each.queue))


def human_rate(queue: LabelQueue, items: Sequence[Labelled], counts: Callable[[str], bool]) -> Rate:
    """The share in the queue's frame by people's judgements alone.

    Each stratum weighs what it holds in the frame, however many of it were drawn or judged so far.
    """
    strata = _strata(queue)
    values = np.array([item.share(counts) for item in items])
    names = [item.stratum for item in items]
    judged = {name: names.count(name) for name in strata}
    if len({item.conversation_id for item in items}) == len(items) and np.isin(values, (0.0, 1.0)).all():
        hits = dict.fromkeys(strata, 0.0)
        for name, value in zip(names, values, strict=True):
            hits[name] += float(value)
        return stratified_rate(
            [(max(strata[name], judged[name]), hits[name], judged[name]) for name in strata]
        )
    weights = [strata[name] / judged[name] for name in names]
    return clustered_rate(values, [item.conversation_id for item in items], weights=weights)


def combine(
    queue: LabelQueue, items: Sequence[Labelled], predictions: Predictions, counts: Callable[[str], bool]
) -> Rate:
    """People's judgements of a random queue with a classifier's of everything it was drawn from.

    Raises:
        ValueError: the queue is no simple random sample, or the classifier did not judge all of what
            it was drawn from; the message is for the reader.
    """
    if queue.design.get("probability") is not True:
        raise ValueError("Not combined: the labelled ones are no random sample.")
    if len(_strata(queue)) > 1:
        raise ValueError("Not combined: only a queue drawn without groups can be.")
    frame_size = queue.design["frame_size"]
    if abs(predictions.count - frame_size) > ABOUT_ALL * frame_size:
        raise ValueError(
            f"Not combined: {predictions.classifier} judged {predictions.count:,} of them, but the queue "
            f"was drawn from {frame_size:,}."
        )
    if any(item.subject_id not in predictions.of_labelled for item in items):
        raise ValueError(f"Not combined: {predictions.classifier} did not judge everything people labelled.")
    predicted = [float(counts(predictions.of_labelled[item.subject_id])) for item in items]
    hits = sum(times for answer, times in predictions.answers.items() if counts(answer)) - int(sum(predicted))
    others = np.zeros(predictions.count - len(items))
    others[:hits] = 1.0
    conversations = [item.conversation_id for item in items]
    repeated = len(set(conversations)) < len(conversations)
    return prediction_powered_rate(
        [item.share(counts) for item in items],
        predicted,
        others,
        clusters=conversations if repeated else None,
    )


def _of_queue(queue: LabelQueue, criterion: Criterion, *, session: Session) -> list[CriterionEstimate]:
    items = labelled_items(queue, session=session)
    if not items:
        return []
    classifiers = predictions_of(queue, [item.subject_id for item in items], session=session)
    return [
        CriterionEstimate(
            criterion.name,
            criterion.version,
            criterion.question,
            queue.name,
            _estimate(criterion, asked, queue, items, human_rate(queue, items, asked.counts)),
            tuple(_combined(criterion, asked, queue, items, each) for each in classifiers),
        )
        for asked in asked_of(criterion)
    ]


def _combined(
    criterion: Criterion, asked: Asked, queue: LabelQueue, items: Sequence[Labelled], of: Predictions
) -> Combined:
    try:
        rate = combine(queue, items, of, asked.counts)
    except ValueError as error:
        return Combined(of.classifier, None, str(error))
    return Combined(of.classifier, _estimate(criterion, asked, queue, items, rate, classifier=of))


def _estimate(
    criterion: Criterion,
    asked: Asked,
    queue: LabelQueue,
    items: Sequence[Labelled],
    rate: Rate,
    *,
    classifier: Predictions | None = None,
) -> Estimate:
    design = queue.design
    judged = f"{len(items):,} of {queue.size:,} items judged; from {design['frame_size']:,} {design['frame']}"
    if classifier is not None:
        judged += f"; with {classifier.count:,} answers of {classifier.classifier}"
    return Estimate(
        label=criterion.question,
        rate=rate,
        n=len(items),
        clusters=len({item.conversation_id for item in items}),
        sample=judged,
        probability=True,
        warning=" ".join(filter(None, [too_few(rate), rate.note])),
        what=asked.what,
    )


def _found(criterion: Criterion, origins: dict[str, dict[str, int]]) -> list[CriterionEstimate]:
    """What was judged outside random queues: counts, and no rate."""
    total = sum(sum(answers.values()) for answers in origins.values())
    parts = [f"{_ORIGINS.get(name, 'elsewhere')} {sum(each.values()):,}" for name, each in origins.items()]
    found = []
    for asked in asked_of(criterion):
        hits = sum(
            times for each in origins.values() for answer, times in each.items() if asked.counts(answer)
        )
        estimate = Estimate(
            label=criterion.question,
            rate=None,
            n=total,
            clusters=0,
            sample=f"judgements from {', '.join(sorted(parts))}",
            probability=False,
            warning=NOT_DRAWN,
            what=asked.what,
            found=f"{hits:,} of {total:,}",
        )
        found.append(CriterionEstimate(criterion.name, criterion.version, criterion.question, "", estimate))
    return found


def _strata(queue: LabelQueue) -> dict[str, int]:
    """Name -> size in the frame; one without a name when it was drawn as a whole."""
    given = queue.design.get("strata") or []
    if not given:
        return {"": queue.design["frame_size"]}
    return {stratum["name"]: stratum["size"] for stratum in given}
