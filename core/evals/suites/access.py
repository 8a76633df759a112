"""Finding a suite."""

from __future__ import annotations

from sqlmodel import Session, select

from core.errors import Conflict, NotFound
from core.evals.tables import EvalSuite


def get_suite(suite: int | str, *, session: Session) -> EvalSuite:
    """One suite by its key or its name. Checks no permission: what it is called is no secret.

    Raises:
        NotFound: there is none.
    """
    return _find(suite, session=session)


def lock_suite(suite_id: int, *, session: Session) -> EvalSuite:
    """One suite, kept from others until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    return _find(suite_id, session=session, lock=True)


def check_in_use(suite: EvalSuite) -> None:
    """Refuse to go on with an archived suite.

    Raises:
        Conflict: it is.
    """
    if suite.archived_at is not None:
        raise Conflict(f"“{suite.title}” is archived. Restore it first.")


def _find(suite: int | str, *, session: Session, lock: bool = False) -> EvalSuite:
    by = EvalSuite.id == suite if isinstance(suite, int) else EvalSuite.name == suite.strip().lower()
    query = select(EvalSuite).where(by)
    if lock:
        query = query.with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(f"There is no suite {suite!r}.")
    return found
