"""Which answers a result is about: all of a version, or those of one backtest's part of history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from core.classifiers.history.scope import Scope, narrowed, scope_of
from core.classifiers.tables import Backtest, ClassifierAnswer, ClassifierVersion
from core.criteria import given
from core.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Asked:
    """A version, and the part of history to look at."""

    version: ClassifierVersion
    scope: Scope

    def select(self, *columns: Any) -> Select[Any]:
        """These columns of its answers."""
        statement = select(*columns).where(col(ClassifierAnswer.version_id) == self.version.key)
        if self.scope.since is not None:
            statement = statement.where(col(ClassifierAnswer.occurred_at) >= self.scope.since)
        if self.scope.until is not None:
            statement = statement.where(col(ClassifierAnswer.occurred_at) < self.scope.until)
        return narrowed(statement, col(ClassifierAnswer.conversation_id), self.scope)


@dataclass(frozen=True, slots=True)
class Count:
    """How often one answer, as stored, was given, and how often it was only the likeliest."""

    answer: str
    given: int
    abstained: int


def find_asked(version_id: int | None, backtest_id: int | None, *, session: Session) -> Asked:
    """What one of the two names.

    Raises:
        InvalidInput: neither is given, or both are.
        NotFound: there is no such version or backtest.
    """
    if (version_id is None) == (backtest_id is None):
        raise InvalidInput("Name a version or a backtest, not both.")
    scope = Scope()
    if backtest_id is not None:
        backtest = session.get(Backtest, backtest_id)
        if backtest is None:
            raise NotFound(f"There is no backtest {backtest_id}.")
        version_id, scope = backtest.version_id, scope_of(backtest)
    version = session.get(ClassifierVersion, version_id)
    if version is None:
        raise NotFound(f"There is no classifier version {version_id}.")
    return Asked(version, scope)


def count_answers(asked: Asked, *, session: Session) -> list[Count]:
    """Every stored answer with its counts, most frequent first. Reads an index only."""
    rows = session.execute(
        asked.select(col(ClassifierAnswer.answer), col(ClassifierAnswer.abstained), func.count()).group_by(
            col(ClassifierAnswer.answer), col(ClassifierAnswer.abstained)
        )
    )
    counts: dict[str, list[int]] = {}
    for answer, abstained, count in rows:
        counts.setdefault(answer, [0, 0])[bool(abstained)] += count
    made = [Count(answer, *pair) for answer, pair in counts.items()]
    return sorted(made, key=lambda each: (-each.given - each.abstained, each.answer))


def stored_forms(answers: Sequence[str], counts: Sequence[Count]) -> list[str]:
    """The stored answers that contain one of these: where several may be right they are stored together."""
    wanted = set(answers)
    return [each.answer for each in counts if wanted & set(given(each.answer))]
