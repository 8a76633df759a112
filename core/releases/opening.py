"""Find proposals and releases, and keep them from others while they change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from core.errors import Conflict, NotFound
from core.identity.tables import Person
from core.knowledge.tables import SearchStamp
from core.releases.tables import Proposal, ProposalChange, Release, Replay

OPEN = ("draft", "returned", "approved")
"""States in which a proposal can still change."""
SYSTEM_NAME = "Ratchet"


def lock_releases(session: Session) -> None:
    """Make releases wait for each other, and for whoever writes articles, until the transaction ends."""
    session.execute(select(col(SearchStamp.id)).where(col(SearchStamp.id) == 1).with_for_update())


def locked_proposal(proposal_id: int, *, session: Session, revision: int | None = None) -> Proposal:
    """The proposal, kept from others until the transaction ends.

    Args:
        revision: that the person saw; None does not ask.

    Raises:
        NotFound: there is no such proposal.
        Conflict: it is another revision by now.
    """
    statement = select(Proposal).where(Proposal.id == proposal_id).with_for_update()
    found = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("There is no such proposal.")
    if revision is not None and revision != found.revision:
        raise Conflict("This proposal was changed meanwhile, so nothing was done. Look at it again.")
    return found


def open_proposal(proposal_id: int, *, session: Session, revision: int | None = None) -> Proposal:
    """As :func:`locked_proposal`, of a proposal that can still change.

    Raises:
        Conflict: it is released or withdrawn as well.
    """
    found = locked_proposal(proposal_id, session=session, revision=revision)
    if found.state not in OPEN:
        raise Conflict(f"“{found.title}” is {found.state}, so it cannot be changed any more. Propose anew.")
    return found


def stored_proposal(proposal_id: int, *, session: Session) -> Proposal:
    """The proposal, to be read.

    Raises:
        NotFound: there is no such proposal.
    """
    found = session.get(Proposal, proposal_id)
    if found is None:
        raise NotFound("There is no such proposal.")
    return found


def changes_of(proposal_id: int, *, session: Session) -> list[ProposalChange]:
    """What a proposal changes, in its order."""
    query = select(ProposalChange).where(ProposalChange.proposal_id == proposal_id)
    ordered = query.order_by(col(ProposalChange.position))
    return list(session.exec(ordered.execution_options(populate_existing=True)))


def newest_replay(proposal_id: int, *, session: Session) -> Replay | None:
    """The last replay of a proposal, whatever its state."""
    query = select(Replay).where(Replay.proposal_id == proposal_id).order_by(col(Replay.id).desc())
    return session.exec(query.limit(1).execution_options(populate_existing=True)).first()


def release_of(proposal_id: int, *, session: Session) -> Release | None:
    """The release a proposal became."""
    return session.exec(select(Release).where(Release.proposal_id == proposal_id)).one_or_none()


def names_of(person_ids: Iterable[int | None], *, session: Session) -> dict[int | None, str]:
    """The names of people; None is the system."""
    wanted: Sequence[int] = sorted({each for each in person_ids if each is not None})
    found = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(wanted))) if wanted else ()
    return {None: SYSTEM_NAME, **{row[0]: row[1] for row in found}}
