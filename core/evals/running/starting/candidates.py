"""Candidates: changes somebody wants to try on eval cases before they are made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from core import audit
from core.errors import Conflict, InvalidInput, NotFound
from core.evals.tables import EvalCandidate
from core.evals.targets import check_changes
from core.identity import Actor, Permission, require

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


def create_candidate(
    actor: Actor, *, session: Session, name: str, changes: Mapping[str, Any], purpose: str = ""
) -> EvalCandidate:
    """Describe a change to try, under a name that runs are started with. It cannot be changed later.

    Safe to repeat: the same changes under the same name are the same candidate.

    Args:
        name: a slug, for example ``shorter-replies``.
        changes: ``{model: {provider, name, base_url, api}, instructions}``; what is left out stays as it is.

    Raises:
        PermissionDenied: the actor may not run evals.
        InvalidInput: name or changes cannot be used; says what to change.
        Conflict: the name has other changes.
    """
    require(actor, Permission.EVALS_RUN)
    name, purpose = name.strip(), purpose.strip()
    if not _SLUG.fullmatch(name):
        raise InvalidInput(
            "Name a candidate with small letters, digits and hyphens, for example “shorter-replies”."
        )
    if len(purpose) > 2000:
        raise InvalidInput("Say in at most 2,000 characters what the candidate is for.")
    checked = _checked(changes)
    known = session.exec(select(EvalCandidate).where(col(EvalCandidate.name) == name)).first()
    if known is not None:
        if known.changes != checked:
            raise Conflict(f"There is a candidate “{name}” with other changes. Choose another name.")
        return known
    made = EvalCandidate(name=name, purpose=purpose, changes=checked, created_by_id=actor.person_id)
    session.add(made)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        "candidate.created",
        session=session,
        subject_type="candidate",
        subject_id=made.key,
        name=name,
        changed=sorted(checked),
    )
    return made


def list_candidates(actor: Actor, *, session: Session) -> list[EvalCandidate]:
    """Every candidate, newest first.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    return list(session.exec(select(EvalCandidate).order_by(col(EvalCandidate.id).desc())))


def get_candidate(actor: Actor, name: str, *, session: Session) -> EvalCandidate:
    """The candidate of that name.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is none; names those there are.
    """
    require(actor, Permission.EVALS_READ)
    found = session.exec(select(EvalCandidate).where(col(EvalCandidate.name) == name)).first()
    if found is None:
        names = session.exec(
            select(col(EvalCandidate.name)).order_by(col(EvalCandidate.id).desc()).limit(5)
        ).all()
        known = f" There are: {', '.join(names)}." if names else " Create one first."
        raise NotFound(f"There is no candidate “{name[:100]}”.{known}")
    return found


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes without what is empty.

    Raises:
        InvalidInput: nothing is changed, or a part cannot be used.
    """
    check_changes(changes)
    model = {part: value.strip() for part, value in (changes.get("model") or {}).items() if value.strip()}
    instructions = str(changes.get("instructions") or "").strip()
    checked: dict[str, Any] = {}
    if instructions:
        checked["instructions"] = instructions
    if model:
        checked["model"] = model
    if not checked:
        raise InvalidInput("A candidate must change something: the model, the instructions, or both.")
    address = urlsplit(model.get("base_url", ""))
    if model.get("base_url") and (address.scheme not in ("http", "https") or not address.hostname):
        raise InvalidInput("The address of a model begins with http:// or https://.")
    return checked
