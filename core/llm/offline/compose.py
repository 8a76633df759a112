"""Turns chosen pieces into the sentences of a reply, each with the exact words it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from core.llm.offline.markdown import Piece
from core.llm.offline.notes import Note
from core.llm.offline.passages import Passage
from core.llm.offline.phrases import phrases
from core.llm.offline.tools.telling import Told
from core.llm.output import Cite, DraftSentence

_LISTED = ("step", "bullet", "row")


def compose(
    pieces: Sequence[tuple[Passage, Piece]],
    *,
    language: str,
    customer_name: str,
    organisation: str,
    note: Note,
    told: Sequence[Told] = (),
) -> list[DraftSentence]:
    """Greeting, what tools and the rep say, the pieces in order, next step and sign-off.

    Facts are the pieces' own words with Markdown taken off; only list numbers and line breaks are
    added. Everything else is a fixed phrase without cites.
    """
    words = phrases(language)
    if customer_name:
        hello = (words.hello_formal if note.formal else words.hello).format(name=customer_name)
    else:
        hello = words.hello_formal_nobody if note.formal else words.hello_nobody
    sentences = [DraftSentence(text=hello)]
    if note.formal or note.casual:
        sentences.append(DraftSentence(text=f"\n\n{words.thanks}"))
    sentences.extend(each.sentence(first=position == 0) for position, each in enumerate(told))
    sentences.extend(_body(pieces))
    if not note.shorter:
        sentences.append(
            DraftSentence(text=f"\n\n{words.next_step_formal if note.formal else words.next_step}")
        )
    regards = words.regards_formal if note.formal else words.regards
    sentences.append(DraftSentence(text=f"\n\n{regards}"))
    if organisation:
        sentences.append(DraftSentence(text=f"\n{words.team.format(organisation=organisation)}"))
    return sentences


def _body(pieces: Sequence[tuple[Passage, Piece]]) -> list[DraftSentence]:
    sentences: list[DraftSentence] = []
    previous: tuple[Passage, Piece] | None = None
    number = 0
    for passage, piece in pieces:
        same_block = (
            previous is not None and previous[0].id == passage.id and previous[1].block == piece.block
        )
        if not same_block and not _numbering_goes_on(previous, passage, piece):
            number = 0
        if piece.kind == "step" and piece.depth == 0:
            number += 1
        text = _lead(previous, piece, same_passage=previous is not None and previous[0].id == passage.id)
        text += _marker(piece, number) + piece.text
        sentences.append(DraftSentence(text=text, cites=_cites(passage, piece)))
        previous = (passage, piece)
    return sentences


def _numbering_goes_on(previous: tuple[Passage, Piece] | None, passage: Passage, piece: Piece) -> bool:
    """Whether code between two steps of one procedure is all that parts them."""
    if previous is None or previous[0].id != passage.id:
        return False
    return previous[1].kind == "code" or (piece.kind == "code" and previous[1].kind == "step")


def _lead(previous: tuple[Passage, Piece] | None, piece: Piece, *, same_passage: bool) -> str:
    """The line break before a piece: a new paragraph where the source had one, a line for list items."""
    if previous is None or not same_passage:
        return "\n\n"
    if piece.kind in _LISTED or piece.kind == "code" or previous[1].kind == "code":
        return "\n"
    if previous[1].kind in _LISTED:
        return "\n" if piece.block == previous[1].block else "\n\n"
    return "" if piece.block == previous[1].block or piece.start - previous[1].end < 2 else "\n\n"


def _marker(piece: Piece, number: int) -> str:
    if piece.kind == "step":
        return f"{number}. " if piece.depth == 0 else f"   {piece.marker} "
    if piece.kind in ("bullet", "row"):
        return "- " if piece.depth == 0 else "   - "
    return ""


def _cites(passage: Passage, piece: Piece) -> list[Cite]:
    cites = [Cite(passage=passage.id, quote=passage.text[piece.start : piece.end])]
    if piece.header is not None:
        start, end = piece.header
        cites.append(Cite(passage=passage.id, quote=passage.text[start:end]))
    return cites
