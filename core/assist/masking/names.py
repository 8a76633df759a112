"""Find people's names: those we know, those who introduce themselves, and common given names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.assist.masking.detectors import Finding, Kind
from core.assist.vocabulary import vocabulary

_ALSO_WORDS = vocabulary("names_also_words")

_GIVEN = vocabulary("given_names")

# one capitalised word: Anna, O'Brien, Müller-Lüdenscheidt
_PART = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|la|le|bin|al|el|ter|zu)"
_MORE = rf"(?:[ \t]+(?:[A-Z]\.?(?=[ \t])|(?:{_PARTICLE}[ \t]+){{0,2}}{_PART}))"
_FULL = rf"{_PART}{_MORE}{{0,3}}"

_INTRODUCTIONS = re.compile(
    r"(?i:\bmy (?:full |last |first )?name(?:'s| is)|\bname\s*:|\bthis is|\bI am called|"
    r"\bich (?:heiße|heisse)|\bmein name ist|\bje m['’]appelle|\bmon nom est|\bme llamo|\bmi nombre es|"
    r"\bmi chiamo|\bnazywam się|\bmam na imię|\bo meu nome é|\bmijn naam is|\bik heet)"
    rf"\s+({_FULL})"
)
_INTRODUCED_LOWER = re.compile(
    r"(?i:\bmy (?:full )?name(?:'s| is)|\bich hei(?:ß|ss)e|\bje m['’]appelle|\bme llamo|\bnazywam się)"
    r"\s+([^\W\d_]{2,}(?:[ \t]+[^\W\d_]{2,})?)(?=\s*(?:[.,;!?\n]|$|\band\b|\bund\b|\bet\b|\by\b))",
)
_TITLES = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|"
    rf"Señora?|Sra|Sr|Signora?|Sig|Pan|Pani|Dhr|Mevr)\b\.?[ \t]+({_FULL})"
)
_GREETINGS = re.compile(
    r"(?im:^[ \t>]*(?:hi|hello|hey|dear|hallo|liebe[r]?|guten (?:tag|morgen|abend)|bonjour|salut|"
    r"hola|buenos días|ciao|cześć|olá|beste))"
    rf"[ \t]+({_FULL})(?=[ \t]*[,!.:\n])"
)
_CLOSINGS = re.compile(
    r"(?im:^[ \t>]*(?:(?:kind|best|warm)(?:est)? )?(?:regards|wishes)|^[ \t>]*(?:thanks|thank you|cheers|"
    r"sincerely|yours(?: truly| sincerely| faithfully)?|mit freundlichen grüßen|viele grüße|beste grüße|lg|"
    r"vg|cordialement|bien à vous|merci|saludos|un saludo|atentamente|cordiali saluti|pozdrawiam|"
    r"cumprimentos|groeten))"
    rf"[ \t]*[,.!-]*[ \t]*\n?[ \t]*[-–—]?[ \t]*({_FULL})(?=[ \t]*(?:\n|$))"
)
_WITH_INITIAL = re.compile(rf"(?<![\w'’@/.-]){_PART}[ \t]+[^\W\d_a-z]\.?[ \t]+{_PART}(?!\w)")
_CAPITALISED = re.compile(rf"(?<![\w'’@/.-]){_FULL}(?!\w)")
_NOT_NAMES = vocabulary("not_names")


def find_known_names(text: str, names: Sequence[str]) -> Iterator[Finding]:
    """Every place where a known name, or a part of it, stands.

    The full name is found in any case. A part is too, unless it is also an everyday word
    (Will, Rose): then only capitalised, and not where a sentence starts.
    """
    for name in names:
        parts = [part for part in re.split(r"[\s,]+", name) if len(part.strip(".")) >= 2]
        if len(parts) > 1:
            joined = r"\s+".join(map(re.escape, parts))
            for match in re.finditer(rf"(?<!\w){joined}(?!\w)", text, re.IGNORECASE):
                yield Finding(match.start(), match.end(), Kind.NAME)
        for part in parts:
            if not any(character.isalpha() for character in part):
                continue
            everyday = part.casefold() in _ALSO_WORDS
            for match in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE):
                if everyday and (not match.group()[0].isupper() or _starts_sentence(text, match.start())):
                    continue
                yield Finding(match.start(), match.end(), Kind.NAME)


def find_names(text: str) -> Iterator[Finding]:
    """Names of people we do not know: introduced, addressed, signing off, or starting with a given name."""
    for pattern in (_INTRODUCTIONS, _TITLES, _GREETINGS, _CLOSINGS):
        for match in pattern.finditer(text):
            start, end = _trimmed(text, match.start(1), match.end(1))
            if end > start:
                yield Finding(start, end, Kind.NAME)
    for match in _INTRODUCED_LOWER.finditer(text):
        if match.group(1).split()[0].casefold() not in _NOT_NAMES | _ALSO_WORDS:
            yield Finding(match.start(1), match.end(1), Kind.NAME)
    for match in _WITH_INITIAL.finditer(text):
        # "Plan B Costs" has the same form as "Anna B. Costa": the dot, or a given name, tells them apart
        if "." in match.group() or match.group().split()[0].casefold() in _GIVEN:
            yield Finding(match.start(), match.end(), Kind.NAME)
    for match in _CAPITALISED.finditer(text):
        yield from _from_given_name(text, match.start(), match.end())


def _from_given_name(text: str, start: int, end: int) -> Iterator[Finding]:
    """The name inside a run of capitalised words, from a given name on."""
    for word in re.finditer(r"[^\s]+", text[start:end]):
        head = re.split(r"['’-]", word.group().casefold())[0]
        if head in _GIVEN and head not in _ALSO_WORDS:
            yield Finding(start + word.start(), end, Kind.NAME)
            return


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without words at either side that only look like names because they are capitalised."""
    words = list(re.finditer(r"\S+", text[start:end]))
    while words and words[0].group().strip(".,").casefold() in _NOT_NAMES:
        words.pop(0)
    for index, word in enumerate(words):
        if word.group().strip(".,").casefold() in _NOT_NAMES:
            words = words[:index]
            break
    return (start + words[0].start(), start + words[-1].end()) if words else (start, start)


def _starts_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip(" \t\"'“‘(")
    return not before or before[-1] in ".!?\n:"
