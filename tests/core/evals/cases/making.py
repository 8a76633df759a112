"""Cases typed by a person."""

from __future__ import annotations

from typing import Any

from core.database import Database
from core.evals import EvalCase, create_case
from core.identity import SYSTEM, Actor

ANSWER = {"kind": "contains", "texts": ["Billing"]}


def write_case(database: Database, said: str, *, actor: Actor = SYSTEM, **rest: Any) -> EvalCase:
    """A case in which the customer says one thing; expects :data:`ANSWER`."""
    values: dict[str, Any] = {
        "name": said[:100],
        "messages": [{"author": "customer", "text": said}],
        "expectations": [ANSWER],
    }
    with database.transaction() as session:
        return create_case(actor, session=session, **(values | rest))
