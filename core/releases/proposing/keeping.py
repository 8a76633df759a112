"""Store changes of proposals, remove them, and change or withdraw the proposal itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Permission, require
from core.knowledge.tables import ArticleEdit
from core.releases.opening import OPEN, changes_of, newest_replay, open_proposal
from core.releases.replaying import stop_replay
from core.releases.tables import Proposal, ProposalChange

MAX_TITLE, MAX_WHY, MAX_SUMMARY = 200, 4_000, 500


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to be stored. ``title``: what a proposal of it alone is called."""

    kind: str
    content: dict[str, Any]
    summary: str
    title: str
    article_id: int | None = None
    edit_id: int | None = None
    edit_revision: int = 0
    classifier_id: int | None = None


def keep_change(
    actor: Actor, new: NewChange, *, session: Session, title: str, why: str, proposal_id: int | None
) -> Proposal:
    """Store a change, in place of one of the same thing. What is stored already changes nothing.

    Checks no permission but whose proposal it is.
    """
    if proposal_id is None:
        proposal = _same_alone(actor, new, session=session)
        if proposal is None:
            proposal = _new_proposal(actor, title or new.title, why, session=session)
    else:
        proposal = open_proposal(proposal_id, session=session)
        _check_mine(actor, proposal)
    changes = changes_of(proposal.key, session=session)
    known = next((each for each in changes if _same_thing(each, new)), None)
    if known is not None and (known.kind, known.content) == (new.kind, new.content):
        if known.edit_revision != new.edit_revision:
            known.edit_revision = new.edit_revision
            session.add(known)
        return proposal
    change = known or ProposalChange(
        proposal_id=proposal.key,
        position=max([each.position for each in changes], default=-1) + 1,
        kind=new.kind,
    )
    if change.edit_id != new.edit_id:
        _reopen([change], session=session)  # an archiving took its place
    change.kind, change.content, change.summary = new.kind, new.content, new.summary[:MAX_SUMMARY]
    change.article_id, change.classifier_id = new.article_id, new.classifier_id
    change.edit_id, change.edit_revision = new.edit_id, new.edit_revision
    change.person_id = actor.person_id
    session.add(change)
    session.flush()
    _changed(proposal, session=session)
    _record(actor, "changed", proposal, session=session, kind=new.kind, change_id=change.key)
    return proposal


def remove_change(actor: Actor, change_id: int, *, revision: int | None = None, session: Session) -> Proposal:
    """Take a change out of its proposal; the edit it came from is open again.

    Raises:
        PermissionDenied: the actor may not propose, or it is somebody else's proposal.
        NotFound: there is no such change.
        Conflict: the proposal was changed meanwhile, or is released or withdrawn.
    """
    require(actor, Permission.RELEASES_PROPOSE)
    change = session.get(ProposalChange, change_id)
    if change is None:
        raise NotFound("This change has been removed already.")
    proposal = open_proposal(change.proposal_id, session=session, revision=revision)
    _check_mine(actor, proposal)
    _reopen([change], session=session)
    session.delete(change)
    session.flush()
    _changed(proposal, session=session)
    _record(actor, "changed", proposal, session=session, kind=change.kind, removed=True)
    return proposal


def update_proposal(
    actor: Actor, proposal_id: int, *, title: str, why: str, revision: int | None, session: Session
) -> Proposal:
    """Say otherwise what is proposed and why. An approval stays: the changes are the same.

    Raises:
        PermissionDenied: the actor may not propose, or it is somebody else's proposal.
        NotFound: there is no such proposal.
        InvalidInput: there is no title, or a text is too long.
        Conflict: it was changed meanwhile, or is released or withdrawn.
    """
    require(actor, Permission.RELEASES_PROPOSE)
    title, why = _checked(title, why)
    proposal = open_proposal(proposal_id, session=session)
    if (proposal.title, proposal.why) == (title, why):
        return proposal
    proposal = open_proposal(proposal_id, session=session, revision=revision)
    _check_mine(actor, proposal)
    proposal.title, proposal.why = title, why
    _touch(proposal, session=session)
    _record(actor, "renamed", proposal, session=session)
    return proposal


def withdraw(actor: Actor, proposal_id: int, *, revision: int | None = None, session: Session) -> Proposal:
    """Give a proposal up; its edits are open again. Doing so again changes nothing.

    Raises:
        PermissionDenied: the actor neither wrote it nor may review.
        NotFound: there is no such proposal.
        Conflict: it was changed meanwhile, or is released.
    """
    require(actor, Permission.RELEASES_PROPOSE)
    known = session.get(Proposal, proposal_id, populate_existing=True)
    if known is not None and known.state == "withdrawn":
        return known
    proposal = open_proposal(proposal_id, session=session, revision=revision)
    if proposal.author_id != actor.person_id and not actor.can(Permission.RELEASES_REVIEW):
        raise PermissionDenied("This is somebody else's proposal: its author or a reviewer withdraws it.")
    _reopen(changes_of(proposal_id, session=session), session=session)
    replay = newest_replay(proposal_id, session=session)
    if replay is not None:
        stop_replay(SYSTEM, replay.key, session=session)  # nobody waits for it any more
    proposal.state = "withdrawn"
    _touch(proposal, session=session)
    _record(actor, "withdrawn", proposal, session=session)
    return proposal


