"""Cuts running text into sentences (English, German, Spanish, French and alike), losing nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ABBREVIATIONS_TEXT = """
e.g i.e etc vs cf no nr st dr mr mrs ms prof inc ltd co corp approx est fig sec min max tel ext dept z.b
d.h u.a bzw usw ggf evtl inkl exkl ca vgl abs art str zzgl mind mwst hr fr s.o s.u o.ä u.u i.d.r p.ej ej
sr sra srta dra ud uds vd aprox pág págs núm avda ee.uu p.ex c.-à-d m mm mme mlle env p av bd éd réf tél
jan feb mar apr jun jul aug sep sept oct nov dec
"""
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
_MONTHS_TEXT = """
januar februar märz april mai juni juli august september oktober november dezember january february
march may june july october december
"""
_MONTHS = frozenset(_MONTHS_TEXT.split())
_TERMINATOR = re.compile(r"[.!?…]+[\"'”’»)\]*_]*(?=\s)|[。！？]+[」』”]*")
_OPENERS = "\"'“‘«„¿¡([*_`"


def sentence_spans(text: str, *, whole: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Spans of the sentences of a paragraph.

    Args:
        whole: spans never to cut inside, such as links.

    Returns:
        ``(start, end)`` pairs in order, without surrounding white space. Together they hold every
        character of ``text`` that is not white space, each exactly once.
    """
    spans: list[tuple[int, int]] = []
    start = _skip_space(text, 0)
    for match in _TERMINATOR.finditer(text):
        end = match.end()
        if end <= start or _goes_on(text, match.start(), end):
            continue
        if any(left < end < right for left, right in whole):
            continue
        spans.append((start, end))
        start = _skip_space(text, end)
    end = len(text.rstrip())
    if start < end:
        spans.append((start, end))
    return spans


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph, as they stand."""
    return [text[start:end] for start, end in sentence_spans(text)]


def _skip_space(text: str, index: int) -> int:
    while index < len(text) and text[index].isspace():
        index += 1
    return index


def _goes_on(text: str, dot: int, end: int) -> bool:
    """Whether the sentence continues after the punctuation at ``text[dot:end]``."""
    if text[dot] in "。！？":
        return False
    following = text[_skip_space(text, end) :][:40].lstrip(_OPENERS)
    if not following:
        return False
    if following[0].islower() and text[dot] in ".…":
        return True  # "approx. five", "... and so on"
    if text[dot] != "." or text[dot:end].startswith(".."):
        return False
    word = re.search(r"[\w.\-]*$", text[max(0, dot - 12) : dot].rstrip("\\"))
    before = word.group().lower() if word else ""
    if before in _ABBREVIATIONS:
        return True
    if len(before) == 1 and before.isalpha():
        return True  # an initial
    if before.isdigit() and len(before) <= 2:
        first = re.match(r"\w+", following)
        return bool(first and (first.group().lower() in _MONTHS or _is_ordinal(text, dot, before)))
    return False


def _is_ordinal(text: str, dot: int, number: str) -> bool:
    lead = text[max(0, dot - len(number) - 12) : dot - len(number)].split()
    # The German "am 3. Werktag", or the number of a list item that stands at the start of the text.
    return not lead or lead[-1].lower() in {
        "am",
        "der",
        "dem",
        "den",
        "die",
        "das",
        "vom",
        "bis",
        "zum",
        "im",
        "ab",
    }
