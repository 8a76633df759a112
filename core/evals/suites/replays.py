"""The hidden suites of replays: cases of many suites together, used once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from core.evals.suites.versions import store_version
from core.evals.tables import EvalSuite, EvalSuiteVersion

REPLAY_KIND = "replay"
"""Suites of this kind, and their runs, are in no list: a replay shows them."""


def store_replay_suite(
    name: str,
    title: str,
    case_ids: Sequence[int],
    *,
    session: Session,
    person_id: int | None = None,
    graders: Sequence[str] = (),
) -> EvalSuiteVersion:
    """The hidden suite of that name with these cases, frozen as they are. Safe to repeat.

    Args:
        graders: names of classifiers; empty: every live one that answers what is expected.
    """
    suite = session.exec(select(EvalSuite).where(EvalSuite.name == name)).one_or_none()
    if suite is None:
        suite = EvalSuite(
            name=name, title=title[:200], kind=REPLAY_KIND, graders=list(graders), created_by_id=person_id
        )
        session.add(suite)
        session.flush()
    return store_version(suite.key, sorted(set(case_ids)), session=session, person_id=person_id)