def change_of_edit(edit_id: int, *, session: Session) -> ProposalChange | None:
    """The change of an open proposal that came from this edit."""
    return session.exec(
        select(ProposalChange)
        .join(Proposal, col(Proposal.id) == col(ProposalChange.proposal_id))
        .where(ProposalChange.edit_id == edit_id, col(Proposal.state).in_(OPEN))
        .order_by(col(ProposalChange.id).desc())
        .limit(1)
    ).first()


def _same_alone(actor: Actor, new: NewChange, *, session: Session) -> Proposal | None:
    """The proposal that the same click has just made: one of mine, with exactly this change alone."""
    if new.edit_id is not None:
        return None  # found by its edit
    mine = (
        Proposal.author_id == actor.person_id
        if actor.person_id is not None
        else col(Proposal.author_id).is_(None)
    )
    target = (
        col(ProposalChange.article_id) == new.article_id
        if new.article_id is not None
        else col(ProposalChange.classifier_id) == new.classifier_id
        if new.classifier_id is not None
        else col(ProposalChange.classifier_id).is_(None)
    )
    alone = (
        select(ProposalChange.proposal_id).group_by(col(ProposalChange.proposal_id)).having(func.count() == 1)
    )
    found = session.exec(
        select(Proposal, ProposalChange)
        .join(ProposalChange, col(ProposalChange.proposal_id) == col(Proposal.id))
        .where(
            mine,
            target,
            col(Proposal.state).in_(OPEN),
            ProposalChange.kind == new.kind,
            col(Proposal.id).in_(alone),
        )
        .order_by(col(Proposal.id).desc())
    )
    return next((proposal for proposal, change in found if change.content == new.content), None)


def _new_proposal(actor: Actor, title: str, why: str, *, session: Session) -> Proposal:
    title, why = _checked(title[:MAX_TITLE], why)
    proposal = Proposal(title=title, why=why, author_id=actor.person_id, revision=0)
    session.add(proposal)
    session.flush()
    _record(actor, "made", proposal, session=session, title=title)
    return proposal


def _same_thing(change: ProposalChange, new: NewChange) -> bool:
    """Whether both change the same article, classifier or setting."""
    if new.edit_id is not None and change.edit_id == new.edit_id:
        return True
    if new.article_id is not None or change.article_id is not None:
        return change.article_id == new.article_id
    if new.edit_id is not None or change.edit_id is not None:
        return False
    return (change.kind, change.classifier_id) == (new.kind, new.classifier_id)


def _changed(proposal: Proposal, *, session: Session) -> None:
    """What was said about other changes does not hold for these."""
    if proposal.state in ("approved", "returned"):
        proposal.state = "draft"
    _touch(proposal, session=session)


def _touch(proposal: Proposal, *, session: Session) -> None:
    proposal.revision += 1
    proposal.updated_at = now()
    session.add(proposal)
    session.flush()


def _reopen(changes: list[ProposalChange], *, session: Session) -> None:
    edits = [each.edit_id for each in changes if each.edit_id is not None]
    if edits:
        session.execute(
            update(ArticleEdit)
            .where(col(ArticleEdit.id).in_(edits), col(ArticleEdit.state) == "proposed")
            .values(state="open")
        )


def _check_mine(actor: Actor, proposal: Proposal) -> None:
    if proposal.author_id != actor.person_id and not actor.can(Permission.RELEASES_REVIEW):
        raise PermissionDenied("This is somebody else's proposal. Make one of your own.")


def _checked(title: str, why: str) -> tuple[str, str]:
    title, why = " ".join(title.replace("\0", "").split()), why.replace("\0", "").strip()
    if not title:
        raise InvalidInput("Give it a title that says what changes.")
    if len(title) > MAX_TITLE or len(why) > MAX_WHY:
        raise InvalidInput(f"A title has at most {MAX_TITLE} characters, a reason {MAX_WHY:,}.")
    return title, why


def _record(actor: Actor, deed: str, proposal: Proposal, *, session: Session, **detail: Any) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        f"proposal.{deed}",
        session=session,
        subject_type="proposal",
        subject_id=proposal.key,
        **detail,
    )
