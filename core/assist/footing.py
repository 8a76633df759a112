"""What a draft stands on: one build, although releases and imports go on while it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from core.actions import Catalogue
from core.assist.build import current_build
from core.assist.equipment import Equipment
from core.assist.grounding.evidence import Find
from core.assist.tables import Build
from core.knowledge import Hit
from core.knowledge.tables import SearchStamp

MOST_ATTEMPTS = 4
"""So often a draft is begun again because what it rests on changed under it."""
MOVED = (
    "What the AI works with changed again and again while this was written, so nobody can vouch for it. "
    "Regenerate the draft."
)
_MOST_READS = 5


@dataclass(frozen=True, slots=True)
class Footing:
    """The build in force, the count of changes to what is searched, and the equipment with what is released,
    read together."""

    build: Build
    changes: int
    equipment: Equipment


def read_footing(equipment: Equipment, catalogue: Catalogue | None) -> Footing:
    """The footing of this moment. Asks the database; call it in a thread."""
    for _ in range(_MOST_READS):
        with equipment.database.reading() as session:
            before = session.exec(select(col(SearchStamp.passages))).one()
            standing = equipment.in_force(session=session)
            build = current_build(
                session=session,
                settings=standing.settings,
                actions=catalogue.digest if catalogue is not None else "",
                instructions=standing.instructions,
            )
            session.expire_all()
            if session.exec(select(col(SearchStamp.passages))).one() == before:
                break  # on Postgres each statement sees what was committed before it, not before the first
    return Footing(build, before, standing)


def settle(
    footing: Footing,
    finds: Sequence[Find],
    *,
    search: Callable[[str], list[Hit]],
    equipment: Equipment,
    catalogue: Catalogue | None,
) -> Footing | None:
    """Where a draft stands that began on ``footing`` and is written now.

    Nothing changed: where it began. Only articles did, and every search finds the same passages in the same
    order: on what is in force now. None: it must be written again.

    Args:
        finds: what was searched for while it was written, and found.
        search: the same search, now. Scores may differ by what other articles contribute to them.
    """
    now = read_footing(equipment, catalogue)
    for _ in range(_MOST_READS):
        if (now.changes, now.build.id) == (footing.changes, footing.build.id):
            return footing
        if _but_knowledge(now.build) != _but_knowledge(footing.build):
            return None
        if any(_said(search(find.query)) != _said(find.hits) for find in finds):
            return None
        later = read_footing(equipment, catalogue)
        if (later.changes, later.build.id) == (now.changes, now.build.id):
            return now
        now = later
    return None


def _but_knowledge(build: Build) -> dict[str, Any]:
    return {name: value for name, value in build.contents.items() if name != "knowledge"}


def _said(hits: Sequence[Hit]) -> list[tuple[int, str]]:
    return [(hit.passage_id, hit.text) for hit in hits]
