"""The stage of a replay: a layer in which the changes of a proposal are made as a release makes them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, select

from core.actions import open_catalogue
from core.assist import current_build, finds_again
from core.database import Database, Layer, open_layer, sweep_layers
from core.errors import RatchetError
from core.evals import staging
from core.identity import SYSTEM
from core.knowledge import embed_missing
from core.knowledge.tables import Passage
from core.llm import Embedder, get_embedder
from core.releases.replaying.embedding import RememberingEmbedder
from core.releases.shipping.applying import apply_changes
from core.releases.tables import ProposalChange
from core.settings import Settings

log = logging.getLogger(__name__)

_COPIED = (
    "article", "article_edit", "article_version", "passage", "passage_terms", "passage_vector",
    "search_stamp", "classifier", "classifier_release", "classifier_cursor", "live_setting", "audit_head",
)  # fmt: skip
_EMPTY = ("audit_entry",)

Searches = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is live now and what would be, side by side.

    Attributes:
        name: what runs on it are started with.
        before, after: ids of the builds.
        added: passages that only the layer searches; ``removed``: that only the base does.
    """

    name: str
    base: Database
    layer: Layer
    embedder: Embedder | None
    before: str
    after: str
    added: frozenset[int]
    removed: frozenset[int]

    def finds_now(self, searches: Searches) -> bool:
        """Whether searches give the same with what is live."""
        return finds_again(searches, database=self.base, embedder=self.embedder)

    def would_find(self, searches: Searches) -> bool:
        """Whether searches would give the same after the release."""
        return finds_again(searches, database=self.layer, embedder=self.embedder)


@contextmanager
def set_stage(
    replay_id: int, changes: Sequence[ProposalChange], *, database: Database, settings: Settings
) -> Iterator[Stage]:
    """Set the stage up, and away when done. Nobody else sees it.

    Raises:
        Conflict: a change cannot be made as things are now, or somebody works on this replay already.
        ConfigurationError: the database does not allow it.
    """
    sweep_layers(database)
    name = str(replay_id)
    embedder = _embedder(settings)
    if embedder is not None:  # else what is live would be searched by words, and the candidate by vectors
        embed_missing(database=database, embedder=embedder)
    layer = open_layer(database, f"replay_{replay_id}_{uuid4().hex[:8]}", copied=_COPIED, empty=_EMPTY)
    try:
        with layer.transaction() as session:
            apply_changes(SYSTEM, changes, session=session, at_once=True)
        if embedder is not None:
            embed_missing(database=layer, embedder=embedder)
        actions = open_catalogue(database, settings).digest
        with database.reading() as session:
            before = current_build(session=session, settings=settings, actions=actions).id
            searched = _searched(session)
        with layer.reading() as session:
            after = current_build(session=session, settings=settings, actions=actions).id
            would_be = _searched(session)
        with staging(name, layer):
            yield Stage(
                name, database, layer, embedder, before, after, would_be - searched, searched - would_be
            )
    finally:
        layer.drop()


def _embedder(settings: Settings) -> Embedder | None:
    try:
        return RememberingEmbedder(get_embedder(settings))
    except RatchetError as error:
        log.warning("replaying with a search by words only: %s", error)
        return None


def _searched(session: Session) -> frozenset[int]:
    return frozenset(each for each in session.exec(select(Passage.id).where(col(Passage.live))) if each)
