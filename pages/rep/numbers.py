"""Citation numbers: one for each cited passage, in the order of the text, the same in both panes."""

from __future__ import annotations

from collections.abc import Iterator

from core.assist import CitationView, DraftView


def numbered(view: DraftView) -> Iterator[tuple[int, CitationView]]:
    """Each citation with the number of its passage, 1 for the first passage cited."""
    numbers: dict[int, int] = {}
    for cite in view.citations:
        yield numbers.setdefault(cite.passage.passage_id, len(numbers) + 1), cite
