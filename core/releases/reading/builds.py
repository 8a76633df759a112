"""Which build wrote a draft, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.assist import Build, Draft
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.releases.tables import Release

_SHORT = 7
NAMES = {
    "model": "Model",
    "instructions": "Instructions",
    "knowledge": "Articles",
    "classifiers": "Classifiers that hold the AI back",
    "answering": "When the AI answers",
    "actions": "Actions",
    "guardrails": "Guardrails",
    "agent": "Settings of the agent",
    "verification": "What counts as supported",
    "organisation": "Organisation",
    "sdk": "Libraries",
}
"""Parts of a build, as they are shown."""


@dataclass(frozen=True, slots=True)
class BuildView:
    """A build in words. ``release``: the newest one that brought it about; None: it came otherwise."""

    id: str
    short: str
    made_at: datetime
    words: tuple[str, ...]
    release: Release | None


def which_build(actor: Actor, draft_id: int, *, session: Session) -> BuildView:
    """The build that wrote a draft.

    Raises:
        PermissionDenied: the actor may not see releases.
        NotFound: there is no such draft, or nobody noted its build.
    """
    require(actor, Permission.RELEASES_READ)
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound("There is no such draft.")
    if not draft.build_id:
        raise NotFound("This draft names no build: it came from another system, or is still being written.")
    return read_build(actor, draft.build_id, session=session)


def read_build(actor: Actor, build_id: str, *, session: Session) -> BuildView:
    """A build in words. The beginning of its id is enough, where there is only one such.

    Raises:
        PermissionDenied: the actor may not see releases.
        NotFound: there is no such build.
        InvalidInput: there are several.
    """
    require(actor, Permission.RELEASES_READ)
    build = stored_build(build_id, session=session)
    release = session.exec(
        select(Release).where(Release.after_build == build.id).order_by(col(Release.id).desc()).limit(1)
    ).first()
    return BuildView(
        id=build.id,
        short=build.id[:_SHORT],
        made_at=build.created_at,
        words=tuple(
            f"{NAMES[name]}: {said(name, build.contents[name])}." for name in NAMES if name in build.contents
        ),
        release=release,
    )


def stored_build(build_id: str, *, session: Session) -> Build:
    """The build of this id, or the only one whose id begins so. Checks no permission.

    Raises:
        NotFound: there is no such build.
        InvalidInput: there are several.
    """
    wanted = build_id.strip()
    found = session.get(Build, wanted) if wanted else None
    if found is not None:
        return found
    like = (
        list(session.exec(select(Build).where(col(Build.id).startswith(wanted, autoescape=True)).limit(2)))
        if wanted
        else []
    )
    if len(like) > 1:
        raise InvalidInput(f"Several builds begin with {wanted}. Write more of the id.")
    if not like:
        raise NotFound(f"There is no build {wanted}.")
    return like[0]


def said(name: str, value: Any) -> str:
    """One part of a build, in words; digests by their beginning."""
    if name == "model" and isinstance(value, Mapping):
        if value.get("provider") == "offline":
            return "offline"
        return f"{value.get('provider')}/{value.get('name')}"
    if name == "instructions" and isinstance(value, Mapping):
        digest = str(value.get("sha256", ""))[:_SHORT]
        return f"{'released' if value.get('version') == 'candidate' else value.get('version')} ({digest})"
    if name == "classifiers":
        return ", ".join(f"{each[0]} version {each[1]}" for each in value or ()) or "none"
    if name == "answering":
        return _answering(value)
    if name in ("knowledge", "actions"):
        hexadecimal = re.fullmatch(r"[0-9a-f]{16,}", str(value))
        return f"state {str(value)[:_SHORT]}" if hexadecimal else str(value or "none")
    if isinstance(value, Mapping):
        return ", ".join(f"{part} {each}" for part, each in sorted(value.items()))
    return str(value) if value not in (None, "") else "none"


def _answering(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return "not noted"
    if not value:
        return "whenever it has an answer; drafts have no score"
    fitted = f"by calibration {str(value.get('calibration', ''))[:_SHORT]}"
    if value.get("precision") is None:
        return f"whenever it has an answer; drafts are scored {fitted}"
    wanted = f"at least {value['precision'] * 100:.0f} % of the answers are right"
    return f"from a score of {value['threshold']:.2f} on, {fitted}, so that {wanted}"
