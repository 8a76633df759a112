"""How long a backtest will take and what it will cost: a small part of it is really judged, and timed."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.classifiers.features import featurizer
from core.classifiers.history.judging import judge_batch, missing_features
from core.classifiers.history.scope import Said, Scope, check_type, count_subjects, id_range, next_subjects
from core.classifiers.kind import Services
from core.classifiers.opening import Opened, open_version
from core.classifiers.prompt import PromptModel, estimate_judging, measured_request_seconds
from core.classifiers.subjects import read_subjects
from core.database import Database, now
from core.identity import Actor, Permission, require

_PLACES = 8  # in history, from each of which a few neighbours are taken
_NEIGHBOURS = 32
_TIMED = 16  # texts that are made into numbers, or judged as texts, to see how long it takes
_STORING = 25e-6  # seconds a subject to read its row and write its answer, measured on a slow disk


@dataclass(frozen=True, slots=True)
class BacktestEstimate:
    """What a backtest will take.

    Attributes:
        total: subjects in its scope.
        seconds: wall time, while nothing else is going on.
        cost: USD; 0 where judging is free, None where the settings say no price.
        basis: how this was found out, in words to show.
        to_embed: how many texts must be made into numbers first; about, from a sample.
    """

    total: int
    seconds: float
    cost: float | None
    basis: str
    to_embed: int = 0


def estimate_backtest(
    actor: Actor,
    version_id: int,
    *,
    database: Database,
    services: Services,
    since: datetime | None = None,
    until: datetime | None = None,
    channel: str = "",
    locale: str = "",
) -> BacktestEstimate:
    """What asking a version about history would take. Nothing is stored, and no model service is called.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such version.
        InvalidInput: subjects of this type have no history.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    scope = Scope(since, until or now(), channel, locale)
    return estimate_scope(version_id, scope, database=database, services=services)


def estimate_scope(
    version_id: int, scope: Scope, *, database: Database, services: Services
) -> BacktestEstimate:
    """As :func:`estimate_backtest`, without asking who wants to know."""
    opened = open_version(version_id, database=database, services=services)
    subject_type = opened.version.subject_type
    check_type(subject_type)
    with database.reading() as session:
        total = count_subjects(subject_type, scope, session=session)
        sample = _drawn(subject_type, scope, seed=version_id, session=session) if total else []
    if not sample:
        return BacktestEstimate(0, 0.0, 0.0, "There is nothing in this part of history.")
    if isinstance(opened.model, PromptModel):
        return _of_prompt(opened, opened.model, sample, total, database=database)
    if opened.model.features:
        return _of_features(opened, sample, total, database=database, services=services)
    began = time.perf_counter()
    judge_batch(opened, sample, database=database, services=services)
    each = (time.perf_counter() - began) / len(sample)
    return BacktestEstimate(
        total, total * (each + _STORING), 0.0, f"{len(sample)} of them were judged and timed."
    )


def _of_features(
    opened: Opened, sample: Sequence[Said], total: int, *, database: Database, services: Services
) -> BacktestEstimate:
    missing = missing_features(opened, sample, database=database)
    began = time.perf_counter()
    with database.reading() as session:
        ids = [each.subject_id for each in sample[:: max(1, len(sample) // _TIMED)]]
        texts = [
            each.text for each in read_subjects(opened.version.subject_type, ids, session=session).values()
        ]
    rows = featurizer(services).features(texts) if missing else None
    embedding = (time.perf_counter() - began) / max(1, len(texts)) if missing else 0.0
    began = time.perf_counter()
    if rows is not None and len(rows):
        opened.judge([], rows)
    judging = (time.perf_counter() - began) / max(1, len(texts))
    to_embed = round(total * missing / len(sample))
    basis = f"The numbers of all {len(sample)} that were looked at are kept already."
    if missing:
        basis = (
            f"{len(texts)} were judged and timed; {missing} of {len(sample)} that were looked at have no "
            "numbers yet, and making those takes nearly all of the time."
        )
    return BacktestEstimate(total, to_embed * embedding + total * (judging + _STORING), 0.0, basis, to_embed)


def _of_prompt(
    opened: Opened, model: PromptModel, sample: Sequence[Said], total: int, *, database: Database
) -> BacktestEstimate:
    with database.reading() as session:
        ids = [each.subject_id for each in sample]
        subjects = read_subjects(opened.version.subject_type, ids, session=session)
        seconds = measured_request_seconds(session=session, settings=model.services.settings)
    made = estimate_judging(
        model,
        subjects=list(subjects.values()),
        texts=total,
        seconds_a_request=seconds,
    )
    how = "an answer's usual time" if seconds is None else "the time of the newest requests"
    basis = f"{made.requests:,} requests by the length of {len(subjects)} texts and {how}; nothing was sent."
    return BacktestEstimate(total, made.seconds, made.cost, basis)


def _drawn(subject_type: str, scope: Scope, *, seed: int, session: Session) -> list[Said]:
    """Neighbours at a few places all over history, by ascending id."""
    lowest, highest = id_range(subject_type, session=session)
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    found: dict[int, Said] = {}
    for _ in range(_PLACES):
        place = chance.randint(lowest, highest)
        for each in next_subjects(
            subject_type, scope, after_id=place - 1, limit=_NEIGHBOURS, session=session
        ) or next_subjects(subject_type, scope, after_id=0, limit=_NEIGHBOURS, session=session):
            found[each.subject_id] = each
    return [found[key] for key in sorted(found)]
