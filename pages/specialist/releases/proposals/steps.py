"""What may be done with a proposal now, and which of it is the next sensible step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.identity import Actor, Permission
from core.releases import Gate, ProposalView
from pages.specialist.releases.words import OVER

Verb = Literal["replay", "approve", "return", "release", "override", "edit", "withdraw"]
_REPLAYED = ("replayed", "fresh")
"""Rules that another replay satisfies."""


@dataclass(frozen=True, slots=True)
class Steps:
    """``next``: what the one primary button does; None where this person has to wait. ``words``: why."""

    next: Verb | None
    also: tuple[Verb, ...]
    words: str


def find_steps(user: Actor, view: ProposalView, gate: Gate) -> Steps:
    """The steps this person can take."""
    if view.stage in OVER:
        return Steps(None, (), "")
    possible = _possible(user, view, gate)
    chosen = _next(view, gate, possible)
    return Steps(chosen, tuple(each for each in possible if each != chosen), _words(user, view, gate, chosen))


def _possible(user: Actor, view: ProposalView, gate: Gate) -> list[Verb]:
    states = {each.name: each.state for each in gate.rules}
    reviewed = states.get("reviewed") == "passed"
    second = _second(user, view)
    found: list[Verb] = []
    if gate.open and user.can(Permission.RELEASES_SHIP):
        found.append("release")
    if second and view.changes and not reviewed:
        found.append("approve")
    if view.changes and view.stage != "replaying" and user.can(Permission.EVALS_RUN):
        found.append("replay")
    if second and view.changes and view.stage != "returned":
        found.append("return")
    if user.can(Permission.RELEASES_OVERRIDE) and gate.to_override and not gate.open:
        found.append("override")
    if writes(user):
        found.append("edit")
    if view.own or user.can(Permission.RELEASES_REVIEW):
        found.append("withdraw")
    return found


def writes(user: Actor) -> bool:
    """Whether this person may change what it says and holds. Reps look on."""
    return user.can(Permission.RELEASES_REVIEW)


def _second(user: Actor, view: ProposalView) -> bool:
    """Whether this person may review it: none of it is theirs."""
    return user.can(Permission.RELEASES_REVIEW) and not view.mine


def _next(view: ProposalView, gate: Gate, possible: list[Verb]) -> Verb | None:
    if view.stage == "replaying":
        return None
    if "release" in possible:
        return "release"
    if _needs_replay(gate):
        return "replay" if "replay" in possible else None
    if view.stage == "returned":
        return None  # its author is to change it first; whoever thinks otherwise finds the button
    # somebody who approves while another rule is broken should have to look for the button
    others = [each for each in gate.rules if each.name != "reviewed" and not each.holds]
    if "approve" in possible and not others:
        return "approve"
    return None


def _needs_replay(gate: Gate) -> bool:
    return any(each.name in _REPLAYED and not each.holds for each in gate.rules)


def _words(user: Actor, view: ProposalView, gate: Gate, chosen: Verb | None) -> str:
    """Why there is no next step for this person; empty where there is one."""
    if chosen is not None:
        return ""
    if not view.changes:
        return "It changes nothing yet: propose an edit of an article into it."
    if view.stage == "replaying":
        return "It is being replayed. What comes next depends on what that finds."
    if gate.open:
        return "It can be released by a specialist or a manager."
    if view.stage == "returned" and not _needs_replay(gate):
        return (
            "Change it as asked: an article where it is edited, then propose the edit again."
            if view.own
            else f"It is back with {view.author or 'its author'}, to be changed as asked."
        )
    names = [each.name for each in gate.rules if not each.holds]
    if names == ["reviewed"]:
        return (
            "It waits for a second person: whoever proposed it cannot review it."
            if not _second(user, view) and user.can(Permission.RELEASES_REVIEW)
            else "It waits for a review by a specialist or a manager."
        )
    if _needs_replay(gate):
        return "It has to be replayed by a specialist or a manager first."
    if user.can(Permission.RELEASES_OVERRIDE):
        return "The gate is closed. Change what it proposes, or override the gate with a written reason."
    return (
        "The gate is closed. Change what it proposes; a manager can override the gate with a written reason."
    )
