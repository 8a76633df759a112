"""Changing what a case expects and how it is filed; its input never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from core import audit
from core.classifiers import Difference
from core.database import now
from core.errors import InvalidInput
from core.evals.cases.access import lock_case
from core.evals.cases.fields import (
    checked_expectations,
    checked_name,
    checked_polarity,
    checked_tags,
    checked_theme,
    checked_weight,
    flagged_expectations,
    own_expectations,
)
from core.evals.meanwhile import changed_meanwhile
from core.evals.tables import EvalCase
from core.identity import Actor, Person

NOBODY = 0
"""As ``owner_id``: the case belongs to nobody."""
_SUBJECT = "eval_case"


def change_case(
    actor: Actor,
    case_id: int,
    *,
    session: Session,
    revision: int,
    name: str | None = None,
    expectations: Sequence[Mapping[str, Any]] | None = None,
    theme: str | None = None,
    tags: Iterable[str] | None = None,
    weight: float | None = None,
    polarity: str | None = None,
    critical: bool | None = None,
    owner_id: int | None = None,
) -> EvalCase:
    """Store what was changed. Safe to repeat: what is stored already changes nothing.

    Expectations that come from flags are kept in step with the flags: they stay, whatever is given.

    Args:
        revision: the one the author saw.
        name, expectations, theme, tags, weight, polarity, critical, owner_id: None leaves it as it is;
            ``owner_id`` :data:`NOBODY` takes the owner away.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        NotFound: there is no such case, or it is held out and not theirs to read; or no such owner.
        ChangedMeanwhile: ``revision`` is not the newest any more; nothing was stored.
        InvalidInput: something is missing or wrong; says what.
    """
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = checked_name(name)
    if expectations is not None:
        wanted["expectations"] = checked_expectations(own_expectations(expectations))
    if theme is not None:
        wanted["theme"] = checked_theme(theme)
    if tags is not None:
        wanted["tags"] = checked_tags(tags)
    if weight is not None:
        wanted["weight"] = checked_weight(weight)
    if polarity is not None:
        wanted["polarity"] = checked_polarity(polarity)
    if critical is not None:
        wanted["critical"] = bool(critical)
    found = lock_case(actor, case_id, session=session)
    if owner_id is not None:
        wanted["owner_id"] = _owner(owner_id, session=session)
    differences = [
        Difference(field, _stored(found, field), value)
        for field, value in wanted.items()
        if _stored(found, field) != value
    ]
    if not differences:
        return found
    if found.revision != revision:
        raise changed_meanwhile(
            _SUBJECT,
            case_id,
            since=found.created_at,
            seen=revision,
            revision=found.revision,
            changed_at=found.updated_at or found.created_at,
            differences=differences,
            session=session,
        )
    for each in differences:
        value = each.yours
        if each.field == "expectations":
            value = [*value, *flagged_expectations(found.expectations)]
        setattr(found, each.field, value)
    found.revision += 1
    found.updated_by_id, found.updated_at = actor.person_id, now()
    session.add(found)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        f"{_SUBJECT}.changed",
        session=session,
        subject_type=_SUBJECT,
        subject_id=case_id,
        revision=found.revision,
        fields=[each.field.removesuffix("_id") for each in differences],
    )
    return found


def _stored(case: EvalCase, field: str) -> Any:
    value = getattr(case, field)
    return own_expectations(value) if field == "expectations" else value


def _owner(owner_id: int, *, session: Session) -> int | None:
    if owner_id == NOBODY:
        return None
    person = session.get(Person, owner_id)
    if person is None:
        raise InvalidInput("There is nobody like that to own the case. Choose somebody else.")
    return person.key
