"""How easy a text is to read: an index for each of three languages, from sentences and syllables.

English: R. Flesch, A new readability yardstick, Journal of Applied Psychology 32 (1948) 221-233.
German: T. Amstad, Wie verstaendlich sind unsere Zeitungen? (Dissertation, Zurich 1978).
Spanish: J. Fernandez Huerta, Medidas sencillas de lecturabilidad, Consigna 214 (1959) 29-32, with the
sentence term read as words per sentence.
All three give about 100 for very easy and about 0 for very hard texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.knowledge.analysis import language_of
from core.knowledge.markdown import Block

Level = Literal["easy", "medium", "hard"]

_FEWEST_WORDS = 25
_EASY, _MEDIUM = 60.0, 40.0
_SENTENCE_END = re.compile(r"[.!?…:]+(?=\s|$)|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS = re.compile(r"\(?\b(?:https?|mailto|tel):\S+|`[^`]*`")

_EN_GROUP = re.compile(r"[aeiouy]+")
_EN_SILENT = re.compile(
    r"(?:(?<![csxzgh])(?<!l)es|[aeiouy]les?|[^aeioudlt]ed|[aeiouy]l{1,2}ed|[^aeiouyl]e)$|(?:e(?=ly$|ful$|ness$|thing$))|usi(?=ness)"
)
_EN_APART = re.compile(
    r"ia|i[oe](?=u|t|nt|nce)|(?<=d)io$|ea(?=t(?:e|ed|es|ing|ion|or)$|s?$)|ua(?=l|t)|[aeiouy]ing|eo$|ism$"
)
_EN_TOGETHER = re.compile(r"[ctsxg]i(?:ou|a)|(?<!s)[ct]ien|eating$")
_DE_GROUP = re.compile(r"aa|ee|oo|ie|ei|ey|ai|ay|au|eu|äu|[aeiouyäöü]")
_ES_GROUP = re.compile(r"[iuü]?[aeoáéíóú][iuy]?(?![aeoáéíóú])|[iuü]?[aeoáéíóú]|[iuü]+|y$")


@dataclass(frozen=True, slots=True)
class Reading:
    """How easy a text reads: ``score`` of about 0 (very hard) to 100 (very easy), and what that means."""

    score: float
    level: Level
    words: str


def reading_ease(blocks: Iterable[Block], locale: str) -> Reading | None:
    """The index of running text, without code and tables; None for short texts and other languages."""
    language = language_of(locale)
    if language not in ("en", "de", "es"):
        return None
    words = sentences = syllables = 0
    for block in blocks:
        if block.kind not in ("text", "item"):
            continue
        for sentence in _SENTENCE_END.split(_ADDRESS.sub(" ", block.text)):
            found = _WORD.findall(sentence)
            if found:
                sentences += 1
                words += len(found)
                syllables += sum(count_syllables(word, language) for word in found)
    if words < _FEWEST_WORDS:
        return None
    length, weight = words / sentences, syllables / words
    if language == "en":
        score = 206.835 - 1.015 * length - 84.6 * weight
    elif language == "de":
        score = 180 - length - 58.5 * weight
    else:
        score = 206.84 - 1.02 * length - 60 * weight
    return Reading(round(score, 1), *_judged(score, length))


def count_syllables(word: str, language: str) -> int:
    """Syllables of a word by the vowels one sees; at least one. Right for about nine words of ten."""
    lower = word.lower()
    if language == "de":
        return max(1, len(_DE_GROUP.findall(lower)))
    if language == "es":
        return max(
            1, len(_ES_GROUP.findall(lower.replace("qu", "q").replace("gue", "ge").replace("gui", "gi")))
        )
    count = len(_EN_GROUP.findall(lower)) - len(_EN_SILENT.findall(lower))
    count += len(_EN_APART.findall(lower)) - len(_EN_TOGETHER.findall(lower))
    return max(1, count)


def _judged(score: float, length: float) -> tuple[Level, str]:
    if score >= _EASY:
        return "easy", "Easy to read."
    advice = "Shorter sentences would help." if length > 18 else "Shorter, more common words would help."
    if score >= _MEDIUM:
        return "medium", f"Takes some effort to read. {advice}"
    return "hard", f"Hard to read. {advice}"
