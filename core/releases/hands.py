"""Whose work a proposal is: they do not approve it."""

from __future__ import annotations

from collections.abc import Sequence

from core.releases.tables import Proposal, ProposalChange


def hands_of(proposal: Proposal, changes: Sequence[ProposalChange]) -> set[int]:
    """Whose work a proposal is: who made it, who put changes into it, and who typed in their texts."""
    found = {proposal.author_id, *(each.person_id for each in changes)}
    for each in changes:
        found.update((each.content.get("origin") or {}).get("writer_ids", ()))
    return {each for each in found if each is not None}
