"""What a rep's note asks for when a draft is made again."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHORTER = re.compile(
    r"\b(short(er)?|brief(er|ly)?|concise|less (text|detail)|cut (it )?down|tl;?dr|kürzer|kurz|"
    r"más corto|plus court)\b",
    re.I,
)
_LONGER = re.compile(
    r"\b(longer|more detail(s|ed)?|detailed|elaborate|in depth|ausführlich\w*|más detalle|plus de détails)\b",
    re.I,
)
_FORMAL = re.compile(
    r"\b((more|be|very|sound) formal(ly)?|formal(ly)? (tone|style|please)|^formal|förmlich\w*|formeller|"
    r"más formal|plus formel)\b",
    re.I,
)
_CASUAL = re.compile(
    r"\b(less formal|informal|friendl(y|ier)|warm(er)?|casual|freundlicher|más amable|plus chaleureux)\b",
    re.I,
)
_APPLY = re.compile(
    r"\b(answer|reply|send|write|go ahead|translate\w*|use)\b.{0,40}\b(in )?(english|german|french|"
    r"spanish|anyway|it|this)\b|\bok(ay)? in english\b",
    re.I,
)
_STYLE_WORDS = re.compile(
    r"\b(please|make|it|this|the|reply|draft|answer|text|tone|style|a bit|bit|much|more|less|be|keep|"
    r"sound|and|but|too|very|"
    r"short(er)?|brief(er|ly)?|concise|longer|detail(s|ed)?|formal(ly)?|informal|friendl(y|ier)|"
    r"warm(er)?|casual|"
    r"kürzer|kurz|ausführlich\w*|förmlich\w*|formeller|freundlicher|bitte|anyway|in (english|german|"
    r"french|spanish)|"
    r"translate\w*|go ahead|send|write)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Note:
    """A rep's wishes. ``more`` is what is left of the note: facts or a further question."""

    shorter: bool = False
    longer: bool = False
    formal: bool = False
    casual: bool = False
    any_language: bool = False
    more: str = ""


def read_note(text: str) -> Note:
    """Tell wishes about style from further facts and questions."""
    rest = " ".join(_STYLE_WORDS.sub(" ", text).split()).strip(" .,;:!-")
    casual = _CASUAL.search(text) is not None
    return Note(
        shorter=_SHORTER.search(text) is not None,
        longer=_LONGER.search(text) is not None,
        formal=_FORMAL.search(text) is not None and not casual,
        casual=casual,
        any_language=_APPLY.search(text) is not None,
        more=text.strip() if re.search(r"\w{3}", rest) else "",
    )
