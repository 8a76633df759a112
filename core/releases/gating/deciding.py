"""A second person approves or returns a proposal; a manager overrides the gate with a written reason."""

from __future__ import annotations

from sqlmodel import Session

from core import audit
from core.database import Database, now
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.identity import Actor, Permission, require
from core.releases.digest import changes_digest
from core.releases.gating.gate import gate_of
from core.releases.gating.rules import is_last_word
from core.releases.hands import hands_of
from core.releases.opening import changes_of, open_proposal
from core.releases.standing import catalogue_digest, standing_build
from core.releases.tables import Proposal
from core.settings import Settings

MAX_NOTE = 4_000
SHORTEST_REASON = 20


def review(
    actor: Actor, proposal_id: int, *, approve: bool, note: str = "", revision: int | None, session: Session
) -> Proposal:
    """Approve a proposal, or return it to its author with what is to be changed.

    An approval holds for the changes as they are: it is gone when one changes. Saying the same again changes
    nothing.

    Args:
        revision: of the proposal that was read; None does not ask.

    Raises:
        PermissionDenied: the actor may not review, or wrote it.
        NotFound: there is no such proposal.
        InvalidInput: it is returned without a word, or the note is too long.
        Conflict: it was changed meanwhile, changes nothing, or is released or withdrawn.
    """
    require(actor, Permission.RELEASES_REVIEW)
    note = _checked(note)
    if not approve and not note:
        raise InvalidInput("Write what is to be changed: the author reads it.")
    proposal = open_proposal(proposal_id, session=session)
    state = "approved" if approve else "returned"
    changes = changes_of(proposal_id, session=session)
    digest = changes_digest(changes)
    said = (proposal.state, proposal.reviewer_id, proposal.review_note, proposal.reviewed_digest)
    if said == (state, actor.person_id, note, digest) and proposal.reviewed_at is not None:
        return proposal
    if revision is not None and revision != proposal.revision:
        raise Conflict("This proposal was changed meanwhile, so nothing was decided. Look at it again.")
    if actor.person_id == proposal.author_id:
        raise PermissionDenied("You wrote this proposal: somebody else has to review it.")
    if actor.person_id in hands_of(proposal, changes):
        raise PermissionDenied(
            "One of these changes is yours, or you typed in its text: somebody else has to review it."
        )
    if not changes:
        raise Conflict("There is no change in this proposal to be reviewed.")
    proposal.state, proposal.review_note, proposal.reviewed_digest = state, note, digest
    proposal.reviewer_id, proposal.reviewed_at = actor.person_id, now()
    _touch(proposal, session=session)
    audit.record(
        actor.person_id,
        actor.name,
        f"proposal.{state}",
        session=session,
        subject_type="proposal",
        subject_id=proposal.key,
        with_note=bool(note),
    )
    return proposal


def override(
    actor: Actor,
    proposal_id: int,
    reason: str,
    *,
    revision: int | None,
    database: Database,
    settings: Settings,
) -> Proposal:
    """Let a proposal pass the rules that do not hold now, with a reason that stays on its release.

    What is overridden is each rule with exactly what it says at this moment: a replay that finds something
    else afterwards closes the gate again. Giving the same reason again changes nothing.

    Raises:
        PermissionDenied: the actor may not override.
        NotFound: there is no such proposal.
        InvalidInput: the reason is too short to be one, or too long.
        Conflict: there is nothing to override, it was changed meanwhile, or is released or withdrawn.
    """
    require(actor, Permission.RELEASES_OVERRIDE)
    reason = _checked(reason)
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(
            f"Write the reason in at least {SHORTEST_REASON} characters: it stays on the release for good."
        )
    actions = catalogue_digest(database=database, settings=settings)
    with database.transaction() as session:
        proposal = open_proposal(proposal_id, session=session)
        changes = changes_of(proposal_id, session=session)
        build = standing_build(session=session, settings=settings, actions=actions, store=False)
        gate = gate_of(proposal, changes, build_id=build.id, session=session)
        closed = [{"name": rule.name, "words": rule.words} for rule in gate.to_override]
        same = (proposal.override_reason, proposal.override_by_id) == (reason, actor.person_id)
        said = same and (proposal.state != "returned" or is_last_word(proposal))
        if said and gate.overridden and all(rule.overridden for rule in gate.to_override):
            return proposal
        if revision is not None and revision != proposal.revision:
            raise Conflict("This proposal was changed meanwhile, so nothing was decided. Look at it again.")
        if not closed:
            raise Conflict("There is nothing to override: every rule that can be overridden holds.")
        proposal.override_by_id, proposal.override_at = actor.person_id, now()
        proposal.override_reason, proposal.override_digest = reason, changes_digest(changes)
        proposal.overridden = closed
        _touch(proposal, session=session)
        audit.record(
            actor.person_id,
            actor.name,
            "proposal.overridden",
            session=session,
            subject_type="proposal",
            subject_id=proposal.key,
            rules=[each["name"] for each in closed],
            reason=reason,
        )
    return proposal


def _checked(text: str) -> str:
    text = text.replace("\0", "").strip()
    if len(text) > MAX_NOTE:
        raise InvalidInput(f"The text has {len(text):,} characters, and {MAX_NOTE:,} is the most.")
    return text


def _touch(proposal: Proposal, *, session: Session) -> None:
    proposal.revision += 1
    proposal.updated_at = now()
    session.add(proposal)
    session.flush()
