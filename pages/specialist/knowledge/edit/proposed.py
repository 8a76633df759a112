"""Of an edit that was proposed: where, and whether it has changed since."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from core.knowledge import ArticleEdit
from core.releases.tables import ProposalChange
from pages.process import get_process


@dataclass(frozen=True, slots=True)
class Proposed:
    """The proposal with its text, and whether the text has moved on."""

    proposal_id: int | None = None
    moved_on: bool = False


def proposed_in(edit: ArticleEdit) -> Proposed:
    """Empty for an edit that is not proposed."""
    if edit.state != "proposed":
        return Proposed()
    query = select(ProposalChange.proposal_id, ProposalChange.edit_revision).where(
        ProposalChange.edit_id == edit.key
    )
    with get_process().database.reading() as session:
        newest = session.exec(query.order_by(col(ProposalChange.id).desc()).limit(1)).first()
    return Proposed(newest[0], newest[1] != edit.revision) if newest else Proposed()
