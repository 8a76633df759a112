"""The moment a proposal goes live: everything in one transaction, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.assist import LiveSetting
from core.database import Database, now
from core.errors import Conflict, RatchetError
from core.evals import RELEASES, NewMarker, import_markers
from core.identity import Actor, Permission, require
from core.knowledge import VectorsAhead, embed_ahead, keep_vectors
from core.knowledge.tables import ArticleVersion
from core.llm import get_embedder
from core.releases.gating import Gate, gate_of
from core.releases.kinds import ARTICLE, Undo
from core.releases.opening import (
    OPEN,
    changes_of,
    lock_releases,
    locked_proposal,
    release_of,
    stored_proposal,
)
from core.releases.shipping.applying import apply_changes
from core.releases.standing import catalogue_digest, standing_build
from core.releases.tables import Proposal, ProposalChange, Release
from core.settings import Settings

log = logging.getLogger(__name__)


def ship(
    actor: Actor,
    proposal_id: int,
    *,
    database: Database,
    settings: Settings,
    revision: int | None = None,
) -> Release:
    """Let a proposal go live: all of its changes, or none. A second call gives the same release.

    Args:
        revision: of the proposal that the person saw; None does not ask.

    Raises:
        PermissionDenied: the actor may not release.
        NotFound: there is no such proposal.
        Conflict: the gate is closed (the message says why), or the proposal was changed meanwhile.
    """
    require(actor, Permission.RELEASES_SHIP)
    actions = catalogue_digest(database=database, settings=settings)
    ahead = _vectors(proposal_id, database=database, settings=settings)
    with database.transaction() as session:
        lock_releases(session)
        proposal = locked_proposal(proposal_id, session=session)
        done = release_of(proposal_id, session=session)
        if done is not None:
            return done
        proposal = locked_proposal(proposal_id, session=session, revision=revision)
        if proposal.state not in OPEN:
            raise Conflict(f"“{proposal.title}” was {proposal.state}, so it cannot go live. Propose anew.")
        before = standing_build(session=session, settings=settings, actions=actions)
        changes = changes_of(proposal_id, session=session)
        gate = gate_of(proposal, changes, build_id=before.id, session=session)
        if not gate.open:
            raise Conflict(f"The gate is closed. {gate.closed_words}")
        made = apply_changes(actor, changes, session=session)
        if ahead is not None:
            keep_vectors(_versions(made), ahead, session=session)
        after = standing_build(session=session, settings=settings, actions=actions)
        starts = _starts(made, session=session)
        release = Release(
            kind="release",
            title=proposal.title,
            proposal_id=proposal.key,
            before_build=before.id,
            after_build=after.id,
            before_knowledge=before.contents["knowledge"],
            after_knowledge=after.contents["knowledge"],
            changes=[each.as_json() for each in made],
            gate=gate.as_json(),
            person_id=actor.person_id,
            note=proposal.why,
            watch_until=starts + timedelta(days=settings.watch_days),
            watch_state="watching",
            watch={"from": starts.isoformat()},
        )
        _keep_override(proposal, gate, release)
        session.add(release)
        session.flush()
        proposal.state, proposal.updated_at = "released", now()
        proposal.revision += 1
        session.add(proposal)
        note(actor, release, made, session=session)
    return release


def note(actor: Actor, release: Release, made: Sequence[Undo], *, session: Session) -> None:
    """What every release leaves behind: settings that name it, a marker, an entry in the audit record."""
    settings = [each.setting_id for each in made if each.setting_id is not None]
    if settings:
        session.execute(
            update(LiveSetting).where(col(LiveSetting.id).in_(settings)).values(release_id=release.key)
        )
    words = "; ".join(f"{each.title}: {each.words}" for each in made)
    deed = "Rolled back" if release.kind == "rollback" else "Released"
    import_markers(
        RELEASES,
        [
            NewMarker(
                "release",
                release.title,
                release.created_at,
                str(release.key),
                detail=f"{deed} by {actor.name}. {words}."[:2_000],
                build_id=release.after_build,
            )
        ],
        session=session,
    )
    audit.record(
        actor.person_id,
        actor.name,
        "release.rolled_back" if release.kind == "rollback" else "release.shipped",
        session=session,
        subject_type="release",
        subject_id=release.key,
        proposal_id=release.proposal_id,
        rolls_back_id=release.rolls_back_id,
        before_build=release.before_build,
        after_build=release.after_build,
        changes=len(made),
        overridden=bool(release.override_reason),
    )


def _keep_override(proposal: Proposal, gate: Gate, release: Release) -> None:
    """The reason stays on the release exactly where it was needed."""
    if gate.overridden:
        release.override_by_id = proposal.override_by_id
        release.override_reason = proposal.override_reason


def _starts(made: Sequence[Undo], *, session: Session) -> datetime:
    """From when on all of it is in force: a text may wait for its date, and is watched from then on."""
    waiting = [key for each in made if (key := each.after.get("waits_version_id"))]
    dates = session.exec(select(ArticleVersion.effective_from).where(col(ArticleVersion.id).in_(waiting)))
    return max([now(), *(each for each in dates if each is not None)])


def _versions(made: Sequence[Undo]) -> list[int]:
    return [each.after["version_id"] for each in made if each.kind == ARTICLE]


def _vectors(proposal_id: int, *, database: Database, settings: Settings) -> VectorsAhead | None:
    """The vectors of the new passages, made before anybody has to wait for the transaction.

    Without them search finds the new text by its words, until the background work has made them.
    """
    with database.reading() as session:
        proposal = stored_proposal(proposal_id, session=session)
        changes: Sequence[ProposalChange] = changes_of(proposal_id, session=session)
    texts = [(each.content["title"], each.content["body"]) for each in changes if each.kind == ARTICLE]
    if not texts or proposal.state not in OPEN:
        return None
    try:
        return embed_ahead(texts, embedder=get_embedder(settings))
    except RatchetError as error:
        log.warning("vectors of what is released come later: %s", error)
        return None
