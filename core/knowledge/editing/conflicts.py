"""What somebody typed and the merge could not place: it lies aside until a person settles it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal

from core.database import now
from core.knowledge.editing.merging import merge_text
from core.knowledge.editing.text import EditText
from core.knowledge.tables import ArticleEdit

Keep = Literal["theirs", "mine", "both"]

_FIELDS = tuple(each.name for each in fields(EditText) if each.name not in ("body", "tags"))
_DAYS = ("review_on",)
_MOMENTS = ("effective_from", "effective_until")


@dataclass(frozen=True, slots=True)
class TextConflict:
    """Two changes of one place that exclude each other.

    Attributes:
        id: the same for the same conflict, however often it is met.
        field: which field of :class:`EditText`; dates and people as stored.
        base: what both started from.
        mine: what was typed by ``by`` and is not in the stored text.
        theirs: what the stored text says.
        line: where in the body, from 1; None for other fields.
    """

    id: str
    field: str
    base: str
    mine: str
    theirs: str
    person_id: int | None
    by: str
    at: str
    line: int | None = None


def merge_edit(
    base: EditText, mine: EditText, theirs: EditText, *, person_id: int | None, by: str
) -> tuple[EditText, list[TextConflict]]:
    """Both changes together, field by field, and what could not be placed."""
    merged = theirs
    found: list[TextConflict] = []
    at = now().isoformat(timespec="seconds")

    def clash(field: str, before: str, typed: str, stored: str, line: int | None) -> None:
        said = "\x00".join((field, before, typed, stored, str(person_id)))
        key = hashlib.sha256(said.encode()).hexdigest()[:12]
        found.append(TextConflict(key, field, before, typed, stored, person_id, by, at, line))

    for name in _FIELDS:
        was, typed, stored = (getattr(each, name) for each in (base, mine, theirs))
        if typed in (was, stored):
            continue
        if stored == was:
            merged = replace(merged, **{name: typed})
        else:
            clash(name, _shown(was), _shown(typed), _shown(stored), None)
    body = merge_text(base.body, mine.body, theirs.body)
    for each in body.clashes:
        clash("body", each.base, each.mine, each.theirs, each.line)
    gone = set(base.tags) - set(mine.tags)
    tags = dict.fromkeys(tag for tag in theirs.tags if tag not in gone)
    tags.update(dict.fromkeys(tag for tag in mine.tags if tag not in base.tags))
    return replace(merged, body=body.text, tags=tuple(tags)), found


def settled(text: EditText, conflict: TextConflict, keep: Keep) -> EditText:
    """``text`` with the conflict decided. Where its place is gone, what is kept goes to the end."""
    if keep == "theirs":
        return text
    if conflict.field != "body":
        typed = conflict.mine
        if keep == "both" and conflict.field in ("title", "note"):
            typed = f"{getattr(text, conflict.field)} {conflict.mine}".strip()
        return replace(text, **{conflict.field: _value(conflict.field, typed)})
    lines = text.body.split("\n")
    theirs = conflict.theirs.split("\n") if conflict.theirs else []
    mine = conflict.mine.split("\n") if conflict.mine else []
    place = _find(lines, theirs, near=(conflict.line or 1) - 1)
    if place is None:
        tail = [*([""] if lines and lines[-1].strip() else []), *mine]
        return replace(text, body="\n".join([*lines, *tail]) if mine else text.body)
    lines[place : place + len(theirs)] = [*theirs, *mine] if keep == "both" else mine
    return replace(text, body="\n".join(lines))


def conflicts_of(edit: ArticleEdit) -> tuple[TextConflict, ...]:
    """What lies aside, the oldest first."""
    return tuple(TextConflict(**each) for each in edit.aside)


def lay_aside(edit: ArticleEdit, found: Iterable[TextConflict]) -> None:
    """Keep what could not be placed; what lies there already is not kept twice."""
    known = {each["id"] for each in edit.aside}
    new: list[dict[str, Any]] = [asdict(each) for each in found if each.id not in known]
    if new:
        edit.aside = [*edit.aside, *new]


def _find(lines: list[str], wanted: list[str], *, near: int) -> int | None:
    if not wanted:
        return min(near, len(lines))
    first = wanted[0]
    places = [at for at, line in enumerate(lines) if line == first and lines[at : at + len(wanted)] == wanted]
    return min(places, key=lambda at: abs(at - near), default=None)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _value(field: str, shown: str) -> Any:
    if field in _DAYS:
        return date.fromisoformat(shown) if shown else None
    if field in _MOMENTS:
        return datetime.fromisoformat(shown) if shown else None
    if field == "owner_id":
        return int(shown) if shown else None
    return shown
