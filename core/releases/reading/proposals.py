"""Proposals as pages and commands show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.knowledge.tables import ArticleEdit
from core.releases.digest import changes_digest
from core.releases.hands import hands_of
from core.releases.kinds import kind_of
from core.releases.opening import (
    OPEN,
    changes_of,
    names_of,
    newest_replay,
    release_of,
    stored_proposal,
)
from core.releases.tables import Proposal, ProposalChange, Release, Replay

STATES = ("draft", "returned", "approved", "released", "withdrawn")
STAGES = ("draft", "replaying", "in_review", "returned", "approved", "released", "withdrawn")
"""How far a proposal is: its state, and what its newest replay makes of a draft."""


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in a list. ``kinds``: of its changes, each once."""

    proposal: Proposal
    stage: str
    author: str
    changes: int
    kinds: tuple[str, ...]
    titles: tuple[str, ...]
    replay: Replay | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change with what it replaces.

    ``moved_on``: somebody has gone on writing since the text was copied. ``overtaken``: why it cannot be made
    any more; empty when it can.
    """

    change: ProposalChange
    kind: str
    title: str
    words: str
    before: str
    after: str
    before_title: str
    after_title: str
    article_id: int | None
    edit_id: int | None
    moved_on: bool
    overtaken: str
    by: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a proposal."""

    at: datetime
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with everything but its gate, see :func:`core.releases.read_gate`."""

    proposal: Proposal
    stage: str
    author: str
    reviewer: str
    overrider: str
    changes: tuple[ChangeView, ...]
    digest: str
    replay: Replay | None
    release: Release | None
    history: tuple[Event, ...]
    own: bool
    """Whoever asks wrote it."""
    mine: bool
    """Some of it is the work of whoever asks, who cannot review it then."""


def list_proposals(
    actor: Actor,
    *,
    session: Session,
    state: str | None = None,
    classifier_id: int | None = None,
    limit: int = 100,
) -> list[ProposalRow]:
    """Proposals, the newest first.

    Args:
        state: draft, returned, approved, released, withdrawn, or ``open`` for the first three; None: all.
        classifier_id: only those that change this classifier.

    Raises:
        PermissionDenied: the actor may not see releases.
        InvalidInput: there is no such state.
    """
    require(actor, Permission.RELEASES_READ)
    query = select(Proposal).order_by(col(Proposal.id).desc()).limit(limit)
    if state is not None:
        if state not in (*STATES, "open"):
            raise InvalidInput(f"There is no state {state!r}: open, {', '.join(STATES)}.")
        query = query.where(col(Proposal.state).in_(OPEN if state == "open" else (state,)))
    if classifier_id is not None:
        of_it = select(ProposalChange.proposal_id).where(ProposalChange.classifier_id == classifier_id)
        query = query.where(col(Proposal.id).in_(of_it))
    proposals = list(session.exec(query))
    keys = [each.key for each in proposals]
    changes: dict[int, list[ProposalChange]] = defaultdict(list)
    wanted = select(ProposalChange).where(col(ProposalChange.proposal_id).in_(keys))
    for change in session.exec(wanted.order_by(col(ProposalChange.position))):
        changes[change.proposal_id].append(change)
    newest = select(func.max(col(Replay.id))).where(col(Replay.proposal_id).in_(keys))
    replays = {
        each.proposal_id: each
        for each in session.exec(
            select(Replay).where(col(Replay.id).in_(newest.group_by(col(Replay.proposal_id))))
        )
    }
    names = names_of((each.author_id for each in proposals), session=session)
    return [
        ProposalRow(
            proposal=each,
            stage=stage_of(each, replays.get(each.key), changes[each.key]),
            author=names.get(each.author_id, ""),
            changes=len(changes[each.key]),
            kinds=tuple(dict.fromkeys(change.kind for change in changes[each.key])),
            titles=tuple(_titles(changes[each.key], session=session)),
            replay=replays.get(each.key),
        )
        for each in proposals
    ]


def get_proposal(actor: Actor, proposal_id: int, *, session: Session) -> ProposalView:
    """One proposal with its changes and what has happened to it.

    Raises:
        PermissionDenied: the actor may not see releases.
        NotFound: there is no such proposal.
    """
    require(actor, Permission.RELEASES_READ)
    proposal = stored_proposal(proposal_id, session=session)
    changes = changes_of(proposal_id, session=session)
    replays = list(
        session.exec(select(Replay).where(Replay.proposal_id == proposal_id).order_by(col(Replay.id)))
    )
    release = release_of(proposal_id, session=session)
    people = [
        proposal.author_id,
        proposal.reviewer_id,
        proposal.override_by_id,
        release.person_id if release is not None else None,
        *(each.person_id for each in changes),
        *(each.person_id for each in replays),
    ]
    names = names_of(people, session=session)
    replay = newest_replay(proposal_id, session=session)
    return ProposalView(
        proposal=proposal,
        stage=stage_of(proposal, replay, changes),
        author=names[proposal.author_id],
        reviewer=names[proposal.reviewer_id] if proposal.reviewed_at is not None else "",
        overrider=names[proposal.override_by_id] if proposal.override_at is not None else "",
        changes=tuple(_view(each, proposal, names, session=session) for each in changes),
        digest=changes_digest(changes),
        replay=replay,
        release=release,
        history=tuple(_history(proposal, replays, release, names)),
        own=proposal.author_id == actor.person_id,
        mine=actor.person_id in hands_of(proposal, changes),
    )


def stage_of(proposal: Proposal, replay: Replay | None, changes: Sequence[ProposalChange]) -> str:
    """How far a proposal is; see :data:`STAGES`."""
    if proposal.state != "draft" or replay is None:
        return proposal.state
    if replay.state in ("waiting", "running"):
        return "replaying"
    tried = replay.state == "finished" and replay.changes_digest == changes_digest(changes)
    return "in_review" if tried else "draft"


def _view(
    change: ProposalChange, proposal: Proposal, names: dict[int | None, str], *, session: Session
) -> ChangeView:
    kind = kind_of(change.kind)
    texts = kind.describe(change, session=session)
    is_open = proposal.state in OPEN
    edit = session.get(ArticleEdit, change.edit_id) if change.edit_id is not None and is_open else None
    return ChangeView(
        change=change,
        kind=change.kind,
        title=texts.title,
        words=texts.words,
        before=texts.before,
        after=texts.after,
        before_title=texts.before_title,
        after_title=texts.after_title,
        article_id=change.article_id,
        edit_id=change.edit_id,
        moved_on=edit is not None and edit.revision != change.edit_revision,
        overtaken=kind.overtaken(change, session=session) if is_open else "",
        by=names.get(change.person_id, ""),
    )


def _titles(changes: Iterable[ProposalChange], *, session: Session) -> list[str]:
    return [
        str(each.content.get("title") or kind_of(each.kind).describe(each, session=session).title)
        for each in changes
    ]


def _history(
    proposal: Proposal, replays: Sequence[Replay], release: Release | None, names: dict[int | None, str]
) -> list[Event]:
    """What happened, oldest first."""
    events = [Event(proposal.created_at, names[proposal.author_id], "proposed it")]
    for each in replays:
        who = names.get(each.person_id, "")
        events.append(Event(each.created_at, who, "started a replay"))
        if each.finished_at is not None:
            said = str(each.report.get("words") or each.report.get("word") or "")
            words = said if each.state == "finished" else each.error
            events.append(Event(each.finished_at, "", f"Replay {each.state}. {words}".strip()))
    if proposal.reviewed_at is not None:
        deed = "returned it" if proposal.state == "returned" else "approved it"
        note = f": {proposal.review_note}" if proposal.review_note else ""
        events.append(Event(proposal.reviewed_at, names[proposal.reviewer_id], deed + note))
    if proposal.override_at is not None:
        words = f"overrode the gate: {proposal.override_reason}"
        events.append(Event(proposal.override_at, names[proposal.override_by_id], words))
    if release is not None:
        events.append(Event(release.created_at, names[release.person_id], "released it"))
    if proposal.state == "withdrawn":
        events.append(Event(proposal.updated_at, "", "It was withdrawn"))
    return sorted(events, key=lambda event: event.at)
