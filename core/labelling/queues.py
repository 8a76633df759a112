"""Make, close and reopen label queues."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import ceil
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core import audit
from core.criteria import Criterion
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, Person, Role, require
from core.labelling.drawing import Sample, draw
from core.labelling.strategy import Strategy, get_strategy
from core.labelling.tables import LabelItem, LabelQueue
from core.labelling.views import Preview

_SEEDS = 2**31


def preview_queue(
    actor: Actor,
    *,
    session: Session,
    criterion_id: int,
    subject_type: str,
    strategy: str,
    parameters: Mapping[str, Any] | None = None,
    size: int = 100,
    seed: int | None = None,
) -> Preview:
    """What :func:`create_queue` would draw. An empty frame is no error here.

    Raises:
        PermissionDenied: the actor may not make label queues.
        NotFound, Conflict, InvalidInput: as :func:`create_queue`.
    """
    require(actor, Permission.LABELS_MANAGE)
    sample = draw(
        session=session,
        criterion_id=criterion_id,
        subject_type=subject_type,
        strategy=strategy,
        parameters=parameters or {},
        size=size,
        seed=_seed(seed),
    )
    return Preview(sample.design.frame_size, len(sample.drawn.picks), sample.design)


def create_queue(
    actor: Actor,
    *,
    database: Database,
    criterion_id: int,
    subject_type: str,
    strategy: str,
    parameters: Mapping[str, Any] | None = None,
    size: int = 100,
    double_share: float = 0.0,
    people: Sequence[int] = (),
    name: str = "",
    seed: int | None = None,
) -> LabelQueue:
    """Draw subjects and put them in a queue to be judged.

    Drawing may take seconds in a large database, so it reads before the transaction and holds no lock.

    Args:
        strategy: see :func:`core.labelling.strategies`.
        parameters: of the strategy, and the filters: channel, locale, since and until (ISO dates: when
            the conversation began), status (``resolved``) and unjudged (leave out what a person has
            judged by this version).
        size: 1 to 5,000 items; fewer are drawn when there are not as many.
        double_share: 0..1, share of the items that two people judge, neither seeing the other's answer.
        people: ids of those it is for; empty for everybody who may label.
        seed: the same one on the same data draws the same items; by default one is made up and kept.

    Raises:
        PermissionDenied: the actor may not make label queues.
        NotFound: there is no such criterion.
        Conflict: it has been retired.
        InvalidInput: there is nothing to draw from, or an argument cannot be used; says which and why.
    """
    require(actor, Permission.LABELS_MANAGE)
    if not 0 <= double_share <= 1:
        raise InvalidInput("The share that two people judge is between 0 and 1.")
    chosen_seed = _seed(seed)
    way = get_strategy(strategy)
    with database.reading() as session:
        wanted_people = _checked_people(people, session=session)
        if double_share and len(wanted_people) == 1:
            raise InvalidInput("For a second opinion the queue needs two people; it is for one.")
        sample = draw(
            session=session,
            criterion_id=criterion_id,
            subject_type=subject_type,
            strategy=strategy,
            parameters=parameters or {},
            size=size,
            seed=chosen_seed,
        )
        if not sample.drawn.picks:
            raise InvalidInput(_nothing(sample, way))
        items = _items(sample, double_share, chosen_seed, session=session)
    queue = LabelQueue(
        name=" ".join(name.split())[:200] or f"{sample.criterion.question} ({way.label.lower()})"[:200],
        criterion_id=criterion_id,
        subject_type=subject_type,
        strategy=strategy,
        parameters=sample.parameters,
        design=asdict(sample.design) | {"strata": [asdict(each) for each in sample.design.strata]},
        seed=chosen_seed,
        size=len(items),
        double_share=double_share,
        people=wanted_people,
        created_by_id=actor.person_id,
    )
    with database.transaction() as session:
        _check_in_use(criterion_id, session=session)
        session.add(queue)
        session.flush()
        session.execute(insert(LabelItem), [item | {"queue_id": queue.key} for item in items])
        audit.record(
            actor.person_id,
            actor.who,
            "label_queue.created",
            session=session,
            subject_type="label_queue",
            subject_id=queue.key,
            criterion=sample.criterion.name,
            version=sample.criterion.version,
            strategy=strategy,
            size=queue.size,
            double_share=double_share,
        )
    return queue


def close_queue(actor: Actor, queue_id: int, *, session: Session) -> LabelQueue:
    """Give out nothing more of it and take no more answers. What was answered stays. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not manage label queues.
        NotFound: there is no such queue.
    """
    return _set_state(actor, queue_id, "closed", session=session)


def reopen_queue(actor: Actor, queue_id: int, *, session: Session) -> LabelQueue:
    """Go on with a closed queue. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not manage label queues.
        NotFound: there is no such queue.
        Conflict: its criterion has been retired.
    """
    return _set_state(actor, queue_id, "open", session=session)


def _set_state(actor: Actor, queue_id: int, state: str, *, session: Session) -> LabelQueue:
    require(actor, Permission.LABELS_MANAGE)
    found = select(LabelQueue).where(LabelQueue.id == queue_id).with_for_update()
    queue = session.exec(found.execution_options(populate_existing=True)).one_or_none()
    if queue is None:
        raise NotFound(f"There is no label queue {queue_id}.")
    if queue.state == state:
        return queue
    if state == "open":
        _check_in_use(queue.criterion_id, session=session)
    queue.state = state
    queue.closed_at = now() if state == "closed" else None
    session.add(queue)
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        "label_queue.closed" if state == "closed" else "label_queue.reopened",
        session=session,
        subject_type="label_queue",
        subject_id=queue.key,
    )
    return queue


def _check_in_use(criterion_id: int, *, session: Session) -> None:
    criterion = session.get(Criterion, criterion_id)
    if criterion is not None and criterion.retired_at is not None:
        raise Conflict(f"“{criterion.question}” has been retired. Restore it under Criteria first.")


def _items(sample: Sample, double_share: float, seed: int, *, session: Session) -> list[dict[str, Any]]:
    picks = sample.drawn.picks
    conversations = sample.frame.clusters([pick.subject_id for pick in picks], session=session)
    # A stream of its own, so that asking for doubles does not change which subjects are drawn.
    chance = Random(seed + 1)  # noqa: S311
    doubles = set(chance.sample(range(len(picks)), ceil(double_share * len(picks))))
    return [
        {
            "position": position,
            "subject_id": pick.subject_id,
            "conversation_id": conversations[pick.subject_id],
            "stratum": pick.stratum[:200],
            "weight": pick.weight,
            "why": pick.why[:300],
            "needed": 2 if position in doubles else 1,
            "taken": 0,
            "done": 0,
        }
        for position, pick in enumerate(picks)
    ]


def _checked_people(people: Sequence[int], *, session: Session) -> list[int]:
    wanted = list(dict.fromkeys(people))
    found = {person.key: person for person in session.exec(select(Person).where(col(Person.id).in_(wanted)))}
    for person_id in wanted:
        person = found.get(person_id)
        if person is None or not person.active:
            raise InvalidInput(f"Nobody who could label is number {person_id}.")
        who = Actor(person.key, person.username, person.name, Role(person.role))
        if not who.can(Permission.LABELS_GIVE):
            raise InvalidInput(f"{person.name} ({person.role}) may not label; choose reps or specialists.")
    return wanted


def _nothing(sample: Sample, way: Strategy) -> str:
    """Why nothing was drawn, and what to do."""
    if not sample.design.frame_size:
        return f"There are no {sample.frame.words}. Widen the filters."
    return f"{way.nothing} It was looked for in {sample.design.frame_size:,} {sample.frame.words}."


def _seed(seed: int | None) -> int:
    if seed is None:
        return secrets.randbelow(_SEEDS)
    if not 0 <= seed < _SEEDS:
        raise InvalidInput(f"A seed is a whole number from 0 to {_SEEDS - 1:,}.")
    return seed
