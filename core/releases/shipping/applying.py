"""Make the changes of a proposal, or take them back: the same function for a release and for a candidate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session

from core.errors import Conflict
from core.identity import Actor
from core.knowledge import lock_articles
from core.releases.kinds import ARCHIVE, ARTICLE, CLASSIFIER, INSTRUCTIONS, MODEL, Change, Undo, kind_of

_ORDER = (ARTICLE, ARCHIVE, CLASSIFIER, INSTRUCTIONS, MODEL)
"""In which changes are made, so that two releases take their locks in the same order."""


def apply_changes(
    person: Actor, changes: Sequence[Change], *, session: Session, at_once: bool = False
) -> list[Undo]:
    """Make all changes in this transaction. Checks no permission and knows no proposal.

    Args:
        at_once: an article that starts at a date starts now: for trying it.

    Returns:
        What was made, in the order of the changes.

    Raises:
        Conflict: one of them has been overtaken; leave the transaction, nothing is to be kept.
        InvalidInput: one of them cannot be made.
    """
    ordered = sorted(changes, key=lambda change: (_place(change.kind), change.position))
    of_kind: dict[str, list[Change]] = defaultdict(list)
    for change in ordered:
        of_kind[change.kind].append(change)
    # everything is locked before the first word of the audit record is written, which is a lock as well
    for name, those in of_kind.items():
        kind_of(name).lock(those, session=session)
    made = {
        change.position: kind_of(change.kind).make(person, change, session=session, at_once=at_once)
        for change in ordered
    }
    return [made[position] for position in sorted(made)]


def undo_changes(person: Actor, made: Sequence[Undo], *, session: Session) -> list[Undo]:
    """Take back exactly what was made, the last first. Checks no permission.

    Raises:
        Conflict: something of it has been changed since; leave the transaction, nothing is to be kept.
    """
    lock_articles([each.article_id for each in made if each.article_id is not None], (), session=session)
    changed = [each.title for each in made if kind_of(each.kind).changed_since(each, session=session)]
    if changed:
        names = ", ".join(f"“{each}”" for each in changed)
        raise Conflict(f"Changed since, so this cannot be taken back as a whole: {names}.")
    return [kind_of(each.kind).undo(person, each, session=session) for each in reversed(made)]


def _place(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
