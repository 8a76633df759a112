"""Which cases are wanted, as SQL conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, cast, col, exists, select

from core.errors import InvalidInput
from core.evals.cases.fields import CASE_SOURCES, CASE_STATES
from core.evals.tables import EvalCase, EvalSuiteMember


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What cases are narrowed by; empty narrows nothing.

    Attributes:
        suite_id: of a suite they belong to now; ``outside_suite_id``: of one they do not.
        text: words in the name or in what the customer says.
    """

    state: str = ""
    source: str = ""
    theme: str = ""
    tag: str = ""
    channel: str = ""
    locale: str = ""
    suite_id: int | None = None
    outside_suite_id: int | None = None
    owner_id: int | None = None
    critical: bool | None = None
    text: str = ""


def conditions(wanted: CaseFilter, *, session: Session) -> list[ColumnElement[bool]]:
    """The filter as conditions on :class:`EvalCase`.

    Raises:
        InvalidInput: an unknown state or source.
    """
    _check("state", wanted.state, CASE_STATES)
    _check("source", wanted.source, CASE_SOURCES)
    found: list[ColumnElement[bool]] = [
        col(getattr(EvalCase, name)) == value
        for name in ("state", "source", "theme", "channel", "locale", "owner_id", "critical")
        if (value := getattr(wanted, name)) not in ("", None)
    ]
    if wanted.tag:
        found.append(_has_tag(wanted.tag, session=session))
    if wanted.suite_id is not None:
        found.append(_in_suite(wanted.suite_id))
    if wanted.outside_suite_id is not None:
        found.append(~_in_suite(wanted.outside_suite_id))
    for word in wanted.text.replace("\0", "").lower().split():
        found.append(
            or_(
                func.lower(col(EvalCase.name)).contains(word, autoescape=True),
                func.lower(col(EvalCase.said)).contains(word, autoescape=True),
            )
        )
    return found


def _in_suite(suite_id: int) -> ColumnElement[bool]:
    belongs: Any = select(EvalSuiteMember.case_id).where(EvalSuiteMember.suite_id == suite_id)
    return col(EvalCase.id).in_(belongs)


def _has_tag(tag: str, *, session: Session) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "postgresql":
        return cast(col(EvalCase.tags), JSONB).contains([tag])
    each = func.json_each(col(EvalCase.tags)).table_valued("value")
    return exists(select(literal(1)).select_from(each).where(each.c.value == tag))


def _check(what: str, value: str, known: tuple[str, ...]) -> None:
    if value and value not in known:
        raise InvalidInput(f"Unknown {what} {value!r}: choose one of {', '.join(known)}.")
