"""What differs between two versions of a suite, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.errors import InvalidInput
from core.evals.expecting import describe_expectation
from core.evals.held_out import held_out_among, may_open
from core.evals.suites.versions import get_suite_version
from core.evals.tables import EvalCaseVersion, EvalSuite, EvalSuiteVersionCase
from core.identity import Actor, Permission, require

_NAMES = {
    "name": "The name",
    "theme": "The theme",
    "channel": "The channel",
    "locale": "The language",
    "polarity": "The polarity",
}


@dataclass(frozen=True, slots=True)
class CaseDifference:
    """A case that differs. ``words``: what, a sentence each; empty where it was added or removed."""

    case_id: int
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """What a newer version has otherwise.

    Attributes:
        hidden: the suite is held out and the reader may not open it: only the counts are given.
        count_added, count_removed, count_changed, count_same: of cases.
    """

    older: int
    newer: int
    added: tuple[CaseDifference, ...]
    removed: tuple[CaseDifference, ...]
    changed: tuple[CaseDifference, ...]
    count_added: int
    count_removed: int
    count_changed: int
    count_same: int
    hidden: bool = False

    @property
    def summary(self) -> str:
        """ "2 added, 1 changed"; "nothing differs"."""
        counts = (
            (self.count_added, "added"),
            (self.count_removed, "removed"),
            (self.count_changed, "changed"),
        )
        return ", ".join(f"{count:,} {what}" for count, what in counts if count) or "nothing differs"


def version_difference(actor: Actor, older_id: int, newer_id: int, *, session: Session) -> VersionDifference:
    """What the newer of two versions of one suite added, removed and changed.

    Reads only the cases that differ. Those that a held-out suite has as well are counted and not named to
    whoever may not read them.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: one of the versions does not exist.
        InvalidInput: they are of two suites.
    """
    require(actor, Permission.EVALS_READ)
    older, newer = (get_suite_version(each, session=session) for each in (older_id, newer_id))
    if older.suite_id != newer.suite_id:
        raise InvalidInput("These are versions of two suites. Compare two of the same one.")
    suite = session.get_one(EvalSuite, newer.suite_id)
    before, after = (_case_versions(each, session=session) for each in (older_id, newer_id))
    added = [after[case] for case in after if case not in before]
    removed = [before[case] for case in before if case not in after]
    changed = [(before[case], after[case]) for case in after if before.get(case, after[case]) != after[case]]
    counts = (len(added), len(removed), len(changed), len(after) - len(added) - len(changed))
    if not may_open(actor, suite):
        return VersionDifference(older.number, newer.number, (), (), (), *counts, hidden=True)
    hidden = _hidden(actor, [*before, *after], session=session)
    contents = _contents([*added, *removed, *(each for pair in changed for each in pair)], session=session)
    return VersionDifference(
        older.number,
        newer.number,
        tuple(_named(contents[each]) for each in added if contents[each].case_id not in hidden),
        tuple(_named(contents[each]) for each in removed if contents[each].case_id not in hidden),
        tuple(
            _compared(contents[one], contents[other])
            for one, other in changed
            if contents[other].case_id not in hidden
        ),
        *counts,
    )


def _case_versions(version_id: int, *, session: Session) -> dict[int, int]:
    """Case to its version, in the order of the suite."""
    rows = session.execute(
        select(EvalCaseVersion.case_id, EvalCaseVersion.id)
        .join(EvalSuiteVersionCase, col(EvalSuiteVersionCase.case_version_id) == col(EvalCaseVersion.id))
        .where(EvalSuiteVersionCase.suite_version_id == version_id)
        .order_by(col(EvalSuiteVersionCase.position))
    )
    return {row[0]: row[1] for row in rows}


def _hidden(actor: Actor, case_ids: Sequence[int], *, session: Session) -> set[int]:
    if actor.can(Permission.EVALS_HELD_OUT):
        return set()
    return held_out_among(case_ids, session=session)


def _contents(version_ids: Sequence[int], *, session: Session) -> dict[int, EvalCaseVersion]:
    found: dict[int, EvalCaseVersion] = {}
    for start in range(0, len(version_ids), 500):
        some = version_ids[start : start + 500]
        for each in session.exec(select(EvalCaseVersion).where(col(EvalCaseVersion.id).in_(some))):
            found[each.key] = each
    return found


def _named(version: EvalCaseVersion) -> CaseDifference:
    return CaseDifference(version.case_id, str(version.content["name"]))


def _compared(older: EvalCaseVersion, newer: EvalCaseVersion) -> CaseDifference:
    words = tuple(_words(older.content, newer.content))
    return CaseDifference(newer.case_id, str(newer.content["name"]), words)


def _words(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for field, name in _NAMES.items():
        one, other = str(before.get(field) or ""), str(after.get(field) or "")
        if one != other:
            yield f"{name} was {_quoted(one)} and is {_quoted(other)}."
    if before["weight"] != after["weight"]:
        yield f"It counts {after['weight']:g} times instead of {before['weight']:g}."
    if bool(before.get("critical")) != bool(after.get("critical")):
        critical = "It is critical: no change may make it fail." if after.get("critical") else ""
        yield critical or "It is no longer critical."
    if set(before["tags"]) != set(after["tags"]):
        yield f"Tags: {', '.join(after['tags']) or 'none'}, before {', '.join(before['tags']) or 'none'}."
    expected_before, expected_after = (each["expectations"] for each in (before, after))
    for each in expected_after:
        if each not in expected_before:
            yield f"It expects now: {describe_expectation(each)}."
    for each in expected_before:
        if each not in expected_after:
            yield f"It no longer expects: {describe_expectation(each)}."


def _quoted(value: str) -> str:
    return f"“{value}”" if value else "empty"
