"""What the tests of the label pages share: a criterion, conversations, a queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.criteria import Criterion, publish_criterion
from core.database import Database
from core.identity import Person, Role, actor_of
from core.labelling import LabelQueue, create_queue
from tests.core.conversations.make import load, record, said


def ask(
    database: Database, people: dict[Role, Person], name: str = "polite_enough", **rest: Any
) -> Criterion:
    """Publish a criterion; by default a yes/no question about conversations."""
    values: dict[str, Any] = {
        "question": "Is it *polite* enough?",
        "guidance": "Judge the words.",
        "kind": "yes_no",
        "subjects": ["conversation"],
        "good": ["yes"],
    }
    with database.transaction() as session:
        return publish_criterion(
            actor_of(people[Role.SPECIALIST]), session=session, name=name, **values | rest
        )


def queue_of(
    database: Database,
    people: dict[Role, Person],
    criterion: Criterion,
    *,
    size: int = 3,
    only: Sequence[int] = (),
    **rest: Any,
) -> LabelQueue:
    """A random queue about new conversations, for everybody or for ``only``."""
    load(
        database,
        [
            record(
                f"c{number}",
                said("customer", f"<b>Question</b> number {number}?"),
                subject=f"Matter {number}",
            )
            for number in range(size)
        ],
    )
    values: dict[str, Any] = {
        "strategy": "random",
        "subject_type": criterion.subjects[0],
        "name": "October",
        "seed": 7,
    } | rest
    return create_queue(
        actor_of(people[Role.SPECIALIST]),
        database=database,
        criterion_id=criterion.key,
        size=size,
        people=only,
        **values,
    )
