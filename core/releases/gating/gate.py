"""The gate of a proposal: its rules, one by one, and whether it is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from core.database import Database
from core.identity import Actor, Permission, require
from core.releases.digest import changes_digest
from core.releases.gating.rules import RULES, Facts, RuleState
from core.releases.opening import changes_of, names_of, newest_replay, stored_proposal
from core.releases.standing import catalogue_digest, standing_build
from core.releases.tables import Proposal, ProposalChange
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule and what it says of a proposal.

    ``overridden``: it did not pass, and a manager wrote why that does not matter.
    """

    name: str
    title: str
    state: RuleState
    words: str
    overridable: bool
    overridden: bool = False

    @property
    def holds(self) -> bool:
        """Whether it lets the proposal through."""
        return self.state == "passed" or self.overridden


@dataclass(frozen=True, slots=True)
class Gate:
    """All rules that hold for a proposal."""

    rules: tuple[RuleResult, ...]
    override_by: str = ""
    override_reason: str = ""

    @property
    def open(self) -> bool:
        """Whether it may go live."""
        return all(rule.holds for rule in self.rules)

    @property
    def overridden(self) -> bool:
        """Whether it is open, or would be shut, but for the reason a manager wrote."""
        return any(rule.overridden for rule in self.rules)

    @property
    def closed_words(self) -> str:
        """Why it is closed, in one paragraph; empty when it is open."""
        return " ".join(rule.words for rule in self.rules if not rule.holds)

    @property
    def to_override(self) -> tuple[RuleResult, ...]:
        """The rules that an override would be about now."""
        return tuple(rule for rule in self.rules if rule.state != "passed" and rule.overridable)

    def as_json(self) -> list[dict[str, Any]]:
        """As a release keeps it."""
        return [
            {
                "name": rule.name,
                "title": rule.title,
                "state": rule.state,
                "words": rule.words,
                "overridden": rule.overridden,
            }
            for rule in self.rules
        ]


def read_gate(actor: Actor, proposal_id: int, *, database: Database, settings: Settings) -> Gate:
    """The gate of a proposal at this moment.

    Raises:
        PermissionDenied: the actor may not see releases.
        NotFound: there is no such proposal.
    """
    require(actor, Permission.RELEASES_READ)
    actions = catalogue_digest(database=database, settings=settings)
    with database.reading() as session:
        proposal = stored_proposal(proposal_id, session=session)
        build = standing_build(session=session, settings=settings, actions=actions, store=False)
        changes = changes_of(proposal_id, session=session)
        return gate_of(proposal, changes, build_id=build.id, session=session)


def gate_of(
    proposal: Proposal, changes: Sequence[ProposalChange], *, build_id: str, session: Session
) -> Gate:
    """The gate as this transaction sees it. Checks no permission."""
    facts = Facts(
        proposal=proposal,
        changes=changes,
        digest=changes_digest(changes),
        build_id=build_id,
        replay=newest_replay(proposal.key, session=session),
        names=names_of((proposal.reviewer_id, proposal.override_by_id), session=session),
        session=session,
    )
    kinds = {change.kind for change in changes}
    accepted = _accepted(proposal, facts.digest)
    found = []
    for rule in RULES:
        if rule.kinds and not kinds & set(rule.kinds):
            continue
        state, words = rule.look(facts)
        overridden = state != "passed" and rule.overridable and (rule.name, words) in accepted
        found.append(RuleResult(rule.name, rule.title, state, words, rule.overridable, overridden))
    who = facts.names.get(proposal.override_by_id, "") if accepted else ""
    return Gate(tuple(found), who, proposal.override_reason if accepted else "")


def _accepted(proposal: Proposal, digest: str) -> set[tuple[str, str]]:
    """What a manager has overridden: a rule, and exactly what it said then."""
    if not proposal.override_reason or proposal.override_digest != digest:
        return set()
    return {(each["name"], each["words"]) for each in proposal.overridden}
