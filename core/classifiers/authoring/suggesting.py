"""What to label next: the subjects between whose two likeliest answers the model hesitates most.

Margin sampling (Scheffer, Decomain and Wrobel 2001, "Active hidden Markov models for information
extraction"): the smaller the distance of the two highest probabilities, the more an answer teaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classifiers.authoring.access import check_open
from core.classifiers.authoring.candidates import examples_by_subject
from core.classifiers.authoring.work import Work, fit_work, read_work
from core.classifiers.deciding import Prediction, Threshold, decide
from core.classifiers.features import ensure_features, featurizer
from core.classifiers.kind import Model, Scores, Services, Subject
from core.classifiers.subjects import read_subjects, recent_subjects
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require

POOL = 2_000
_POOL_OF_A_PROMPT = 40  # each costs a call of the model


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A subject worth an answer.

    ``margin``: 0 (cannot tell) to 1 (sure). Without a prediction and a margin where there is no model yet.
    """

    subject: Subject
    prediction: Prediction | None
    margin: float | None


def suggest_next(
    actor: Actor,
    classifier_id: int,
    *,
    database: Database,
    services: Services,
    limit: int = 20,
    pool: int = POOL,
) -> list[Suggestion]:
    """Subjects whose answer would teach most, one of a conversation, the most doubtful first.

    Looks at the newest subjects that are no examples yet. While the examples make no classifier, the newest
    ones come without a prediction. The first time, numbers for the pool are computed (seconds for
    thousands) and kept.

    Args:
        limit: at most so many.
        pool: how many of the newest subjects to look at, at most :data:`POOL`.

    Raises:
        PermissionDenied: the actor may not change classifiers.
        NotFound: there is no such classifier.
        Conflict: it is archived, or its question retired.
        ProviderError: the embedding service or the model failed.
    """
    require(actor, Permission.CLASSIFIERS_EDIT)
    work = read_work(classifier_id, database=database)
    check_open(work.desk)
    prompt = work.desk.kind.name == "prompt"
    subjects = _pool(work, min(pool, _POOL_OF_A_PROMPT if prompt else POOL), database=database)
    try:
        model = fit_work(work, database=database, services=services)
    except InvalidInput:  # not enough yet: any answer teaches
        return [Suggestion(each, None, None) for each in _one_a_conversation(subjects)[:limit]]
    if not subjects:
        return []
    scores = _score(model, subjects, database=database, services=services)
    question = work.desk.question
    predictions = decide(scores, question.answers, many=question.many, threshold=Threshold())
    margins = margins_of(scores, many=question.many)
    order = [place for place in np.argsort(margins, kind="stable").tolist() if np.isfinite(margins[place])]
    listed = {subjects[place].subject_id: place for place in order}
    chosen = _one_a_conversation([subjects[place] for place in order])[:limit]
    return [
        Suggestion(
            each,
            predictions[listed[each.subject_id]],
            round(float(margins[listed[each.subject_id]]), 4),
        )
        for each in chosen
    ]


def margins_of(scores: Scores, *, many: bool) -> NDArray[np.float32]:
    """How sure each row is, 0 to 1; NaN where judging failed.

    Of exclusive answers the distance of the two likeliest; of several at once that of the least sure one
    from one half, doubled.
    """
    chances = scores.probabilities
    if many or chances.shape[1] < 2:
        margins: Any = np.abs(chances - 0.5).min(axis=1) * 2
    else:
        top = np.partition(chances, -2, axis=1)[:, -2:]
        margins = top[:, 1] - top[:, 0]
    return np.asarray(np.where(np.isnan(chances).any(axis=1), np.nan, margins), dtype=np.float32)


def _pool(work: Work, size: int, *, database: Database) -> list[Subject]:
    classifier = work.desk.classifier
    with database.reading() as session:
        recent = recent_subjects(classifier.subject_type, session=session, limit=size)
        known = examples_by_subject(classifier.key, recent, session=session)
        unknown = [key for key in recent if key not in known]
        return list(read_subjects(classifier.subject_type, unknown, session=session).values())


def _score(model: Model, subjects: list[Subject], *, database: Database, services: Services) -> Scores:
    rows = None
    if model.features:
        rows = ensure_features(subjects, database=database, featurizer=featurizer(services))
    return model.score(subjects, rows)


def _one_a_conversation(subjects: list[Subject]) -> list[Subject]:
    """The first of each conversation, and of each text: the second would teach little."""
    conversations: set[int] = set()
    texts: set[str] = set()
    chosen = []
    for each in subjects:
        text = " ".join(each.text.casefold().split())
        if each.conversation_id not in conversations and text not in texts:
            chosen.append(each)
            conversations.add(each.conversation_id)
            texts.add(text)
    return chosen
