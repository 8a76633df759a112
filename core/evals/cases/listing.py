"""Cases page by page, without their inputs: a list costs five small queries however long it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.errors import InvalidInput
from core.evals.cases.filtering import CaseFilter, conditions
from core.evals.held_out import readable
from core.evals.tables import EvalCase, EvalSuite, EvalSuiteMember
from core.identity import Actor, Permission, Person, actor_of, require

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. ``suites``: titles of those it belongs to; ``expects``: how many expectations."""

    id: int
    name: str
    state: str
    source: str
    theme: str
    channel: str
    locale: str
    tags: tuple[str, ...]
    weight: float
    polarity: str
    critical: bool
    owner: str
    expects: int
    said: str
    created_at: datetime
    suites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, newest first; how many the filter matches; where the next page starts, if any.

    ``held_out``: how many more there are that the actor may not read; they match no filter.
    """

    rows: list[CaseRow]
    total: int
    next_after: int | None
    held_out: int = 0


@dataclass(frozen=True, slots=True)
class CaseFacets:
    """What the cases somebody may read can be narrowed by, with how many there are of each state."""

    states: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()


def list_cases(
    actor: Actor,
    wanted: CaseFilter | None = None,
    after: int | None = None,
    *,
    session: Session,
    limit: int = 50,
) -> CasePage:
    """One page of cases, newest first, without those the actor may not read.

    Args:
        after: ``next_after`` of the page before.
        limit: 1 to :data:`MAX_PAGE`.

    Raises:
        PermissionDenied: the actor may not see evals.
        InvalidInput: an unknown state or source, or a limit out of range.
    """
    require(actor, Permission.EVALS_READ)
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInput(f"A page has 1 to {MAX_PAGE} cases.")
    mine = readable(actor)
    narrowed = [mine, *conditions(wanted or CaseFilter(), session=session)]
    total = session.scalar(select(func.count()).select_from(EvalCase).where(*narrowed)) or 0
    if after is not None:
        narrowed.append(col(EvalCase.id) < after)
    found = _rows(narrowed, limit + 1, session=session)
    return CasePage(
        found[:limit],
        total,
        found[limit - 1].id if len(found) > limit else None,
        0 if actor.can(Permission.EVALS_HELD_OUT) else _count_held_out(session=session),
    )


def case_ids(actor: Actor, wanted: CaseFilter, *, session: Session, most: int) -> list[int]:
    """Keys of the cases a filter matches and the actor may read, oldest first.

    Raises:
        PermissionDenied: the actor may not see evals.
        InvalidInput: an unknown state or source.
    """
    require(actor, Permission.EVALS_READ)
    found = session.exec(
        select(EvalCase.id)
        .where(readable(actor), *conditions(wanted, session=session))
        .order_by(col(EvalCase.id))
        .limit(most)
    )
    return [key for key in found if key is not None]


def case_facets(actor: Actor, *, session: Session) -> CaseFacets:
    """What cases can be narrowed by.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    combinations = session.exec(
        select(
            EvalCase.state, EvalCase.source, EvalCase.theme, EvalCase.channel, EvalCase.locale, func.count()
        )  # type: ignore[call-overload]
        .where(readable(actor))
        .group_by(
            col(EvalCase.state),
            col(EvalCase.source),
            col(EvalCase.theme),
            col(EvalCase.channel),
            col(EvalCase.locale),
        )
    ).all()
    states: dict[str, int] = {}
    for row in combinations:
        states[row[0]] = states.get(row[0], 0) + row[5]
    tags = session.exec(select(EvalCase.tags).where(readable(actor)).distinct())
    return CaseFacets(
        states=states,
        sources=_distinct([row[1] for row in combinations]),
        themes=_distinct([row[2] for row in combinations]),
        tags=_distinct([tag for some in tags for tag in some]),
        channels=_distinct([row[3] for row in combinations]),
        locales=_distinct([row[4] for row in combinations]),
    )


def case_owners(actor: Actor, *, session: Session) -> dict[int, str]:
    """Who may own a case: active people who may change cases, by name.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    found = session.exec(select(Person).where(col(Person.active)).order_by(func.lower(col(Person.name))))
    return {each.key: each.name for each in found if actor_of(each).can(Permission.EVALS_EDIT)}


def _distinct(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}, key=str.casefold))


def _rows(narrowed: Sequence[object], limit: int, *, session: Session) -> list[CaseRow]:
    found = session.execute(
        select(  # type: ignore[call-overload]
            EvalCase.id,
            EvalCase.name,
            EvalCase.state,
            EvalCase.source,
            EvalCase.theme,
            EvalCase.channel,
            EvalCase.locale,
            EvalCase.tags,
            EvalCase.weight,
            EvalCase.polarity,
            EvalCase.critical,
            EvalCase.expectations,
            EvalCase.said,
            EvalCase.created_at,
            Person.name.label("owner"),  # type: ignore[attr-defined]
        )
        .outerjoin(Person, col(Person.id) == col(EvalCase.owner_id))
        .where(*narrowed)
        .order_by(col(EvalCase.id).desc())
        .limit(limit)
    ).all()
    suites = suites_of([row.id for row in found], session=session)
    return [
        CaseRow(
            id=row.id,
            name=row.name,
            state=row.state,
            source=row.source,
            theme=row.theme,
            channel=row.channel,
            locale=row.locale,
            tags=tuple(row.tags),
            weight=row.weight,
            polarity=row.polarity,
            critical=row.critical,
            owner=row.owner or "",
            expects=len(row.expectations),
            said=row.said,
            created_at=row.created_at,
            suites=tuple(suite.title for suite in suites.get(row.id, ())),
        )
        for row in found
    ]


def suites_of(case_ids: Sequence[int], *, session: Session) -> dict[int, list[EvalSuite]]:
    """The suites each case belongs to, by title; archived ones left out. Checks no permission."""
    if not case_ids:
        return {}
    found: dict[int, list[EvalSuite]] = {}
    for case_id, suite in session.exec(
        select(EvalSuiteMember.case_id, EvalSuite)
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteMember.suite_id))
        .where(col(EvalSuiteMember.case_id).in_(case_ids), col(EvalSuite.archived_at).is_(None))
        .order_by(col(EvalSuite.title), col(EvalSuite.id))
    ):
        found.setdefault(case_id, []).append(suite)
    return found


def _count_held_out(*, session: Session) -> int:
    belongs = (
        select(func.count(func.distinct(col(EvalSuiteMember.case_id))))
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteMember.suite_id))
        .where(col(EvalSuite.held_out))
    )
    return session.scalar(belongs) or 0
