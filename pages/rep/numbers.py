"""Citation numbers: one for each source cited, in the order of the text, the same in both panes."""

from __future__ import annotations

from collections.abc import Iterator

from core.assist import CitationView, DraftView, SupportView


def numbered(view: DraftView) -> Iterator[tuple[int, CitationView]]:
    """Each citation with the number of its passage, 1 for the first passage cited."""
    numbers: dict[int, int] = {}
    for cite in view.citations:
        yield numbers.setdefault(cite.passage.passage_id, len(numbers) + 1), cite


def numbered_supports(view: DraftView) -> Iterator[tuple[int, SupportView]]:
    """Each sentence that rests on a look-up, an action or an answer; numbers go on after the passages."""
    first = len({cite.passage.passage_id for cite in view.citations}) + 1
    numbers: dict[str, int] = {}
    for support in view.supports:
        yield numbers.setdefault(support.label, len(numbers) + first), support
